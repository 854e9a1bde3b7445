/**
 * How the prompt looks at one moment.
 *
 * @typedef {import("./shapes.js").Question} Question
 * @typedef {object} Moment
 * @property {import("./words.js").Words} words
 * @property {string} lang of the API's texts
 * @property {import("./shapes.js").RequestReply | null} reply
 * @property {import("./shapes.js").SessionPrompt | null} note
 * @property {boolean} discreet somebody may be listening or watching
 * @property {Question | undefined} question the one that is open
 * @property {number} number
 * @property {boolean} first
 * @property {boolean} last
 * @property {string} given a choice's id, digits, or nothing yet
 * @property {boolean} missed sent without an answer
 * @property {import("./line.js").State} line
 * @property {"" | "signin" | "other"} trouble
 * @property {number} left seconds of the pause
 * @property {boolean} reading
 * @property {boolean} readable
 * @property {(value: string) => void} give
 * @property {() => void} forward
 * @property {() => void} back
 * @property {() => void} again
 * @property {(texts: string[]) => void} listen
 * @property {() => void} hush
 */
import { h } from "./dom.js";
import { DRAWN, drawing as icon } from "./icons.js";
import { fill } from "./words.js";

/** The API takes up to a thousand million. */
const MOST_DIGITS = 9;

/** @param {Moment} at */
export function drawing(at) {
  const { reply, note, words, lang } = at;
  // A neutral text is then all there is: no story, no question, no hotline.
  if (at.discreet) {
    const sent = (reply?.discreet && reply.message) || (note?.discreet && note.message);
    return [sent ? message(sent, lang) : message(words.quiet, null)];
  }
  return [
    note?.message ? h("p", { class: "note", key: "note", lang }, note.message) : null,
    note?.message && note.story ? story(note.story, at) : null,
    reply?.message ? message(reply.message, lang) : null,
    at.question ? form(at, at.question) : null,
    line(at),
    reply?.because ? h("p", { class: "because", key: "because", lang }, reply.because) : null,
  ];
}

/** @param {string} text @param {string | null} lang */
const message = (text, lang) => h("p", { class: "message", key: "message", tabindex: "-1", lang }, text);

/** @param {string} text @param {Moment} at */
const story = (text, { words, lang }) =>
  h(
    "aside",
    { class: "prompt-story", "aria-label": words.story },
    h("p", { class: "prompt-story-title" }, icon(DRAWN.heart), words.story),
    h("p", { lang }, text),
  );

/** How it stands between the answer and the API, in a region that is there before it speaks. @param {Moment} at */
function line({ words, line: now, trouble, question, again }) {
  const lost = now === "unsent" || now === "unheard";
  const text = trouble ? words[trouble] : lost ? words[now] : now === "idle" || question ? "" : words[now];
  return h(
    "div",
    { class: text ? "prompt-line shown" : "prompt-line", key: "line" },
    h(
      "p",
      { class: "prompt-line-text", role: "status" },
      text ? icon(trouble ? DRAWN.alert : lost ? DRAWN.offline : DRAWN.heart) : null,
      text,
    ),
    lost ? h("button", { type: "button", class: "button", onclick: again }, words.again) : null,
  );
}

/** @param {Moment} at @param {Question} question */
function form(at, question) {
  const { words, lang, missed, left, line: now } = at;
  const id = question.question_id;
  const busy = now === "sending" || now === "unsent";
  const open = question.form === "open";
  return h(
    "form",
    {
      key: `${id} ${question.prompt}`,
      class: "prompt",
      novalidate: true,
      onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        at.forward();
      },
    },
    h(
      "div",
      { class: "prompt-top" },
      h("p", { class: "prompt-progress", id: "progress" }, fill(words.progress, { number: at.number })),
      at.readable ? reader(at, question) : null,
    ),
    question.story ? story(question.story, at) : null,
    h(
      "fieldset",
      { class: "prompt-choices", "aria-describedby": missed ? "missed" : "progress" },
      h("legend", { class: "prompt-question", tabindex: "-1", lang }, question.prompt),
      missed ? h("p", { class: "prompt-missed", id: "missed", role: "alert" }, icon(DRAWN.alert), open ? words.fill : words.pick) : null,
      open ? amount(at) : null,
      question.choices.map((choice) => one(at, choice)),
    ),
    pause(at, question),
    h(
      "div",
      { class: "prompt-actions", key: "actions" },
      at.first ? null : h("button", { type: "button", class: "button quiet", key: "back", onclick: at.back }, words.back),
      h(
        "button",
        {
          type: "submit",
          key: "send",
          class: now === "sending" ? "button strong busy" : "button strong",
          "aria-disabled": busy || left > 0 ? "true" : null,
          "aria-describedby": left > 0 ? "pause" : null,
        },
        now === "sending" ? words.sending : at.last ? words.send : words.next,
      ),
    ),
  );
}

/** @param {Moment} at @param {import("./shapes.js").Choice} choice */
const one = ({ lang, given, give }, choice) =>
  h(
    "label",
    { class: given === choice.choice_id ? "card-choice chosen" : "card-choice", key: choice.choice_id, lang },
    h("input", {
      type: "radio",
      name: "choice",
      value: choice.choice_id,
      checked: given === choice.choice_id,
      onchange: () => give(choice.choice_id),
    }),
    h("span", { class: "card-choice-text" }, choice.text),
  );

/** A sum in New Taiwan dollars; the choices beside it are for whoever has none. @param {Moment} at */
const amount = ({ words, given, give }) =>
  h(
    "label",
    { class: "prompt-amount", key: "amount" },
    h("span", null, words.amount),
    h("input", {
      type: "text",
      inputmode: "numeric",
      autocomplete: "off",
      placeholder: words.amount_hint,
      value: given.startsWith("c") ? "" : given,
      oninput: (/** @type {Event} */ event) => {
        const typed = /** @type {HTMLInputElement} */ (event.target).value;
        give(typed.normalize("NFKC").replace(/\D/g, "").slice(0, MOST_DIGITS));
      },
    }),
  );

/**
 * A timer's region is silent by itself: nobody has the seconds read out to him. It stays when it is over, because what
 * stands behind it would lose the focus if it moved.
 * @param {Moment} at
 * @param {Question} question
 */
const pause = ({ words, left }, question) =>
  h(
    "div",
    { class: "prompt-pause", hidden: left === 0 },
    h("p", { role: "timer", id: "pause" }, fill(words.pause, { seconds: left })),
    h("span", { class: "prompt-pause-bar", "aria-hidden": "true", style: { "--pause": `${question.pause_s}s` } }),
  );

/** @param {Moment} at @param {Question} question */
function reader({ words, reading, listen, hush }, question) {
  const texts = [question.story ?? "", question.prompt, ...question.choices.map((choice) => choice.text)].filter(Boolean);
  return h(
    "button",
    { type: "button", class: "button quiet prompt-reader", "aria-pressed": reading ? "true" : "false", onclick: () => (reading ? hush() : listen(texts)) },
    icon(reading ? DRAWN.stop : DRAWN.speaker),
    reading ? words.hush : words.listen,
  );
}
