/**
 * How did it end? Asked twice, because the answer stops or releases somebody's money and becomes a label.
 *
 * @typedef {import("../types.js").CaseDetail} CaseDetail
 */
import { ConnectionError, ProblemError } from "../page/api.js";
import { h, patch } from "../page/dom.js";
import { money } from "../page/format.js";
import { icon } from "../page/icons.js";
import { wordFor } from "../page/words.js";

export const OUTCOMES = /** @type {const} */ (["scam", "genuine", "unsure"]);
const SURE = /** @type {const} */ ([
  ["high", 1],
  ["middle", 0.8],
  ["low", 0.5],
]);
const GROUNDS = [
  "spoke_with_policyholder",
  "spoke_with_contact",
  "papers_seen",
  "police_confirmed",
  "policyholder_withdrew",
];

/**
 * @param {{ api: import("../page/api.js").Api, stage: import("../page/stage.js").Stage,
 *   saved: (one: CaseDetail) => void }} given
 */
export function createOutcomeDialog({ api, stage, saved }) {
  const { say } = stage;
  const dialog = /** @type {HTMLDialogElement} */ (h("dialog", { class: "dialog", "aria-labelledby": "outcome-title" }));
  document.body.append(dialog);
  /** @type {CaseDetail | null} */
  let about = null;
  let label = "unsure";
  let confidence = 1;
  let reason = GROUNDS[0];
  let trouble = "";
  let busy = false;

  async function record() {
    if (!about || busy) return;
    busy = true;
    trouble = "";
    draw();
    const address = `/v1/staff/cases/${encodeURIComponent(about.case_id)}/outcome?locale=${stage.locale()}`;
    try {
      const one = await api.post(address, { label, confidence, reason });
      dialog.close();
      stage.announcer.gently(say("outcome.recorded", { label: say(`outcome.${label}`) }));
      saved(one);
    } catch (error) {
      if (error instanceof ProblemError) trouble = wordFor(say, "why", error.detail || error.title);
      else if (error instanceof ConnectionError) trouble = say("offline.title");
      else throw error;
    } finally {
      busy = false;
      draw();
    }
  }

  function draw() {
    if (!about) return;
    patch(dialog, [
      h(
        "form",
        {
          method: "dialog",
          onsubmit: (/** @type {Event} */ event) => {
            event.preventDefault();
            void record();
          },
        },
        h("h3", { id: "outcome-title" }, say("outcome.confirm", { label: say(`outcome.${label}`) })),
        h(
          "p",
          null,
          wordFor(say, "kind", about.kind),
          " · ",
          h("span", { "data-people": true }, stage.nameOfId(about.policyholder_id)),
          " · ",
          money(about.amount_twd, stage.locale()),
        ),
        h("p", { class: `means ${label}` }, say(`outcome.${label}.means`)),
        h(
          "fieldset",
          { class: "field" },
          h("legend", null, say("outcome.sure")),
          h(
            "div",
            { class: "segments" },
            SURE.map(([name, value]) =>
              h(
                "label",
                { class: "segment" },
                h("input", {
                  type: "radio",
                  name: "sure",
                  value: name,
                  checked: confidence === value,
                  onchange: () => ((confidence = value), draw()),
                }),
                h("span", null, say(`outcome.sure.${name}`)),
              ),
            ),
          ),
        ),
        h(
          "div",
          { class: "field" },
          h("label", { for: "grounds" }, say("outcome.reason")),
          h(
            "select",
            { id: "grounds", onchange: (/** @type {any} */ event) => (reason = event.target.value) },
            GROUNDS.map((name) => h("option", { value: name, selected: name === reason }, say(`reason.${name}`))),
          ),
        ),
        trouble ? h("p", { class: "trouble", role: "alert" }, icon("alert"), trouble) : null,
        h(
          "div",
          { class: "dialog-actions" },
          h("button", { type: "button", class: "button quiet", onclick: () => dialog.close() }, say("outcome.cancel")),
          h("button", { type: "submit", class: "button strong", "aria-disabled": busy ? "true" : null }, say("outcome.do")),
        ),
      ),
    ]);
  }

  return {
    /** @param {CaseDetail} one @param {string} wanted */
    open(one, wanted) {
      about = one;
      label = wanted;
      confidence = 1;
      reason = GROUNDS[0];
      trouble = "";
      draw();
      dialog.showModal();
    },
    draw,
  };
}
