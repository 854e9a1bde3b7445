/**
 * The policyholder's contacts beside his case: who may be told, excluding one, and taking down what one said.
 *
 * @typedef {import("../types.js").CaseDetail} CaseDetail
 * @typedef {import("../types.js").RegardedContact} RegardedContact
 * @typedef {"exclude" | "readmit" | "reply"} What
 */
import { ConnectionError, ProblemError } from "../page/api.js";
import { focusOn, h } from "../page/dom.js";
import { dayAndTime, fullDay } from "../page/format.js";
import { icon } from "../page/icons.js";
import { wordFor } from "../page/words.js";

const GROUNDS = ["spoke_with_policyholder", "spoke_with_contact", "papers_seen", "police_confirmed", "another_ground"];
const WORDS = ["knows", "worried", "not_reached"];

/**
 * @param {{ api: import("../page/api.js").Api, stage: import("../page/stage.js").Stage, draw: () => void,
 *   changed: () => void }} given `changed`: the case may look different now
 */
export function createCaseContacts({ api, stage, draw, changed }) {
  const { say } = stage;
  /** The case beside which these contacts stand. */
  let caseId = "";
  /** @type {RegardedContact[] | null} null until they were read */
  let contacts = null;
  /** What is open under which contact. @type {{ id: string, what: What } | null} */
  let open = null;
  let ground = GROUNDS[0];
  let word = "";
  let verified = false;
  let busy = false;
  let news = "";
  let trouble = "";
  /** Grows with each that is done: what was asked before shows it no more. */
  let finished = 0;

  /** Whatever was begun beside another case ends here, so that no word is taken down for the wrong one. @param {CaseDetail} one */
  function turnTo(one) {
    caseId = one.case_id;
    contacts = null;
    open = null;
    news = "";
    trouble = "";
    draw();
  }

  /** What stands now. Raises ConnectionError. @param {CaseDetail} one */
  async function refresh(one) {
    if (one.case_id !== caseId) turnTo(one);
    const before = finished;
    try {
      const found = await api.get(`/v1/staff/contacts?policyholder_id=${encodeURIComponent(one.policyholder_id)}`);
      if (one.case_id === caseId && finished === before && !busy) contacts = found.contacts;
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      if (one.case_id === caseId && contacts === null) trouble = wordOf(error);
    }
  }

  /** Why it did not work, said to staff: some reasons are worded for customers elsewhere. @param {ProblemError} problem */
  function wordOf(problem) {
    const ours = say(`regard.trouble.${problem.detail}`);
    return ours === `regard.trouble.${problem.detail}` ? wordFor(say, "why", problem.detail || problem.title) : ours;
  }

  /** @param {CaseDetail} one @param {RegardedContact} contact @param {() => Promise<string>} work says what to say then */
  async function attempt(one, contact, work) {
    if (busy) return;
    busy = true;
    trouble = "";
    draw();
    const here = () => one.case_id === caseId;
    let folds = true;
    try {
      const done = await work();
      stage.announcer.gently(done);
      if (here()) news = done;
    } catch (error) {
      if (!(error instanceof ProblemError || error instanceof ConnectionError)) throw error;
      // On a cut line the form stays, so that the same can be sent again. After a no, what stands now is read.
      folds = error instanceof ProblemError;
      if (here()) trouble = error instanceof ProblemError ? wordOf(error) : say("offline.title");
    } finally {
      busy = false;
      finished += 1;
      if (here() && folds) fold(contact);
      else draw();
      changed();
    }
  }

  /** @param {CaseDetail} one @param {RegardedContact} contact @param {boolean} excluded */
  const exclude = (one, contact, excluded) =>
    attempt(one, contact, async () => {
      const who = { policyholder_id: one.policyholder_id, contact_id: contact.contact_id };
      const found = await api.post("/v1/staff/contacts", { ...who, reason: ground, excluded });
      if (one.case_id === caseId) contacts = found.contacts;
      return say(excluded ? "regard.excluded" : "regard.readmitted");
    });

  /** @param {CaseDetail} one @param {RegardedContact} contact */
  const reply = (one, contact) =>
    attempt(one, contact, async () => {
      const sure = verified;
      const said = { contact_id: contact.contact_id, word, verified: sure };
      await api.post(`/v1/staff/cases/${encodeURIComponent(one.case_id)}/contact-reply`, said);
      return say(sure ? "regard.replied.verified" : "regard.replied.unverified");
    });

  /** @param {RegardedContact} contact @param {What} what */
  const openerId = (contact, what) => `regard-${what === "reply" ? "reply" : "standing"}-${contact.contact_id}`;

  /** @param {RegardedContact} contact @param {What} what */
  function unfold(contact, what) {
    open = { id: contact.contact_id, what };
    ground = GROUNDS[0];
    word = "";
    verified = false;
    news = "";
    trouble = "";
    draw();
    document.querySelector(".regard-form")?.scrollIntoView({ block: "nearest" });
    focusOn(document.querySelector(".regard-form select, .regard-form input"));
  }

  /** @param {RegardedContact} contact */
  function fold(contact) {
    const what = open?.what ?? "reply";
    open = null;
    draw();
    focusOn(document.getElementById(openerId(contact, what)));
  }

  /** @param {RegardedContact} contact */
  const named = (contact) =>
    say("app.contact.one", { relation: wordFor(say, "relation", contact.relation), last3: contact.phone_last3 });

  /** @param {RegardedContact} contact @param {What} what */
  function opener(contact, what) {
    const unfolded = open?.id === contact.contact_id && open.what === what;
    return h(
      "button",
      {
        type: "button",
        id: openerId(contact, what),
        class: "button",
        "aria-label": `${say(`regard.${what}`)}: ${named(contact)}`,
        "aria-expanded": unfolded ? "true" : "false",
        onclick: () => (unfolded ? fold(contact) : unfold(contact, what)),
      },
      say(`regard.${what}`),
    );
  }

  /** @param {RegardedContact} contact @param {string} label @param {() => void} onSubmit @param {boolean} ready @param {...any} content */
  const form = (contact, label, onSubmit, ready, ...content) =>
    h(
      "form",
      {
        class: "regard-form",
        key: `${contact.contact_id} ${label}`,
        "aria-label": label,
        onsubmit: (/** @type {Event} */ event) => {
          event.preventDefault();
          if (ready) onSubmit();
        },
      },
      ...content,
      h(
        "div",
        { class: "actions" },
        h("button", { type: "submit", class: "button strong", disabled: !ready, "aria-disabled": busy ? "true" : null }, label),
        h("button", { type: "button", class: "button quiet", onclick: () => fold(contact) }, say("outcome.cancel")),
      ),
    );

  /** @param {CaseDetail} one @param {RegardedContact} contact @param {boolean} excluded */
  const excludeForm = (one, contact, excluded) =>
    form(
      contact,
      say(excluded ? "regard.exclude.do" : "regard.readmit.do"),
      () => void exclude(one, contact, excluded),
      true,
      h("p", null, say(excluded ? "regard.exclude.means" : "regard.readmit.means")),
      h(
        "div",
        { class: "field" },
        h("label", { for: "regard-ground" }, say("outcome.reason")),
        h(
          "select",
          { id: "regard-ground", onchange: (/** @type {any} */ event) => (ground = event.target.value) },
          GROUNDS.map((name) => h("option", { value: name, selected: name === ground }, say(`reason.${name}`))),
        ),
      ),
    );

  /** @param {CaseDetail} one @param {RegardedContact} contact */
  const replyForm = (one, contact) =>
    form(
      contact,
      say("regard.reply.do"),
      () => void reply(one, contact),
      word !== "",
      h(
        "fieldset",
        { class: "field" },
        h("legend", null, say("regard.reply.what")),
        WORDS.map((name) =>
          h(
            "label",
            { class: "tick" },
            h("input", {
              type: "radio",
              name: "regard-word",
              value: name,
              checked: word === name,
              onchange: () => ((word = name), draw()),
            }),
            h("span", null, say(`move.contact_${name}`)),
          ),
        ),
      ),
      h(
        "label",
        { class: "tick" },
        h("input", {
          type: "checkbox",
          checked: verified,
          onchange: (/** @type {any} */ event) => ((verified = event.target.checked), draw()),
        }),
        h("span", null, say("regard.reply.verified"), " ", h("span", { class: "hint" }, say("regard.reply.unverified"))),
      ),
    );

  /** Until when, or from when. @param {RegardedContact} contact */
  function term(contact) {
    const locale = stage.locale();
    const { standing, counts_from: from, valid_until: until } = contact;
    if (standing === "newly_changed" && from) return say("contacts.counts", { at: dayAndTime(from, locale) });
    if (standing === "expired" && until) return say("regard.ended", { at: fullDay(until, locale) });
    return standing === "eligible" && until ? say("contacts.valid", { at: fullDay(until, locale) }) : "";
  }

  /** @param {RegardedContact} contact */
  const history = (contact) =>
    contact.history.length === 0
      ? null
      : h(
          "details",
          { class: "regard-history" },
          h("summary", null, say("regard.history"), ` (${contact.history.length})`),
          h(
            "ol",
            { class: "plain" },
            contact.history.map((line) =>
              h(
                "li",
                null,
                h("time", { class: "hint", datetime: line.at }, dayAndTime(line.at, stage.locale())),
                " ",
                h("strong", null, wordFor(say, "change", line.kind)),
                ` · ${wordFor(say, "actor", line.by)}${line.who === null ? "" : ` ${line.who}`}`,
                line.reason === null ? null : ` · ${wordFor(say, "reason", line.reason)}`,
              ),
            ),
          ),
        );

  /** @param {CaseDetail} one @param {RegardedContact} contact */
  function row(one, contact) {
    const unfolded = open?.id === contact.contact_id ? open.what : null;
    return h(
      "li",
      { key: contact.contact_id },
      h(
        "p",
        { class: "regard-who" },
        h("strong", null, named(contact)),
        h("span", { class: `tag standing-${contact.standing}` }, say(`standing.${contact.standing}`)),
        h("span", { class: "hint" }, term(contact)),
      ),
      contact.suspicions.length > 0
        ? h("ul", { class: "regard-why" }, contact.suspicions.map((name) => h("li", null, icon("alert"), wordFor(say, "suspicion", name))))
        : null,
      h("div", { class: "regard-actions" }, opener(contact, contact.excluded ? "readmit" : "exclude"), opener(contact, "reply")),
      unfolded === "reply" ? replyForm(one, contact) : null,
      unfolded === "exclude" || unfolded === "readmit" ? excludeForm(one, contact, unfolded === "exclude") : null,
      history(contact),
    );
  }

  /** @param {CaseDetail} one */
  function view(one) {
    const here = one.case_id === caseId;
    const known = here ? contacts : null;
    const living = (known ?? []).filter((contact) => contact.state !== "revoked");
    return h(
      "section",
      { class: "part regard" },
      h("h4", null, say("regard.title")),
      known === null && !trouble ? h("p", { class: "hint" }, say("queue.reading")) : null,
      known !== null && living.length === 0 ? h("p", { class: "hint" }, say("regard.none")) : null,
      trouble && here ? h("p", { class: "trouble", role: "alert", key: "trouble" }, icon("alert"), trouble) : null,
      h("ul", { class: "plain", key: "contacts" }, living.map((contact) => row(one, contact))),
      h("p", { class: "news", key: "news" }, here ? news : ""),
    );
  }

  return { refresh, view };
}
