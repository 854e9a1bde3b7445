/**
 * The policyholder's contacts beside his case: who may be told, excluding one, and taking down what one said.
 *
 * @typedef {import("../types.js").CaseDetail} CaseDetail
 * @typedef {import("../types.js").RegardedContact} RegardedContact
 */
import { ConnectionError, ProblemError } from "../page/api.js";
import { h } from "../page/dom.js";
import { fullDay } from "../page/format.js";
import { wordFor } from "../page/words.js";

const GROUNDS = ["spoke_with_policyholder", "spoke_with_contact", "papers_seen", "police_confirmed", "another_ground"];
const WORDS = ["knows", "worried", "not_reached"];

/**
 * @param {{ api: import("../page/api.js").Api, stage: import("../page/stage.js").Stage, draw: () => void,
 *   changed: () => void }} given `changed`: the case may look different now
 */
export function createCaseContacts({ api, stage, draw, changed }) {
  const { say } = stage;
  /** Whose contacts these are. */
  let whose = "";
  /** @type {RegardedContact[] | null} null until they were read */
  let contacts = null;
  /** What is open under which contact. @type {{ id: string, what: "exclude" | "readmit" | "reply" } | null} */
  let open = null;
  let ground = GROUNDS[0];
  let word = "";
  let verified = false;
  let busy = false;
  let news = "";

  /** @param {string} policyholderId */
  async function read(policyholderId) {
    whose = policyholderId;
    contacts = null;
    open = null;
    news = "";
    try {
      const found = await api.get(`/v1/staff/contacts?policyholder_id=${encodeURIComponent(policyholderId)}`);
      if (whose === policyholderId) contacts = found.contacts;
    } catch (error) {
      if (whose === policyholderId) news = troubleOf(error);
    }
    draw();
  }

  /** @param {unknown} error */
  function troubleOf(error) {
    if (error instanceof ProblemError) return wordFor(say, "why", error.detail || error.title);
    if (error instanceof ConnectionError) return say("offline.title");
    throw error;
  }

  /** @param {() => Promise<void>} work @param {string} done key of what to say then */
  async function attempt(work, done) {
    if (busy) return;
    busy = true;
    draw();
    try {
      await work();
      news = say(done);
      open = null;
    } catch (error) {
      const trouble = troubleOf(error);
      // Somebody else may have changed him meanwhile: what stands is shown beside why it did not work.
      await read(whose);
      news = trouble;
    } finally {
      busy = false;
      stage.announcer.gently(news);
      draw();
      changed();
    }
  }

  /** @param {RegardedContact} contact @param {boolean} excluded */
  const exclude = (contact, excluded) =>
    attempt(
      async () => {
        const said = { policyholder_id: whose, contact_id: contact.contact_id, reason: ground, excluded };
        contacts = (await api.post("/v1/staff/contacts", said)).contacts;
      },
      excluded ? "regard.excluded" : "regard.readmitted",
    );

  /** @param {CaseDetail} one @param {RegardedContact} contact */
  const reply = (one, contact) =>
    attempt(async () => {
      const said = { contact_id: contact.contact_id, word, verified };
      await api.post(`/v1/staff/cases/${encodeURIComponent(one.case_id)}/contact-reply`, said);
    }, "regard.replied");

  /** @param {RegardedContact} contact @param {"exclude" | "readmit" | "reply"} what */
  function unfold(contact, what) {
    open = { id: contact.contact_id, what };
    ground = GROUNDS[0];
    word = "";
    verified = false;
    news = "";
    draw();
  }

  function fold() {
    open = null;
    draw();
  }

  /** @param {RegardedContact} contact */
  const named = (contact) =>
    say("app.contact.one", { relation: wordFor(say, "relation", contact.relation), last3: contact.phone_last3 });

  /** @param {RegardedContact} contact @param {"exclude" | "readmit" | "reply"} what */
  const opener = (contact, what) =>
    h(
      "button",
      {
        type: "button",
        class: "button quiet",
        "aria-label": `${say(`regard.${what}`)}: ${named(contact)}`,
        "aria-expanded": open?.id === contact.contact_id && open.what === what ? "true" : "false",
        onclick: () => unfold(contact, what),
      },
      say(`regard.${what}`),
    );

  /** @param {string} label @param {() => void} onSubmit @param {boolean} ready @param {...any} content */
  const form = (label, onSubmit, ready, ...content) =>
    h(
      "form",
      {
        class: "regard-form",
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
        h("button", { type: "submit", class: "button strong", disabled: !ready || busy }, label),
        h("button", { type: "button", class: "button quiet", onclick: fold }, say("outcome.cancel")),
      ),
    );

  /** @param {RegardedContact} contact @param {boolean} excluded */
  const excludeForm = (contact, excluded) =>
    form(
      say(excluded ? "regard.exclude.do" : "regard.readmit.do"),
      () => void exclude(contact, excluded),
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
        h("span", null, say("regard.reply.verified")),
      ),
    );

  /** @param {CaseDetail} one @param {RegardedContact} contact */
  function row(one, contact) {
    const unfolded = open?.id === contact.contact_id ? open.what : null;
    const from = contact.standing === "newly_changed" ? contact.counts_from : null;
    return h(
      "li",
      { key: contact.contact_id },
      h(
        "p",
        null,
        h("strong", null, named(contact)),
        " ",
        h("span", { class: `tag standing-${contact.standing}` }, say(`standing.${contact.standing}`)),
        from ? h("span", { class: "hint" }, " ", say("contacts.counts", { at: fullDay(from, stage.locale()) })) : null,
      ),
      contact.suspicions.length > 0
        ? h("p", { class: "hint" }, contact.suspicions.map((name) => say(`suspicion.${name}`)).join(" · "))
        : null,
      h("div", { class: "actions" }, opener(contact, contact.excluded ? "readmit" : "exclude"), opener(contact, "reply")),
      unfolded === "reply" ? replyForm(one, contact) : null,
      unfolded === "exclude" || unfolded === "readmit" ? excludeForm(contact, unfolded === "exclude") : null,
    );
  }

  /** @param {CaseDetail} one */
  function view(one) {
    if (one.policyholder_id !== whose) void read(one.policyholder_id);
    const living = (contacts ?? []).filter((contact) => contact.state !== "revoked");
    return h(
      "section",
      { class: "part regard" },
      h("h4", null, say("regard.title")),
      contacts === null && news === "" ? h("p", { class: "hint" }, say("queue.reading")) : null,
      contacts !== null && living.length === 0 ? h("p", { class: "hint" }, say("regard.none")) : null,
      h("ul", { class: "plain" }, living.map((contact) => row(one, contact))),
      h("p", { class: "news" }, news),
    );
  }

  return { view };
}
