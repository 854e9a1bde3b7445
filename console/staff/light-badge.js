/**
 * A light and a date as the board writes them.
 *
 * @typedef {import("../page/stage.js").Stage} Stage
 */
import { h } from "../page/dom.js";
import { daysUntil } from "../page/format.js";
import { lightShape } from "../page/icons.js";
import { wordFor } from "../page/words.js";

/** @param {string} light in whichever case the API writes it */
export const lightName = (light) => light.toUpperCase();

/** A light, told by shape and word as well as by colour. @param {Stage} stage @param {string} light */
export function lightBadge(stage, light) {
  const name = lightName(light);
  return h(
    "span",
    { class: `light ${name.toLowerCase()}` },
    lightShape(name),
    h("span", null, wordFor(stage.say, "light", name)),
  );
}

/** @param {Stage} stage @param {string} day */
export function daysLeft(stage, day) {
  const days = daysUntil(day, stage.now());
  if (days === 0) return stage.say("board.days.today");
  return days > 0 ? stage.say("board.days", { days }) : stage.say("board.days.over", { days: -days });
}
