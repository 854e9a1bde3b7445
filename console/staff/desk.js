/**
 * What staff do for the person behind a case: say that they are about to ring, and note what they saw.
 *
 * @typedef {import("../types.js").CaseDetail} CaseDetail
 */
import { ConnectionError, ProblemError } from "../page/api.js";
import { h } from "../page/dom.js";
import { icon } from "../page/icons.js";
import { wordFor } from "../page/words.js";

const KINDS = [
  "on_phone_at_counter",
  "accompanied_by_stranger",
  "contact_beside_policyholder",
  "evasive_or_coached",
  "hurried_or_afraid",
  "talks_of_new_investment",
  "talks_of_new_online_friend",
  "ordinary_need_seen",
];

/**
 * @param {{ api: import("../page/api.js").Api, stage: import("../page/stage.js").Stage, draw: () => void }} given
 */
export function createDesk({ api, stage, draw }) {
  const { say } = stage;
  let kind = "";
  /** The observation whose fate is not known yet. The same again keeps its id, so that it is noted once. */
  let unsure = { about: "", id: "" };
  /** What was last said about a case. @type {Map<string, string>} */
  const said = new Map();

  /**
   * @param {CaseDetail} one
   * @param {string} path
   * @param {object} body
   * @param {string} done key of what to say then
   * @returns {Promise<boolean>} whether the API has answered, one way or the other
   */
  async function tell(one, path, body, done) {
    try {
      await api.post(path, { policyholder_id: one.policyholder_id, ...body });
      said.set(one.case_id, say(done));
      return true;
    } catch (error) {
      if (error instanceof ProblemError) said.set(one.case_id, wordFor(say, "why", error.detail || error.title));
      else if (error instanceof ConnectionError) said.set(one.case_id, say("offline.title"));
      else throw error;
      return error instanceof ProblemError;
    } finally {
      draw();
    }
  }

  /** @param {CaseDetail} one */
  async function observe(one) {
    const about = `${one.policyholder_id} ${kind}`;
    if (unsure.about !== about) unsure = { about, id: crypto.randomUUID() };
    const sent = unsure;
    const settled = await tell(one, "/v1/staff/observations", { kind, observation_id: sent.id }, "desk.observe.done");
    if (settled && unsure === sent) unsure = { about: "", id: "" };
  }

  /** @param {CaseDetail} one */
  function view(one) {
    return h(
      "section",
      { class: "part desk" },
      h("h4", null, say("desk.title")),
      h(
        "button",
        {
          type: "button",
          class: "button",
          "aria-describedby": "desk-call-hint",
          onclick: () => void tell(one, "/v1/staff/calls", { minutes: 15 }, "desk.call.done"),
        },
        icon("call"),
        say("desk.call"),
      ),
      h("p", { class: "hint", id: "desk-call-hint" }, say("desk.call.hint")),
      h("label", { for: "observed" }, say("desk.observe")),
      h(
        "div",
        { class: "inline" },
        h(
          "select",
          { id: "observed", value: kind, onchange: (/** @type {any} */ event) => ((kind = event.target.value), draw()) },
          h("option", { value: "" }, say("desk.observe.pick")),
          KINDS.map((name) => h("option", { value: name }, say(`observe.${name}`))),
        ),
        h(
          "button",
          {
            type: "button",
            class: "button",
            disabled: kind === "",
            onclick: () => void observe(one),
          },
          say("desk.observe.do"),
        ),
      ),
      h("p", { class: "news", role: "status" }, said.get(one.case_id) ?? ""),
    );
  }

  return { view };
}
