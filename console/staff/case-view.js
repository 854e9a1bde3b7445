/**
 * One case as staff see it: the light and why, what was asked and answered, what happened.
 *
 * @typedef {import("../types.js").CaseDetail} CaseDetail
 * @typedef {import("../page/stage.js").Stage} Stage
 */
import { h } from "../page/dom.js";
import { chance, chanceBar, dayAndTime, justDay, money } from "../page/format.js";
import { icon, lightShape } from "../page/icons.js";
import { wordFor } from "../page/words.js";
import { alertList } from "./alert-states.js";
import { daysLeft, lightBadge } from "./light-badge.js";
import { OUTCOMES } from "./outcome-dialog.js";

/**
 * @param {CaseDetail} one
 * @param {Stage} stage
 * @param {{ decide: (label: string) => void, desk: { view: (one: CaseDetail) => HTMLElement },
 *   contacts: { view: (one: CaseDetail) => HTMLElement } }} actions
 */
export function caseView(one, stage, actions) {
  const { say } = stage;
  return [
    head(one, stage),
    tasks(one, stage),
    one.suspected.length > 0
      ? h(
          "p",
          { class: "suspected" },
          h("span", { class: "suspected-title" }, say("case.suspected")),
          one.suspected.map((type) => h("span", { class: "tag" }, wordFor(say, "scam", type))),
        )
      : null,
    h("div", { class: "two-columns" }, reasons(one, stage), experts(one, stage)),
    questions(one, stage),
    h("div", { class: "two-columns" }, timeline(one, stage), h("div", null, part(say("case.alerts"), alertList(one, stage)), actions.desk.view(one))),
    actions.contacts.view(one),
    decisions(one, stage),
    outcome(one, stage, actions.decide),
  ];
}

/** @param {string} title @param {...any} content */
const part = (title, ...content) => h("section", { class: "part" }, h("h4", null, title), ...content);

/** @param {string} words */
const nothing = (words) => h("p", { class: "hint" }, words);

/** @param {CaseDetail} one @param {Stage} stage */
function head(one, stage) {
  const { say } = stage;
  const locale = stage.locale();
  /** @type {[string, any][]} */
  const facts = [
    [say("case.stake"), h("strong", null, money(one.amount_twd, locale))],
    [say("case.statutory"), `${justDay(one.answer_by, locale)} (${daysLeft(stage, one.answer_by)})`],
    [say("case.opened"), `${dayAndTime(one.opened_at, locale)} · ${wordFor(say, "channel", one.channel)}`],
    [say("case.source"), wordFor(say, "source", one.source)],
  ];
  if (one.probability !== null) facts.push([say("case.chance"), chance(one.probability, locale)]);
  return h(
    "header",
    { class: `case-head ${one.light.toLowerCase()}` },
    h("div", { class: "case-light" }, lightShape(one.light), h("span", null, wordFor(say, "light", one.light))),
    h(
      "div",
      { class: "case-head-words" },
      h(
        "h3",
        { id: "case-title" },
        wordFor(say, "kind", one.kind),
        " · ",
        h("span", { "data-people": true }, stage.nameOfId(one.policyholder_id)),
      ),
      h(
        "p",
        null,
        h("span", { class: "tag state" }, wordFor(say, "state", one.state)),
        " ",
        say("case.policies", { count: one.policy_ids.length }),
      ),
    ),
    h("dl", { class: "facts" }, facts.map(([name, value]) => h("div", null, h("dt", null, name), h("dd", null, value)))),
  );
}

/** @param {CaseDetail} one @param {Stage} stage */
function tasks(one, stage) {
  if (one.tasks.length === 0) return null;
  return h(
    "ul",
    { class: "tasks", "aria-label": stage.say("case.tasks") },
    one.tasks.map((task) =>
      h(
        "li",
        { class: task.done ? "done" : null, key: `${task.reason} ${task.about ?? ""}` },
        icon(task.done ? "check" : "hand"),
        h("span", { "data-api": true }, task.text),
        h(
          "span",
          { class: "hint" },
          task.done
            ? stage.say("case.tasks.done", {
                how: wordFor(stage.say, "done", task.done.how),
                at: dayAndTime(task.done.at, stage.locale()),
              })
            : stage.say("case.tasks.due", { at: dayAndTime(task.due_at, stage.locale()) }),
        ),
      ),
    ),
  );
}

/** @param {CaseDetail} one @param {Stage} stage */
function reasons(one, stage) {
  const { say } = stage;
  const most = Math.max(...one.reasons.map((reason) => Math.abs(reason.weight)), 1e-9);
  if (one.reasons.length === 0) return part(say("case.reasons"), nothing(say("case.reasons.none")));
  return part(
    say("case.reasons"),
    h(
      "ul",
      { class: "bars" },
      one.reasons.map((reason) => {
        const way = reason.weight === 0 ? "rule" : reason.weight > 0 ? "raise" : "lower";
        return h(
          "li",
          { class: `bar-row ${way}`, key: reason.code },
          h("span", { class: "bar-name", "data-api": true }, reason.text),
          h("span", { class: "bar-way" }, way === "raise" ? "▲ " : way === "lower" ? "▼ " : "◆ ", say(`case.reasons.${way}`)),
          h(
            "span",
            { class: "bar", "aria-hidden": "true" },
            h("span", {
              class: "bar-fill",
              style: { "--fill": way === "rule" ? "100%" : `${Math.round((Math.abs(reason.weight) / most) * 100)}%` },
            }),
          ),
          reason.value_words === null
            ? null
            : h(
                "p",
                { class: "bar-value", "data-api": true },
                reason.value_words,
                reason.usual_words === null ? null : h("span", { class: "bar-usual" }, say("case.reasons.usual", { usual: reason.usual_words })),
              ),
        );
      }),
    ),
  );
}

