/**
 * `<safelight-prompt>`: caring questions, one at a time, for any app or page to embed by one script tag.
 *
 * With `endpoint`, `token` and `request-id` (or a `reply` of `POST /v1/requests`) it asks, posts the answers itself and goes
 * on from each reply; an answer that cannot be sent is kept over a lost line and a reload, and sent again with the same
 * body. Without them, set `questions` and listen for `answers`, whose detail holds the body of
 * `POST /v1/requests/{id}/answers`, and set `questions` again from the API's reply.
 *
 * Everything it needs lies in its folder. It draws into a shadow tree, so that the page's styles and its own do not meet;
 * colours are custom properties (prompt.css). Events, all of which bubble: `answers` {answers, silences}, `reply` (what the
 * API answered), `problem` {status, errors}.
 *
 * @typedef {import("./shapes.js").Question} Question
 * @typedef {import("./shapes.js").Answer} Answer
 * @typedef {import("./shapes.js").RequestReply} RequestReply
 * @typedef {import("./shapes.js").SessionPrompt} SessionPrompt
 */
import { focusOn, h, patch } from "./dom.js";
import { Line } from "./line.js";
import { countDown } from "./pause.js";
import { Quiet } from "./quiet.js";
import { canRead, readAloud, whenVoicesChange } from "./read-aloud.js";
import { drawing } from "./view.js";
import { WORDS, fill, nearest } from "./words.js";

const STYLE = new URL("prompt.css", import.meta.url).href;
const PROPERTIES = ["endpoint", "token", "requestId", "locale", "questionLocale", "reply", "note", "questions"];

/** Ids are places (q1, q2 …): two requests' questions are told apart by their words. @param {Question[]} questions */
const fingerprint = (questions) => JSON.stringify(questions.map(({ question_id, prompt }) => [question_id, prompt]));

export class SafelightPrompt extends HTMLElement {
  static observedAttributes = ["endpoint", "token", "request-id", "locale", "question-locale"];

