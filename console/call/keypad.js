/** The twelve keys of a telephone. */
import { h } from "../page/dom.js";

const KEYS = [..."123456789*0#"];
/** A sum that the API takes has no more. */
export const MOST_DIGITS = 9;
const OWN = /^[0-9*#]$/;

/** The key of the telephone that a key of the keyboard stands for. @param {KeyboardEvent} event */
export function keyOf(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  return OWN.test(event.key) ? event.key : null;
}

/**
 * @param {import("../page/words.js").Say} say
 * @param {"key" | "sum" | null} awaits `*` and `#` do something where a sum is keyed in only
 * @param {(key: string) => void} press
 */
export const keypad = (say, awaits, press) =>
  h(
    "div",
    { class: "keypad", role: "group", "aria-label": say("call.keypad"), key: "keypad" },
    KEYS.map((key) => {
      const means = { "*": "call.key.clear", "#": "call.key.done" }[key];
      const idle = awaits === null || (means !== undefined && awaits !== "sum");
      return h(
        "button",
        {
          type: "button",
          class: means ? "keypad-key sign" : "keypad-key",
          "aria-disabled": idle ? "true" : null,
          "aria-label": means ? `${key} ${say(means)}` : null,
          onclick: () => press(key),
        },
        h("span", { class: "keypad-digit" }, key),
        means ? h("span", { class: "keypad-means", "aria-hidden": "true" }, say(means)) : null,
      );
    }),
  );