/** @param {CaseDetail} one @param {Stage} stage */
function experts(one, stage) {
  const { say } = stage;
  const views = Object.entries(one.experts);
  if (views.length === 0) return part(say("case.experts"), nothing(say("case.experts.none")));
  return part(
    say("case.experts"),
    h(
      "ul",
      { class: "bars experts" },
      views.map(([modality, p]) =>
        h(
          "li",
          { class: "bar-row", key: modality },
          h("span", { class: "bar-name" }, wordFor(say, "modality", modality)),
          h("span", { class: "bar-way" }, chance(p, stage.locale())),
          h(
            "span",
            { class: "bar", "aria-hidden": "true" },
            h("span", { class: "bar-fill", style: { "--fill": `${Math.round(chanceBar(p) * 100)}%` } }),
          ),
        ),
      ),
    ),
    h("p", { class: "hint" }, say("case.experts.scale")),
  );
}

const SIGN_MARKS = /** @type {Record<string, string>} */ ({ benign: "✓", unclear: "?", warning: "!" });

/** @param {CaseDetail} one @param {Stage} stage */
function questions(one, stage) {
  const { say } = stage;
  if (one.questions.length === 0) return null;
  return part(
    say("case.questions"),
    h(
      "ol",
      { class: "answers" },
      one.questions.map((question) =>
        h(
          "li",
          { key: question.question_id },
          h("p", { class: "answer-prompt", "data-api": true }, question.prompt),
          question.choice === null
            ? h("p", { class: "hint" }, say("case.questions.waiting"))
            : h(
                "p",
                { class: "answer" },
                question.sign
                  ? h("span", { class: `sign ${question.sign}` }, SIGN_MARKS[question.sign] ?? "·", " ", wordFor(say, "sign", question.sign))
                  : null,
                h("span", { "data-api": true }, question.choice),
              ),
          h(
            "details",
            { class: "verifies" },
            h("summary", null, say("case.verifies")),
            h("p", { "data-api": true }, question.verifies),
          ),
        ),
      ),
    ),
  );
}

/** @param {CaseDetail} one @param {Stage} stage */
function timeline(one, stage) {
  const { say } = stage;
  return part(
    say("case.timeline"),
    h(
      "ol",
      { class: "timeline" },
      one.timeline.map((move) =>
        h(
          "li",
          { key: `${move.at}${move.to}` },
          h(
            "p",
            null,
            h("strong", null, move.to === null ? reasonOf(move.reason, say) : wordFor(say, "state", move.to)),
            " · ",
            wordFor(say, "actor", move.actor),
          ),
          h("p", null, move.to === null ? say(move.verified ? "case.verified" : "case.unverified") : reasonOf(move.reason, say)),
          h("p", { class: "hint" }, h("time", { datetime: move.at }, dayAndTime(move.at, stage.locale()))),
        ),
      ),
    ),
  );
}

/** A move's reason: the system's own, or the grounds that staff gave. @param {string} reason @param {import("../page/words.js").Say} say */
function reasonOf(reason, say) {
  const ours = say(`move.${reason}`);
  return ours === `move.${reason}` ? wordFor(say, "reason", reason) : ours;
}

/** @param {CaseDetail} one @param {Stage} stage */
function decisions(one, stage) {
  const { say } = stage;
  return h(
    "details",
    { class: "part decisions" },
    h("summary", null, say("case.decisions"), ` (${one.decisions.length})`),
    h(
      "ul",
      { class: "plain" },
      one.decisions.map((decision) =>
        h(
          "li",
          { key: decision.number },
          lightBadge(stage, decision.light),
          h("span", null, say("case.decision", { number: decision.number })),
          h("span", null, wordFor(say, "source", decision.source)),
          h("span", null, decision.model_version ? say("case.model", { version: decision.model_version }) : ""),
          h(
            "span",
            null,
            decision.missing.length > 0
              ? say("case.missing", { names: decision.missing.map((name) => wordFor(say, "modality", name)).join(", ") })
              : say("case.missing.none"),
          ),
          h("span", { class: "hint" }, dayAndTime(decision.decided_at, stage.locale())),
        ),
      ),
    ),
  );
}

/** @param {CaseDetail} one @param {Stage} stage @param {(label: string) => void} decide */
function outcome(one, stage, decide) {
  const { say } = stage;
  return h(
    "section",
    { class: "verdict", "aria-label": say("outcome.title") },
    h("h4", null, say("outcome.title")),
    one.outcome
      ? h(
          "p",
          { class: "verdict-done" },
          icon("check"),
          say("case.outcome.done", {
            label: wordFor(say, "outcome", one.outcome.label),
            confidence: chance(one.outcome.confidence, stage.locale()),
          }),
        )
      : null,
    h(
      "div",
      { class: "verdict-buttons" },
      OUTCOMES.map((label) =>
        h("button", { type: "button", class: `button verdict-${label}`, onclick: () => decide(label) }, say(`outcome.${label}`)),
      ),
    ),
  );
}
