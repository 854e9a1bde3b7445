/**
 * The queue of tasks: what software could not finish, the one due first first, each to be ticked off with how.
 *
 * @typedef {import("../types.js").WaitingTask} WaitingTask
 * @typedef {import("../page/stage.js").Stage} Stage
 */
import { ConnectionError, ProblemError } from "../page/api.js";
import { focusOn, h } from "../page/dom.js";
import { ago, dayAndTime } from "../page/format.js";
import { icon } from "../page/icons.js";
import { wordFor } from "../page/words.js";
import { lightBadge, lightName } from "./light-badge.js";

const HOW = ["reached_policyholder", "reached_contact", "nobody_answered", "nothing_to_do"];
const PAGES_AT_MOST = 5;

/** @param {WaitingTask} one */
const keyOf = (one) => `${one.case.case_id} ${one.reason} ${one.about ?? ""}`;

/**
 * @param {{ api: import("../page/api.js").Api, stage: Stage, draw: () => void, done: () => void,
 *   select: (caseId: string) => void, root: HTMLElement }} given
 */
export function createQueue({ api, stage, draw, done, select, root }) {
  const { say } = stage;
  /** @type {WaitingTask[] | null} null before the first look */
  let tasks = null;
  let more = false;
  /** How each is to be ticked off. @type {Map<string, string>} */
  const how = new Map();
  let busy = "";
  let trouble = "";
  /** Grows with each that is done: what was read before shows it still. */
  let finished = 0;

  async function refresh() {
    const before = finished;
    /** @type {WaitingTask[]} */
    const found = [];
    let cursor = null;
    for (let page = 0; page < PAGES_AT_MOST; page += 1) {
      const query = new URLSearchParams({ locale: stage.locale() });
      if (cursor) query.set("cursor", cursor);
      const answer = await api.get(`/v1/staff/tasks?${query}`);
      found.push(...answer.tasks);
      cursor = answer.next_cursor;
      if (!cursor || found.length >= 20) break;
    }
    if (finished !== before || busy) return;
    announceNew(found);
    tasks = found;
    more = cursor !== null;
  }

  /** @param {WaitingTask[]} found */
  function announceNew(found) {
    if (tasks === null) return;
    const known = new Set(tasks.map(keyOf));
    const news = found.filter((one) => !known.has(keyOf(one)));
    if (news.length > 0) stage.announcer.gently(say("queue.news", { text: news[0].text }));
  }

  /** @param {WaitingTask} one */
  async function finish(one) {
    if (busy) return;
    busy = keyOf(one);
    trouble = "";
    draw();
    const place = (tasks ?? []).indexOf(one);
    try {
      const body = { case_id: one.case.case_id, reason: one.reason, about: one.about, how: how.get(busy) ?? HOW[0] };
      await api.post(`/v1/staff/tasks/done?locale=${stage.locale()}`, body);
      finished += 1;
      tasks = (tasks ?? []).filter((other) => keyOf(other) !== busy);
      stage.announcer.gently(say("queue.done.news", { text: one.text }));
      done();
    } catch (error) {
      if (error instanceof ProblemError) trouble = wordFor(say, "why", error.detail || error.title);
      else if (error instanceof ConnectionError) trouble = say("offline.title");
      else throw error;
    } finally {
      busy = "";
      draw();
    }
    if (!trouble) goOnFrom(place);
  }

  /** The row that had the focus is gone: go on with the next one, or the list's own words. @param {number} place */
  function goOnFrom(place) {
    const rows = root.querySelectorAll(".queue-row .case-row");
    focusOn(rows[Math.min(place, rows.length - 1)] ?? root.querySelector(".queue-none"));
  }

  /** @param {string | null} selected */
  function view(selected) {
    if (tasks === null) return h("div", { class: "cases none", key: "waiting" }, h("p", null, say("queue.reading")));
    return h(
      "div",
      { class: "cases queue", key: "queue" },
      trouble ? h("p", { class: "trouble", role: "alert", key: "trouble" }, icon("alert"), trouble) : null,
      tasks.length === 0
        ? h("p", { class: "queue-none", key: "none", tabindex: "-1" }, say("queue.none"))
        : h(
            "ul",
            { "aria-label": say("queue.list"), key: "tasks" },
            tasks.map((one) => row(one, selected)),
          ),
      more ? h("p", { class: "hint", key: "more" }, say("queue.more")) : null,
    );
  }

  /** @param {WaitingTask} one @param {string | null} selected */
  function row(one, selected) {
    const locale = stage.locale();
    const light = lightName(one.case.light);
    const key = keyOf(one);
    const id = `how-${key.replace(/[^\w-]/g, "-")}`;
    return h(
      "li",
      { class: one.overdue ? "queue-row overdue" : "queue-row", key },
      h(
        "button",
        {
          type: "button",
          class: `case-row ${light.toLowerCase()}`,
          "aria-current": one.case.case_id === selected ? "true" : null,
          onclick: () => select(one.case.case_id),
        },
        lightBadge(stage, light),
        h(
          "span",
          { class: "case-row-what" },
          h("strong", { "data-api": true }, one.text),
          h(
            "span",
            { class: "case-row-when" },
            wordFor(say, "kind", one.case.kind),
            " · ",
            h("span", { "data-people": true }, stage.nameOfId(one.case.policyholder_id)),
            " · ",
            wordFor(say, "state", one.case.state),
          ),
          h(
            "span",
            { class: "queue-due" },
            icon(one.overdue ? "alert" : "clock"),
            one.overdue
              ? say("queue.overdue", { ago: ago(one.due_at, stage.now(), locale) })
              : say("case.tasks.due", { at: dayAndTime(one.due_at, locale) }),
          ),
        ),
      ),
      h(
        "div",
        { class: "queue-do" },
        h("label", { class: "unseen", for: id }, say("queue.how")),
        h(
          "select",
          { id, onchange: (/** @type {any} */ event) => how.set(key, event.target.value) },
          HOW.map((name) => h("option", { value: name, selected: (how.get(key) ?? HOW[0]) === name }, say(`done.${name}`))),
        ),
        h(
          "button",
          {
            type: "button",
            class: "button",
            "aria-disabled": busy === key ? "true" : null,
            "aria-label": say("queue.do.what", { text: one.text }),
            onclick: () => void finish(one),
          },
          icon("check"),
          say("queue.do"),
        ),
      ),
    );
  }

  return { refresh, view };
}
