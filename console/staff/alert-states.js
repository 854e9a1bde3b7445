/**
 * How the messages about a case are doing, as it happens: each state with an icon and a word, a change said gently.
 *
 * @typedef {import("../types.js").CaseDetail} CaseDetail
 * @typedef {import("../types.js").Alert} Alert
 * @typedef {import("../page/stage.js").Stage} Stage
 */
import { h } from "../page/dom.js";
import { dayAndTime } from "../page/format.js";
import { icon } from "../page/icons.js";
import { wordFor } from "../page/words.js";

/** @type {Record<string, import("../page/icons.js").IconName>} */
const ICONS = {
  pending: "clock",
  sending: "send",
  sent: "message",
  delivered: "check",
  undelivered: "alert",
  unknown: "question",
  failed: "alert",
  suppressed: "quiet",
};

/** What became of it: of one that was sent, what the carrier says in the end. @param {Alert} alert */
export function stateOf(alert) {
  const arrival = alert.delivery?.arrival;
  return alert.state === "sent" && (arrival === "delivered" || arrival === "undelivered") ? arrival : alert.state;
}

/** @param {Alert} alert */
const keyOf = (alert) => `${alert.purpose} ${alert.contact_id ?? ""}`;

/** @param {Alert} alert @param {Stage} stage */
const toWhom = (alert, stage) => stage.say(alert.contact_id === null ? "alert.to.policyholder" : "alert.to.contact");

/** @param {CaseDetail} one @param {Stage} stage */
export function alertList(one, stage) {
  const { say } = stage;
  if (one.alerts.length === 0) return h("p", { class: "hint" }, say("case.alerts.none"));
  return h(
    "ul",
    { class: "alerts" },
    one.alerts.map((alert) => {
      const state = stateOf(alert);
      const at = alert.delivery?.at ?? alert.at;
      return h(
        "li",
        { key: keyOf(alert) },
        icon(ICONS[state] ?? "message"),
        h("span", { class: `tag alert-${state}` }, wordFor(say, "alert", state)),
        h("span", null, toWhom(alert, stage), " · ", wordFor(say, "purpose", alert.purpose)),
        alert.cause ? h("span", { class: "hint" }, wordFor(say, "cause", alert.cause)) : null,
        alert.provider ? h("span", { class: "hint" }, wordFor(say, "provider", alert.provider)) : null,
        h("time", { class: "hint", datetime: at }, dayAndTime(at, stage.locale())),
      );
    }),
  );
}

/** Says what changed of the case that is looked at since the last look. @param {Stage} stage */
export function createAlertNews(stage) {
  let caseId = "";
  /** @type {Map<string, string>} */
  let known = new Map();
  return {
    /** @param {CaseDetail} one */
    heard(one) {
      const before = one.case_id === caseId ? known : null;
      caseId = one.case_id;
      known = new Map(one.alerts.map((alert) => [keyOf(alert), stateOf(alert)]));
      const news = one.alerts.filter((alert) => before && before.get(keyOf(alert)) !== stateOf(alert));
      if (news.length === 0) return;
      const said = news.map((alert) =>
        stage.say("alert.news", { to: toWhom(alert, stage), state: wordFor(stage.say, "alert", stateOf(alert)) }),
      );
      stage.announcer.gently(said.join(" "));
    },
  };
}