  /** The same as listeners for these events. @type {((event: CustomEvent) => void) | null} */
  onanswers = null;
  /** @type {((event: CustomEvent) => void) | null} */
  onreply = null;
  /** @type {((event: CustomEvent) => void) | null} */
  onproblem = null;
  /** @type {RequestReply | null} */
  #reply = null;
  /** @type {SessionPrompt | null} */
  #note = null;
  /** @type {Question[]} */
  #open = [];
  /** Choice or digits, by question. @type {Map<string, string>} */
  #given = new Map();
  /** @type {Map<string, number>} */
  #silences = new Map();
  #at = 0;
  /** How many were answered before these. */
  #before = 0;
  #missed = false;
  /** Drawing and asking wait until the element is in a page and has all its attributes. */
  #live = false;
  /** The question whose pause runs or has run. */
  #thinking = "";
  #left = 0;
  /** @type {string | null} the page's own title, while a neutral one stands in for it */
  #title = null;
  #set = { endpoint: "", token: "", requestId: "", locale: "", questionLocale: "" };
  #line = new Line(() => this.#set, {
    changed: () => this.#draw(),
    heard: (reply) => {
      this.reply = reply;
      this.#emit("reply", reply);
    },
    refused: ({ status, errors }) => this.#emit("problem", { status, errors }),
  });
  /** @type {ReturnType<typeof countDown> | null} */
  #pause = null;
  /** @type {Quiet | null} */
  #quiet = null;
  /** @type {(() => void) | null} */
  #hush = null;
  #unhear = () => {};
  #root = this.attachShadow({ mode: "open" });
  #stage = h("div", { class: "stage", hidden: true });
  #said = h("p", { class: "unseen", role: "status" });

  constructor() {
    super();
    const shown = () => this.#stage.removeAttribute("hidden");
    // Without its style sheet the prompt is plain, and still there.
    const style = h("link", { rel: "stylesheet", href: STYLE, onload: shown, onerror: shown });
    this.#root.append(style, this.#stage, this.#said);
  }

  connectedCallback() {
    for (const name of PROPERTIES) {
      // Set before this module was loaded: a plain property hides the accessor.
      if (!Object.prototype.hasOwnProperty.call(this, name)) continue;
      const self = /** @type {any} */ (this);
      const early = self[name];
      delete self[name];
      self[name] = early;
    }
    this.#quiet = new Quiet();
    this.#unhear = whenVoicesChange(() => this.#draw());
    this.#live = true;
    this.#begin();
  }

  disconnectedCallback() {
    this.#live = false;
    this.#hush?.();
    this.#pause?.stop();
    this.#line.stop();
    this.#unhear();
    this.#quiet?.stop();
    this.#quiet = null;
    this.#thinking = "";
    this.#entitle(false);
  }

  /** @param {string} name @param {string | null} _ @param {string | null} value */
  attributeChangedCallback(name, _, value) {
    const property = name.replace(/-(\w)/g, (_match, letter) => letter.toUpperCase());
    /** @type {any} */ (this)[property] = value ?? "";
  }

  /** Where the API is, without `/v1`. */
  get endpoint() {
    return this.#set.endpoint;
  }
  set endpoint(value) {
    this.#become("endpoint", value);
  }

  /** The policyholder's bearer token. As a property it never stands in the page. */
  get token() {
    return this.#set.token;
  }
  set token(value) {
    this.#become("token", value);
  }

  get requestId() {
    return this.#set.requestId;
  }
  set requestId(value) {
    this.#become("requestId", value);
  }

  /** The language of the prompt's own words. */
  get locale() {
    return this.#set.locale;
  }
  set locale(value) {
    this.#set.locale = value;
    this.#draw();
  }

  /** The language that the questions are in, where it is another one. */
  get questionLocale() {
    return this.#set.questionLocale;
  }
  set questionLocale(value) {
    this.#set.questionLocale = value;
    this.#draw();
  }

  /** What the API said of a request. */
  get reply() {
    return this.#reply;
  }
  set reply(reply) {
    if (reply === this.#reply) return this.#draw();
    if (reply && reply.request_id !== this.#set.requestId) {
      this.#line.stop();
      this.#set.requestId = reply.request_id;
    }
    this.#reply = reply;
    this.#ask(reply?.next_step === "answer" && !reply.discreet ? reply.questions : []);
    if (reply && this.#live) this.#line.settle(reply);
  }

  /** What the API said of the session's signals. While it is discreet nothing else is shown; afterwards we ask anew. */
  get note() {
    return this.#note;
  }
  set note(note) {
    const covered = this.#discreet;
    this.#note = note;
    this.#draw();
    if (covered && !note?.discreet && this.#live) this.#line.read();
  }

  get #discreet() {
    // A request that goes on by itself has nothing to hide from who is on the line.
    const goesOn = this.#reply?.next_step === "proceed";
    return this.#reply?.discreet === true || (this.#note?.discreet === true && !goesOn);
  }

  get questions() {
    return this.#open;
  }
  /** Those already answered are left out. */
  set questions(questions) {
    this.#ask(questions);
  }

  /** @param {"endpoint" | "token" | "requestId"} name @param {string} value */
  #become(name, value) {
    if (this.#set[name] === value) return;
    this.#set[name] = value;
    this.#begin();
  }

  #begin() {
    if (!this.#live) return;
    this.#draw();
    this.#line.begin(this.#reply !== null || this.#open.length > 0);
  }

  /** @param {Question[]} questions */
  #ask(questions) {
    const open = questions.filter((question) => !question.answered);
    const same = fingerprint(open) === fingerprint(this.#open);
    this.#open = open;
    this.#before = questions.length - open.length;
    const mine = !same && this.#root.activeElement !== null;
    if (!same) {
      this.#given = new Map();
      this.#silences = new Map();
      this.#at = 0;
      this.#missed = false;
      this.#thinking = "";
    }
    this.#draw();
    if (mine) focusOn(this.#root.querySelector(".prompt-question") ?? this.#root.querySelector(".message"));
  }

  /** @param {number} place */
  #show(place) {
    this.#at = place;
    this.#missed = false;
    this.#draw();
    focusOn(this.#root.querySelector(".prompt-question"));
  }

  #forward() {
    if (this.#line.state !== "idle") return;
    const { question_id } = this.#open[this.#at];
    if (this.#left > 0) {
      this.#say(fill(this.#words.pause_said, { seconds: this.#left }));
      return;
    }
    if (!this.#given.has(question_id)) {
      this.#missed = true;
      this.#draw();
      focusOn(this.#root.querySelector("input"));
      return;
    }
    this.#silences.set(question_id, this.#quiet?.longest ?? 0);
    if (this.#at + 1 < this.#open.length) {
      this.#show(this.#at + 1);
      return;
    }
    this.#hush?.();
    const answers = this.#open.map((question) => {
      const given = /** @type {string} */ (this.#given.get(question.question_id));
      return given.startsWith("c")
        ? { question_id: question.question_id, choice_id: given }
        : { question_id: question.question_id, amount_twd: Number(given) };
    });
    const silences = [...this.#silences].map(([id, silence_s]) => ({ question_id: id, silence_s }));
    this.#emit("answers", { answers, silences });
    if (this.#line.open) this.#line.post(answers);
  }

  /** @param {"answers" | "reply" | "problem"} name @param {object} detail */
  #emit(name, detail) {
    const event = new CustomEvent(name, { detail, bubbles: true });
    this.dispatchEvent(event);
    this[`on${name}`]?.(event);
  }

  get #words() {
    return WORDS[this.#spoken];
  }

  get #spoken() {
    const around = /** @type {HTMLElement | null} */ (this.closest("[lang]"))?.lang;
    return nearest(this.#set.locale || this.#set.questionLocale || around);
  }

  get #asked() {
    return this.#set.questionLocale || this.#spoken;
  }

  /** @param {string} text */
  #say(text) {
    this.#said.textContent = text;
  }

  /** Each question begins with its pause; a question that is drawn again goes on where it was. */
  #think() {
    const question = this.#discreet ? undefined : this.#open[this.#at];
    const now = question ? `${question.question_id} ${question.prompt}` : "";
    if (now === this.#thinking) return;
    this.#thinking = now;
    this.#hush?.();
    this.#pause?.stop();
    this.#quiet?.forget();
    this.#left = question?.pause_s ?? 0;
    if (!question) return this.#say("");
    if (this.#left === 0) {
      this.#quiet?.listen();
      return;
    }
    this.#say(fill(this.#words.pause_said, { seconds: this.#left }));
    this.#pause = countDown(this.#left, (left) => {
      if (left === this.#left) return;
      this.#left = left;
      if (left === 0) {
        this.#say(this.#words.pause_over);
        this.#quiet?.listen();
      }
      this.#draw();
    });
  }

  /** @param {string[]} texts */
  #listen(texts) {
    this.#quiet?.rest();
    this.#hush = readAloud(texts, this.#asked, () => {
      this.#hush = null;
      if (this.#left === 0) this.#quiet?.listen();
      this.#draw();
    });
    this.#draw();
  }

  /** Whoever shares the screen reads the tab as well. @param {boolean} neutral */
  #entitle(neutral) {
    if (neutral && this.#title === null) {
      this.#title = document.title;
      document.title = this.#words.quiet_title;
    } else if (!neutral && this.#title !== null) {
      document.title = this.#title;
      this.#title = null;
    }
  }

  #draw() {
    if (!this.#live) return;
    this.#think();
    this.#entitle(this.#discreet);
    const question = this.#open[this.#at];
    this.#said.lang = this.#spoken;
    this.#stage.lang = this.#spoken;
    patch(
      this.#stage,
      drawing({
        words: this.#words,
        lang: this.#asked,
        reply: this.#reply,
        note: this.#note,
        discreet: this.#discreet,
        question,
        number: this.#before + this.#at + 1,
        last: this.#at + 1 >= this.#open.length,
        first: this.#at === 0,
        given: question ? (this.#given.get(question.question_id) ?? "") : "",
        missed: this.#missed,
        line: this.#line.state,
        trouble: this.#line.trouble,
        left: this.#left,
        reading: this.#hush !== null,
        readable: canRead(this.#asked),
        give: (value) => {
          if (value) this.#given.set(question.question_id, value);
          else this.#given.delete(question.question_id);
          this.#missed = false;
          this.#draw();
        },
        forward: () => this.#forward(),
        back: () => this.#show(this.#at - 1),
        again: () => this.#line.now(),
        listen: (texts) => this.#listen(texts),
        hush: () => this.#hush?.(),
      }),
    );
  }
}

if (!customElements.get("safelight-prompt")) customElements.define("safelight-prompt", SafelightPrompt);
