/** The top of a phone: the time, and what goes on. */
import { h } from "../page/dom.js";
import { clock } from "../page/format.js";
import { icon } from "../page/icons.js";

/**
 * @param {import("../page/stage.js").Stage} stage
 * @param {{ on_call?: boolean, screen_shared?: boolean, remote_control_app?: boolean }} now
 */
export const statusBar = (stage, now) =>
  h(
    "div",
    { class: "status-bar", "aria-hidden": "true" },
    h("span", null, clock(stage.now(), stage.locale())),
    h(
      "span",
      { class: "pills" },
      now.on_call ? h("span", { class: "pill call" }, icon("call")) : null,
      now.screen_shared ? h("span", { class: "pill" }, icon("screen")) : null,
      now.remote_control_app ? h("span", { class: "pill" }, icon("remote")) : null,
    ),
  );
