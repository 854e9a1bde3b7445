/**
 * The counter's board: the cases with their lights or the tasks that wait, and the case that is looked at.
 *
 * @typedef {import("../types.js").CaseRow} CaseRow
 * @typedef {import("../types.js").CaseDetail} CaseDetail
 * @typedef {import("../page/stage.js").Stage} Stage
 * @typedef {"active" | "released" | "stopped" | "tasks" | "texts"} Tab
 */
import { ConnectionError, ProblemError, createApi } from "../page/api.js";
import { h, patch } from "../page/dom.js";
import { ago, money } from "../page/format.js";
import { icon } from "../page/icons.js";
import { poll } from "../page/poll.js";
import { wordFor } from "../page/words.js";
import { createAlertNews } from "./alert-states.js";
import { createCaseContacts } from "./case-contacts.js";
import { caseView } from "./case-view.js";
import { createDesk } from "./desk.js";
import { daysLeft, lightBadge, lightName } from "./light-badge.js";
import { createOutcomeDialog } from "./outcome-dialog.js";
import { createQueue } from "./queue.js";
import { createTexts } from "./texts.js";

const EVERY_MS = 2_000;
const PAGE = 50;
/** @type {Record<Tab, string[]>} */
const STATES = { active: ["review", "questioning"], released: ["released"], stopped: ["stopped"], tasks: [], texts: [] };
/** @type {Record<string, number>} */
const URGENCY = { RED: 2, YELLOW: 1, GREEN: 0 };

/**
 * @template {CaseRow} Row
 * @param {Row} row
 * @returns {Row}
 */
const named = (row) => ({ ...row, light: lightName(row.light) });

/**
 * @param {HTMLElement} root
 * @param {Stage} stage
 */
