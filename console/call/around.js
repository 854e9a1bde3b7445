/** What stands beside the telephone: who rings, and what the colleague hears before he takes over. No caller sees these. */
import { h } from "../page/dom.js";
import { icon } from "../page/icons.js";
import { frameOf } from "../page/words.js";

/**
 * @param {import("../page/stage.js").Stage} stage
 * @param {{ who: "self" | "contact", going: boolean, choose: (who: "self" | "contact") => void }} now
 */
export function caller(stage, { who, going, choose }) {
  const { say } = stage;
  const number = stage.contactPhones()[0];
  const choices = /** @type {const} */ ([
    ["self", stage.nameOf(stage.person()), say("call.from.self")],
    ["contact", say("call.from.contact"), number ? say("call.from.number", { last3: number.slice(-3) }) : say("call.from.none")],
  ]);
  const spoken = frameOf(stage.locale()) === stage.locale();
  return h(
    "fieldset",
    { class: "signals callers", key: "callers", disabled: going },
    h("legend", null, say("call.from")),
    choices.map(([name, title, about]) =>
      h(
        "label",
        { class: "switch" },
        h("input", {
          type: "radio",
          name: "caller",
          value: name,
          checked: who === name,
          disabled: name === "contact" && !number,
          onchange: () => choose(name),
        }),
        h("span", null, h("strong", { "data-people": true }, title), h("span", { class: "switch-about" }, about)),
      ),
    ),
    spoken ? null : h("p", { class: "hint" }, say("call.languages")),
  );
}

/**
 * @param {import("../page/stage.js").Stage} staff
 * @param {{ queue: "caring" | "service", whisper: string | null }} to
 * @param {string} lang
 */
export const handover = (staff, { queue, whisper }, lang) =>
  h(
    "section",
    { class: "handover", key: "handover", lang: staff.locale(), "aria-label": staff.say("handover.title") },
    h(
      "h3",
      null,
      icon("headset"),
      h("span", null, staff.say("handover.title")),
      h("span", { class: "tag" }, staff.say(`handover.queue.${queue}`)),
    ),
    whisper
      ? h("blockquote", { lang, "data-api": true }, whisper)
      : h("p", { class: "hint" }, staff.say("handover.nothing")),
    h("p", { class: "hint" }, staff.say("handover.about")),
  );
