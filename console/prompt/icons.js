/** Icons as SVG strokes. They stand beside words and never alone, so all are hidden from screen readers. */
import { s } from "./dom.js";

export const DRAWN = {
  alert: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7.5v5M12 16.2v.01",
  heart: "M12 20s-7.5-4.600-7.5-10A4.300 4.300 0 0 1 12 7.300 4.300 4.300 0 0 1 19.5 10C19.5 15.400 12 20 12 20z",
  offline: "M4 4l16 16M8.5 15.500a5 5 0 0 1 6 -.5M5 12a10 10 0 0 1 4-2.300M19 12a10 10 0 0 0-5-2.600M12 19v.01",
  speaker: "M4 9.500v5h3.5L12 18.500v-13L7.5 9.500zM15.5 9a4.200 4.200 0 0 1 0 6M18 6.500a8 8 0 0 1 0 11",
  stop: "M7 7h10v10H7z",
};

/**
 * @param {string} path
 * @param {string} [className]
 */
export const drawing = (path, className = "icon") =>
  s("svg", { class: className, viewBox: "0 0 24 24", "aria-hidden": "true" }, s("path", { d: path }));
