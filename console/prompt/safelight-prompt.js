/**
 * `<safelight-prompt>`: caring questions, one at a time, for any app or page to embed.
 *
 * Set `questions` (as the API gives them) and `words`; listen for `answers`, whose detail is the body of
 * `POST /v1/requests/{id}/answers`. The API asks one at a time: set `questions` again from its reply. It draws into the page's own tree and takes its look from prompt.css.
 *
 * @typedef {import("../types.js").Question} Question
 * @typedef {import("../types.js").Answer} Answer
 * @typedef {{ progress: (number: number) => string, amount: string, story: string, back: string, next: string,
 *   send: string, sending: string, pick: string }} PromptWords
 */
import { focusOn, h, patch } from "../page/dom.js";
import { icon } from "../page/icons.js";

/** Ids are places (q1, q2 …): two requests' questions are told apart by their words. @param {Question[]} questions */
const fingerprint = (questions) => JSON.stringify(questions.map(({ question_id, prompt }) => [question_id, prompt]));

export class SafelightPrompt extends HTMLElement {
  /** The same as a listener for `answers`. @type {((event: CustomEvent<{ answers: Answer[] }>) => void) | null} */
  onanswers = null;
  /** @type {Question[]} */
  #open = [];
  /** @type {Map<string, string>} */
  #chosen = new Map();
  #at = 0;
  /** How many were answered before these. */
  #before = 0;
  #missed = false;
  #busy = false;
  #drawn = false;
  #locale = "";
  /** @type {PromptWords | null} */
  #words = null;

  /** @param {Question[]} questions those already answered are left out */
  set questions(questions) {
    const open = questions.filter((question) => !question.answered);
    const same = fingerprint(open) === fingerprint(this.#open);
    this.#open = open;
    this.#before = questions.length - open.length;
    if (!same) {
      this.#chosen = new Map();
      this.#at = 0;
      this.#missed = false;
    }
    this.#draw();
  }

  get questions() {
    return this.#open;
  }

  /** @param {PromptWords} words in the page's language */
  set words(words) {
    this.#words = words;
    this.#draw();
  }

  get words() {
    return /** @type {PromptWords} */ (this.#words);
  }

  /** @param {string} locale the language that the questions are in */
  set questionLocale(locale) {
    this.#locale = locale;
    this.#draw();
  }

  /** @param {boolean} busy true while the answers are on their way */
  set busy(busy) {
    this.#busy = busy;
    this.#draw();
  }

  connectedCallback() {
    this.#drawn = true;
    this.#draw();
  }

  /** @param {number} place */
  #show(place) {
    this.#at = place;
    this.#missed = false;
    this.#draw();
    focusOn(this.querySelector(".prompt-question"));
  }

  #forward() {
    const question = this.#open[this.#at];
    if (!this.#chosen.has(question.question_id)) {
      this.#missed = true;
      this.#draw();
      focusOn(this.querySelector("input"));
      return;
    }
    if (this.#at + 1 < this.#open.length) {
      this.#show(this.#at + 1);
      return;
    }
    const answers = this.#open.map(({ question_id }) => {
      const chosen = /** @type {string} */ (this.#chosen.get(question_id));
      return chosen.startsWith("c") ? { question_id, choice_id: chosen } : { question_id, amount_twd: Number(chosen) };
    });
    const event = new CustomEvent("answers", { detail: { answers }, bubbles: true });
    this.dispatchEvent(event);
    this.onanswers?.(event);
  }

  #draw() {
    const words = this.#words;
    if (!this.#drawn || !words) return;
    const question = this.#open[this.#at];
    patch(this, question ? [this.#form(question, words)] : []);
  }

  /**
   * A sum in New Taiwan dollars, for a question that asks for one; its choices are for whoever has none.
   * @param {Question} question
   * @param {PromptWords} words
   * @param {string | null} lang
   */
  #amount(question, words, lang) {
    const chosen = this.#chosen.get(question.question_id) ?? "";
    return h("input", {
      class: "prompt-amount",
      key: "amount",
      inputmode: "numeric",
      autocomplete: "off",
      maxlength: "10",
      "aria-label": words.amount,
      placeholder: words.amount,
      lang,
      value: chosen.startsWith("c") ? "" : chosen,
      oninput: (/** @type {Event} */ event) => {
        const digits = /** @type {HTMLInputElement} */ (event.target).value.replace(/\D/g, "");
        if (digits) this.#chosen.set(question.question_id, digits);
        else this.#chosen.delete(question.question_id);
        this.#missed = false;
        this.#draw();
      },
    });
  }

  /**
   * @param {Question} question
   * @param {PromptWords} words
   */
  #form(question, words) {
    const number = this.#at + 1;
    const total = this.#open.length;
    const lang = this.#locale || null;
    const id = `prompt-${question.question_id}`;
    const missed = this.#missed;
    return h(
      "form",
      {
        key: question.question_id,
        class: "prompt",
        novalidate: true,
        onsubmit: (/** @type {Event} */ event) => {
          event.preventDefault();
          if (!this.#busy) this.#forward();
        },
      },
      h("p", { class: "prompt-progress", id: `${id}-progress` }, words.progress(this.#before + number)),
      question.story
        ? h(
            "aside",
            { class: "prompt-story" },
            h("p", { class: "prompt-story-title" }, icon("heart"), words.story),
            h("p", { lang }, question.story),
          )
        : null,
      h(
        "fieldset",
        { class: "prompt-choices", "aria-describedby": missed ? `${id}-missed` : `${id}-progress` },
        h("legend", { class: "prompt-question", tabindex: "-1", lang }, question.prompt),
        missed ? h("p", { class: "field-problem", id: `${id}-missed`, role: "alert" }, words.pick) : null,
        question.form === "open" ? this.#amount(question, words, lang) : null,
        question.choices.map((choice) =>
          h(
            "label",
            { class: "card-choice", key: choice.choice_id, lang },
            h("input", {
              type: "radio",
              name: id,
              value: String(choice.choice_id),
              checked: this.#chosen.get(question.question_id) === choice.choice_id,
              onchange: () => {
                this.#chosen.set(question.question_id, choice.choice_id);
                this.#missed = false;
                this.#draw();
              },
            }),
            h("span", { class: "card-choice-text" }, choice.text),
          ),
        ),
      ),
      h(
        "div",
        { class: "prompt-actions" },
        this.#at > 0
          ? h("button", { type: "button", class: "button quiet", onclick: () => this.#show(this.#at - 1) }, words.back)
          : null,
        h(
          "button",
          { type: "submit", class: "button strong", "aria-disabled": this.#busy ? "true" : null },
          this.#busy ? words.sending : number < total ? words.next : words.send,
        ),
      ),
    );
  }
}

customElements.define("safelight-prompt", SafelightPrompt);
