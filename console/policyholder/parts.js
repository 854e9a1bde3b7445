/** Parts that the phone's screens share: the title bar, a field with its problem, a problem without a field. */
import { h } from "../page/dom.js";
import { icon } from "../page/icons.js";
import { wordFor } from "../page/words.js";

/** @typedef {import("../page/words.js").Say} Say */
/** @typedef {import("../page/api.js").ProblemError} ProblemError */

/**
 * @param {string} title
 * @param {{ label: string, go: () => void } | null} [back]
 */
export const titleBar = (title, back) =>
  h(
    "div",
    { class: "app-bar" },
    back
      ? h("button", { type: "button", class: "icon-button", "aria-label": back.label, onclick: back.go }, icon("back"))
      : null,
    h("h3", { class: "app-title", tabindex: "-1" }, title),
  );

/**
 * The API's word about a field, or the page's own. `policy_ids[2]` and `policy_ids.2` are both about `policy_ids`.
 * @param {Say} say
 * @param {string} field
 * @param {Map<string, string>} gaps
 * @param {ProblemError | null} problem
 * @returns {string | null}
 */
export function wordAbout(say, field, gaps, problem) {
  const gap = gaps.get(field);
  if (gap) return say(gap);
  const found = problem?.errors.find((error) => covers(field, error.field));
  return found ? say("problem.field", { reason: wordFor(say, "why", found.reason) }) : null;
}

/** @param {string} field @param {string} named by the API */
const covers = (field, named) => named === field || named.startsWith(`${field}[`) || named.startsWith(`${field}.`);

/**
 * @param {string} id
 * @param {string | null} word
 */
export const fieldProblem = (id, word) =>
  word ? h("p", { class: "field-problem", id: `${id}-problem`, key: `${id}-problem`, tabindex: "-1" }, icon("alert"), word) : null;

/** What a field needs so that its problem is read with it. @param {string} id @param {string | null} word */
export const marked = (id, word) =>
  word ? { "aria-invalid": "true", "aria-describedby": `${id}-problem` } : {};

const BY_STATUS = new Map([
  [401, "problem.signin"],
  [403, "problem.forbidden"],
  [404, "problem.missing"],
  [409, "problem.conflict"],
]);

/**
 * A problem in a friendly frame: what it means first, then why, as far as no field here shows it. The API's reasons are codes.
 * @param {Say} say
 * @param {ProblemError | null} problem
 * @param {string[]} [shown] fields that show their own problem
 */
export function problemBox(say, problem, shown = []) {
  if (!problem) return null;
  const rest = problem.errors.filter((error) => !shown.some((field) => covers(field, error.field)));
  const key = BY_STATUS.get(problem.status) ?? (problem.errors.length > 0 ? "problem.title" : "problem.other");
  return h(
    "div",
    { class: "problem", role: "alert", tabindex: "-1", key: "problem" },
    h("p", { class: "problem-title" }, icon("alert"), say(key)),
    rest.length > 0
      ? h("ul", null, rest.map((error) => h("li", null, wordFor(say, "why", error.reason), error.field ? ` (${error.field})` : "")))
      : problem.detail && problem.errors.length === 0
        ? h("p", { class: "problem-detail" }, wordFor(say, "why", problem.detail))
        : null,
  );
}
