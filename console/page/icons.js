/** Icons as SVG strokes. They stand beside words and never alone, so all are hidden from screen readers. */
import { DRAWN, drawing } from "../prompt/icons.js";
import { s } from "./dom.js";

const PATHS = {
  ...DRAWN,
  back: "M15 5l-7 7 7 7",
  call: "M6.5 4h3l1.5 4.5-2 1.5a11 11 0 0 0 5 5l1.5-2 4.5 1.5v3a2 2 0 0 1-2 2A15.5 15.5 0 0 1 4.5 6a2 2 0 0 1 2-2z",
  check: "M5 12.500l4.5 4.500L19 7.5",
  clock: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5.500l3.5 2",
  cup: "M5 9h11v6a4 4 0 0 1-4 4H9a4 4 0 0 1-4-4zM16 10.500h1.500a2.5 2.5 0 0 1 0 5H16M8.5 3.500c-1 1.200 1 1.800 0 3M12.5 3.500c-1 1.200 1 1.800 0 3",
  headset: "M4 14v-2a8 8 0 0 1 16 0v2M4 13.500h2.500v5H5a1 1 0 0 1-1-1zM20 13.500h-2.500v5H19a1 1 0 0 0 1-1zM18.500 18.500c0 1.500-2 2-4.500 2",
  hand: "M8 12V5.500a1.5 1.5 0 0 1 3 0V11M11 10V4.500a1.5 1.5 0 0 1 3 0V11M14 6.500a1.5 1.5 0 0 1 3 0V14a6 6 0 0 1-6 6.500c-3 0-4.300-1.5-5.5-4L4 13.200a1.400 1.400 0 0 1 2.400-1.400L8 14",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  message: "M4 5h16v11H9l-5 4z",
  mobile: "M8 3h8a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM11 18h2",
  people: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20a6.5 6.5 0 0 1 13 0M16 4.500a3.5 3.5 0 0 1 0 6.500M18 14.500a6.5 6.5 0 0 1 3.5 5.5",
  policy: "M6 3h9l4 4v14H6zM9 11h7M9 15h7M9 7h3",
  question: "M9 9.500a3 3 0 1 1 4.5 2.600c-1 .6-1.5 1.200-1.5 2.400M12 17.500v.01",
  quiet: "M4 9.500v5h3.5L12 18.500v-13L7.5 9.500zM16 9.500l5 5M21 9.500l-5 5",
  remote: "M4 5h16v11H4zM9 20h6M10 8.500l4.5 2-2 .7-.8 2z",
  send: "M12 19.500v-15M5.500 11 12 4.500 18.500 11",
  screen: "M4 5h16v11H4zM9 20h6M12 13.500v-5M9.800 10.5 12 8.300l2.200 2.200",
};

/** @typedef {keyof typeof PATHS} IconName */

/**
 * @param {IconName} name
 * @param {string} [className]
 */
export const icon = (name, className = "icon") => drawing(PATHS[name], className);

const SHAPES = {
  RED: "M8 2.500h8L21.5 8v8L16 21.500H8L2.5 16V8z",
  YELLOW: "M12 2.800 22.200 20.500H1.800z",
  GREEN: "M12 2.500a9.5 9.5 0 1 0 0 19 9.5 9.5 0 0 0 0-19z",
};
const MARKS = { RED: "M12 7v6.500M12 16.800v.01", YELLOW: "M12 9.500v5M12 17.500v.01", GREEN: "M7.5 12.500l3 3 6-6.5" };

/**
 * The light's own shape (octagon, triangle, disc), so that it is told apart without its colour.
 * @param {string} light
 */
export function lightShape(light) {
  const name = /** @type {keyof typeof SHAPES} */ (light in SHAPES ? light : "YELLOW");
  return s(
    "svg",
    { class: "light-shape", viewBox: "0 0 24 24", "aria-hidden": "true" },
    s("path", { class: "light-body", d: SHAPES[name] }),
    s("path", { class: "light-mark", d: MARKS[name] }),
  );
}

/** The mark of the house: a lamp over a table. */
export function lamp() {
  return s(
    "svg",
    { class: "lamp", viewBox: "0 0 48 48", "aria-hidden": "true" },
    s("path", { class: "lamp-cone", d: "M13 24 3 46h42L35 24z" }),
    s("path", { class: "lamp-cord", d: "M24 0v9" }),
    s("path", { class: "lamp-shade", d: "M24 9c-8 0-14 6.5-14 15h28c0-8.5-6-15-14-15z" }),
    s("path", { class: "lamp-bulb", d: "M18.5 25.500a5.5 5 0 0 0 11 0z" }),
  );
}
