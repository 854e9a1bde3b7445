/**
 * The insurer's chat as a customer has it: what was said, the choices as buttons, a box to write in.
 *
 * @typedef {import("../page/stage.js").Stage} Stage
 * @typedef {import("./turns.js").Choice} Choice
 * @typedef {import("./turns.js").Said} Said
 */
import { ProblemError, createApi } from "../page/api.js";
import { focusOn, h, patch } from "../page/dom.js";
import { icon, lamp } from "../page/icons.js";
import { problemBox } from "../policyholder/parts.js";
import { createSignals } from "../policyholder/signals.js";
import { statusBar } from "../policyholder/status-bar.js";
import { createTalk } from "./turns.js";

/** Longer than anybody types; the API takes 5,000. */
const LONGEST = 1_000;
/** What may be tried: one who is being steered, one who is not. */
const EXAMPLES = /** @type {const} */ (["steered", "ordinary"]);

/**
 * @param {HTMLElement} root
 * @param {Stage} stage
 */
export function createChat(root, stage) {
  const { say } = stage;
  let draft = "";
  let { turns, watch } = begin();

  function begin() {
    const api = createApi(stage.config.api, stage.person().token);
    const toggles = { on_call: false, screen_shared: false, remote_control_app: false };
    const watch = createSignals({
      api,
      stage,
      toggles,
      draw,
      heard(prompt) {
        if (!prompt.discreet) return;
        turns.cover();
        draw();
      },
    });
    const turns = createTalk(api, watch.sessionId, {
      changed: draw,
      answered(reply) {
        draw();
        if (reply.request_id !== null) stage.requested();
      },
      refused(text) {
        draft ||= text;
        draw();
      },
    });
    return { turns, watch };
  }

  function again() {
    turns.stop();
    watch.stop();
    ({ turns, watch } = begin());
    draw();
  }

  function write() {
    const text = draft.trim();
    if (text === "" || turns.talk.line !== "none") return;
    draft = "";
    turns.take(stage.locale(), text, { text });
  }

  /** @param {Choice} choice */
  function choose(choice) {
    focusOn(root.querySelector(".chat-log")); // the buttons go: what comes next is read from here
    turns.take(stage.locale(), choice.text, { pressed: choice.pressed });
  }

  /** What a phone's keyboard composes with Enter is not sent by it. @param {KeyboardEvent} event */
  function entered(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    write();
  }

  /** How much had been said when it was last drawn. */
  let shown = 0;

  function draw() {
    const { talk } = turns;
    patch(root, [
      h(
        "div",
        { class: "bezel" },
        statusBar(stage, {}),
        h("div", { class: "chat" }, bar(), log(), composer()),
      ),
      watch.view(),
      examples(),
    ]);
    if (talk.said.length !== shown) bringIntoView();
    shown = talk.said.length;
  }

  /** The newest, but from its beginning: what he said last stays in sight. */
  function bringIntoView() {
    const log = root.querySelector(".chat-log");
    const mine = /** @type {HTMLElement | undefined} */ ([...root.querySelectorAll(".bubble.mine")].at(-1));
    log?.scrollTo({ top: mine ? mine.offsetTop - 12 : 0 });
  }

  const bar = () =>
    h(
      "div",
      { class: "chat-bar" },
      lamp(),
      h("h3", { class: "chat-title" }, say("chat.title")),
      turns.talk.said.length > 0
        ? h("button", { type: "button", class: "button quiet", onclick: again }, say("chat.again"))
        : null,
    );

  function log() {
    const { talk } = turns;
    const fresh = talk.said.length === 0;
    return h(
      "div",
      { class: "chat-log", role: "log", tabindex: "0", "aria-label": say("chat.log") },
      fresh ? h("p", { class: "bubble theirs", key: "hello" }, say("chat.hello")) : null,
      talk.said.map(bubble),
      talk.line === "asking" ? h("p", { class: "typing", key: "typing" }, h("span", { class: "unseen" }, say("chat.typing"))) : null,
      talk.line === "lost" ? lost() : null,
      talk.refused instanceof ProblemError ? problemBox(say, talk.refused) : null,
      talk.choices.length > 0 ? choices(talk.choices) : null,
      talk.over ? h("p", { class: "chat-over", key: "over" }, say("chat.over")) : null,
    );
  }

  /** @param {Said} said @param {number} at */
  function bubble({ mine, text, lang }, at) {
    return h(
      "div",
      { class: mine ? "bubble mine" : "bubble theirs", key: `said-${at}`, lang, "data-api": true },
      h("span", { class: "unseen" }, say(mine ? "chat.you" : "chat.us")),
      text.split("\n").map((line) => h("p", null, line)),
    );
  }

  const lost = () =>
    h(
      "div",
      { class: "chat-lost", key: "lost" },
      icon("offline"),
      h("p", null, say("chat.lost")),
      h("button", { type: "button", class: "button", onclick: () => turns.now() }, say("offline.retry")),
    );

  /** Their number may be typed as well. @param {Choice[]} offered */
  const choices = (offered) =>
    h(
      "div",
      { class: "chat-choices", key: `choices-${turns.talk.said.length}`, role: "group", "aria-label": say("chat.choices") },
      offered.map((choice, at) =>
        h(
          "button",
          { type: "button", class: "chat-choice", "data-api": true, lang: turns.talk.said.at(-1)?.lang, onclick: () => choose(choice) },
          h("span", { class: "chat-number" }, at + 1),
          " ",
          h("span", null, choice.text),
        ),
      ),
    );

  function composer() {
    return h(
      "form",
      {
        class: "chat-composer",
        onsubmit: (/** @type {Event} */ event) => {
          event.preventDefault();
          write();
        },
      },
      h("label", { class: "unseen", for: "chat-text" }, say("chat.write")),
      h("textarea", {
        id: "chat-text",
        rows: 1,
        maxlength: LONGEST,
        autocomplete: "off",
        placeholder: say("chat.write"),
        value: draft,
        onkeydown: entered,
        oninput: (/** @type {any} */ event) => (draft = event.target.value),
      }),
      h(
        "button",
        { type: "submit", class: "chat-send", "aria-label": say("chat.send"), "aria-disabled": turns.talk.line === "none" ? null : "true" },
        icon("send"),
      ),
    );
  }

  function examples() {
    return h(
      "div",
      { class: "signals examples", role: "group", "aria-label": say("chat.try") },
      h("p", { class: "hint" }, say("chat.try")),
      EXAMPLES.map((name) =>
        h(
          "button",
          {
            type: "button",
            class: "switch plain-switch",
            onclick: () => {
              draft = say(`chat.try.${name}`);
              draw();
              focusOn(root.querySelector("#chat-text"));
            },
          },
          say(`chat.try.${name}`),
        ),
      ),
    );
  }

  draw();
  return {
    draw,
    personChanged() {
      draft = "";
      again();
    },
  };
}
