/** What the phone shows once the API answered: questions, an outcome, or that nobody answered. */
import "../prompt/safelight-prompt.js";
import { h } from "../page/dom.js";
import { icon } from "../page/icons.js";
import { problemBox, titleBar } from "./parts.js";

/** The questions, and the neutral text that stands there while somebody may be listening. @param {import("./phone.js").PhoneView} view */
export function promptScreen({ state, person, stage, actions }) {
  const { say } = stage;
  const reply = /** @type {import("../types.js").RequestReply} */ (state.reply);
  return [
    titleBar(say(reply.discreet ? "outcome.wait" : "prompt.intro")),
    h(
      "div",
      { class: reply.discreet ? "app-body outcome wait" : "app-body" },
      h("safelight-prompt", {
        "data-api": true,
        key: reply.request_id,
        endpoint: stage.config.api,
        token: person.token,
        locale: stage.locale(),
        questionLocale: state.replyLocale,
        reply,
        onreply: (/** @type {any} */ event) => actions.answered(event.detail),
      }),
      reply.discreet
        ? h("button", { type: "button", class: "button wide", onclick: actions.home }, say("outcome.home"))
        : h("p", { class: "hint centre" }, icon("cup"), say("prompt.no_hurry")),
    ),
  ];
}

/** Why we ask and where help is: the same for everybody. @param {string} locale @param {import("../types.js").RequestReply} reply */
const because = (locale, reply) => h("p", { class: "because", lang: locale, "data-api": true }, reply.because);

const FACES = /** @type {const} */ ({ proceed: "check", answer: "cup", wait: "cup", talk_to_us: "call" });

/** @param {import("./phone.js").PhoneView} view */
export function outcomeScreen({ state, stage, actions }) {
  const { say } = stage;
  const reply = /** @type {import("../types.js").RequestReply} */ (state.reply);
  const step = reply.next_step === "answer" ? "wait" : reply.next_step;
  return [
    titleBar(say(`outcome.${step}`)),
    h(
      "div",
      { class: `app-body outcome ${step}` },
      h("div", { class: "outcome-face" }, icon(FACES[step])),
      h("p", { class: "message", lang: state.replyLocale, "data-api": true }, reply.message),
      because(state.replyLocale, reply),
      h("p", null, say(`outcome.${step}.next`)),
      step === "talk_to_us"
        ? h("a", { class: "button strong wide", href: "tel:165" }, icon("call"), say("outcome.call165"))
        : null,
      h("button", { type: "button", class: "button wide", onclick: actions.home }, say("outcome.home")),
      h(
        "p",
        { class: "hint centre reference" },
        say("outcome.reference"),
        " ",
        h("code", null, reply.request_id.slice(0, 8)),
      ),
    ),
  ];
}

/** @param {import("./phone.js").PhoneView} view */
export function offlineScreen({ state, stage, actions }) {
  const { say } = stage;
  return [
    titleBar(say("offline.title")),
    h(
      "div",
      { class: "app-body outcome offline" },
      h("div", { class: "outcome-face" }, icon("offline")),
      h("p", { role: "status" }, say("offline.text")),
      h(
        "button",
        { type: "button", class: "button strong wide", "aria-disabled": state.busy ? "true" : null, onclick: actions.retry },
        state.busy ? say("form.sending") : say("offline.retry"),
      ),
      h(
        "button",
        { type: "button", class: "button wide", onclick: () => actions.go("form") },
        say("offline.edit"),
      ),
    ),
  ];
}
