/**
 * What the phone sees at the moment, told to the API as it changes: before a request, and after it, when the questions
 * come as soon as nobody reads along any more.
 *
 * @typedef {import("../page/stage.js").Stage} Stage
 * @typedef {import("../prompt/shapes.js").SessionPrompt} SessionPrompt
 * @typedef {import("./request-form.js").Toggle} Toggle
 * @typedef {Record<Toggle, boolean>} Toggles
 */
import { ConnectionError, ProblemError } from "../page/api.js";
import { h } from "../page/dom.js";
import { icon } from "../page/icons.js";
import { untilHeard } from "../prompt/retry.js";
import { TOGGLES } from "./request-form.js";

const ICONS = /** @type {const} */ ({ on_call: "call", screen_shared: "screen", remote_control_app: "remote" });

/**
 * @param {{ api: import("../page/api.js").Api, stage: Stage, toggles: Toggles, draw: () => void,
 *   heard: (prompt: SessionPrompt, locale: string) => void }} given `toggles` is changed as they are switched
 */
export function createSignals({ api, stage, toggles, draw, heard }) {
  const sessionId = crypto.randomUUID();
  let sequence = 0;
  /** The last delivery. It has the newest word on everything: those before it need not arrive. */
  let delivery = { stop() {} };

  /** @param {Toggle} toggle @param {boolean} on */
  function change(toggle, on) {
    toggles[toggle] = on;
    const locale = stage.locale();
    const body = { ...toggles, sequence: (sequence += 1) };
    delivery.stop();
    delivery = untilHeard(() => api.post(`/v1/sessions/${sessionId}/signals?locale=${locale}`, body), {
      heard: (prompt) => heard(prompt, locale),
      refused(error) {
        if (!(error instanceof ConnectionError || error instanceof ProblemError)) throw error;
        // What the API does not take here it gets with the next request.
      },
      waiting() {},
    });
    draw();
  }

  return {
    sessionId,
    /** Nothing more is told. */
    stop: () => delivery.stop(),
    view: () =>
      h(
        "fieldset",
        { class: "signals", key: "signals" },
        h("legend", null, stage.say("signals.title")),
        TOGGLES.map((toggle) =>
          h(
            "label",
            { class: "switch" },
            h("input", {
              type: "checkbox",
              role: "switch",
              name: toggle,
              checked: toggles[toggle],
              onchange: (/** @type {any} */ event) => change(toggle, event.target.checked),
            }),
            icon(ICONS[toggle]),
            h("span", null, stage.say(`signals.${toggle}`)),
          ),
        ),
      ),
  };
}