export function createBoard(root, stage) {
  const { say } = stage;
  const api = createApi(stage.config.api, stage.config.staff.token);
  /** @type {Tab} */
  let tab = "active";
  let light = "";
  /** @type {CaseRow[]} */
  let rows = [];
  /** @type {Map<string, string | null>} */
  let cursors = new Map();
  let pages = 1;
  /** @type {string | null} */
  let selected = null;
  let chosenByHand = false;
  /** @type {CaseDetail | null} */
  let detail = null;
  let offline = false;
  /** @type {ProblemError | null} */
  let problem = null;
  /** @type {Set<string> | null} */
  let seen = null;

  const polling = poll(refresh, EVERY_MS);
  const dialog = createOutcomeDialog({ api, stage, saved: (/** @type {CaseDetail} */ saved) => {
    detail = named(saved);
    chosenByHand = true; // keep showing what was just decided, though it leaves this list
    draw();
    polling.now();
  } });
  const desk = createDesk({ api, stage, draw });
  const contacts = createCaseContacts({ api, stage, draw, changed: () => polling.now() });
  const texts = createTexts({ api, stage, draw });
  const queue = createQueue({ api, stage, draw, select, root, done: () => polling.now() });
  const alertNews = createAlertNews(stage);

  /** @param {string} state @returns {Promise<CaseRow[]>} */
  async function list(state) {
    /** @type {CaseRow[]} */
    const found = [];
    let cursor = null;
    for (let page = 0; page < pages; page += 1) {
      const query = new URLSearchParams({ state, limit: String(PAGE), locale: stage.locale() });
      if (light) query.set("light", light.toLowerCase());
      if (cursor) query.set("cursor", cursor);
      const answer = await api.get(`/v1/staff/cases?${query}`);
      found.push(...answer.cases.map(named));
      cursor = answer.next_cursor;
      if (!cursor) break;
    }
    cursors.set(state, cursor);
    return found;
  }

  async function refresh() {
    const asked = `${tab}/${light}`;
    try {
      if (tab === "tasks") await queue.refresh();
      if (tab === "texts") await texts.refresh();
      const found = (await Promise.all(STATES[tab].map(list))).flat();
      if (asked !== `${tab}/${light}`) return;
      rows = found.sort(
        (a, b) => URGENCY[b.light] - URGENCY[a.light] || Date.parse(b.opened_at) - Date.parse(a.opened_at),
      );
      announceNew();
      if (!chosenByHand) selected = newest()?.case_id ?? selected;
      if (selected) await readDetail(selected);
      offline = false;
      problem = null;
    } catch (error) {
      if (error instanceof ConnectionError) offline = true;
      else if (error instanceof ProblemError) problem = error;
      else throw error;
      draw();
      throw error;
    }
    draw();
  }

  /** @param {string} caseId */
  async function readDetail(caseId) {
    try {
      const found = await api.get(`/v1/staff/cases/${encodeURIComponent(caseId)}?locale=${stage.locale()}`);
      if (selected !== caseId) return;
      detail = named(found);
      alertNews.heard(detail);
      await contacts.refresh(detail);
    } catch (error) {
      if (!(error instanceof ProblemError && error.status === 404)) throw error;
      if (selected === caseId) letGo();
    }
  }

  function letGo() {
    selected = null;
    detail = null;
    chosenByHand = false;
  }

  const newest = () =>
    rows.reduce((/** @type {CaseRow | null} */ best, row) => (!best || row.opened_at > best.opened_at ? row : best), null);

  function announceNew() {
    const known = seen;
    seen = new Set([...(known ?? []), ...rows.map((row) => row.case_id)]);
    if (!known) return;
    for (const row of rows) {
      if (known.has(row.case_id)) continue;
      const words = {
        light: wordFor(say, "light", row.light),
        kind: wordFor(say, "kind", row.kind),
        amount: money(row.amount_twd, stage.locale()),
      };
      if (row.light === "RED") stage.announcer.now(say("board.news", words));
      else stage.announcer.gently(say("board.news", words));
    }
  }

  /** @param {string} caseId */
  function select(caseId) {
    selected = caseId;
    chosenByHand = true;
    if (detail?.case_id !== caseId) detail = null;
    draw();
    polling.now();
  }

  /** @param {Tab} next */
  function show(next) {
    tab = next;
    rows = [];
    pages = 1;
    seen = null;
    letGo();
    draw();
    polling.now();
  }

  function draw() {
    patch(root, [
      h("h2", { class: "device-title" }, say("device.staff")),
      h(
        "div",
        { class: "desk-frame" },
        h(
          "div",
          { class: "desk-bar" },
          h("h3", null, say("board.title")),
          h("p", { class: "hint", "data-people": true }, say("board.as", { name: stage.nameOf(stage.config.staff) })),
        ),
        filters(),
        offline ? h("p", { class: "trouble", role: "status", key: "offline" }, icon("offline"), say("board.offline")) : null,
        problem
          ? h("p", { class: "trouble", role: "alert", key: "problem" }, icon("alert"), wordFor(say, "why", problem.detail || problem.title))
          : null,
        tab === "texts"
          ? texts.view()
          : h("div", { class: "desk-panes", key: "panes" }, tab === "tasks" ? queue.view(selected) : cases(), pane()),
      ),
    ]);
  }

  function filters() {
    return h(
      "div",
      { class: "filters" },
      h(
        "fieldset",
        { class: "segments" },
        h("legend", { class: "unseen" }, say("board.show")),
        /** @type {Tab[]} */ (Object.keys(STATES)).map((name) =>
          h(
            "label",
            { class: "segment" },
            h("input", { type: "radio", name: "board-tab", value: name, checked: tab === name, onchange: () => show(name) }),
            h("span", null, say(`board.tab.${name}`)),
          ),
        ),
      ),
      STATES[tab].length > 0 ? lightFilter() : null,
    );
  }

  function lightFilter() {
    return h(
      "label",
      { class: "light-filter" },
      h("span", null, say("board.light")),
      h(
        "select",
        {
          onchange: (/** @type {any} */ event) => {
            light = event.target.value;
            show(tab);
          },
        },
        h("option", { value: "" }, say("board.light.all")),
        Object.keys(URGENCY).map((name) => h("option", { value: name, selected: light === name }, say(`light.${name}`))),
      ),
    );
  }

  function cases() {
    if (rows.length === 0) {
      return h(
        "div",
        { class: "cases none", key: "none" },
        h("p", null, say("board.empty")),
        h("p", { class: "hint" }, say("board.empty.hint")),
      );
    }
    const more = [...cursors].some(([state, cursor]) => cursor && STATES[tab].includes(state));
    return h(
      "div",
      { class: "cases", key: "cases" },
      h("ul", { "aria-label": say("board.list") }, rows.map(row)),
      more
        ? h("button", { type: "button", class: "button quiet", onclick: () => ((pages += 1), polling.now()) }, say("board.more"))
        : null,
    );
  }

  /** @param {CaseRow} one */
  function row(one) {
    const locale = stage.locale();
    return h(
      "li",
      { key: one.case_id },
      h(
        "button",
        {
          type: "button",
          class: `case-row ${one.light.toLowerCase()}`,
          "aria-current": one.case_id === selected ? "true" : null,
          onclick: () => select(one.case_id),
        },
        lightBadge(stage, one.light),
        h(
          "span",
          { class: "case-row-what" },
          h("strong", null, wordFor(say, "kind", one.kind), " · ", h("span", { "data-people": true }, stage.nameOfId(one.policyholder_id))),
          h(
            "span",
            { class: "case-row-when" },
            wordFor(say, "state", one.state),
            " · ",
            wordFor(say, "channel", one.channel),
            " · ",
            ago(one.opened_at, stage.now(), locale),
          ),
        ),
        h(
          "span",
          { class: "case-row-stake" },
          h("strong", null, money(one.amount_twd, locale)),
          h("span", { class: "case-row-when" }, daysLeft(stage, one.answer_by)),
        ),
      ),
    );
  }

  function pane() {
    if (!detail || detail.case_id !== selected) {
      return h("div", { class: "case none", key: "nothing" }, icon("question", "big-icon"), h("p", null, say("board.pick")));
    }
    const shown = detail;
    return h(
      "article",
      { class: "case", key: shown.case_id, "aria-labelledby": "case-title" },
      caseView(shown, stage, { decide: (/** @type {string} */ label) => dialog.open(shown, label), desk, contacts }),
    );
  }

  draw();
  return {
    draw() {
      draw();
      dialog.draw();
      polling.now();
    },
    /** A request was just made on the phone beside: look at it at once. */
    now() {
      chosenByHand = false;
      polling.now();
    },
  };
}
