/**
 * The trusted contact: see, name, confirm, cancel.
 *
 * @typedef {import("../types.js").Contact} Contact
 * @typedef {import("../page/stage.js").Stage} Stage
 * @typedef {import("../page/api.js").Api} Api
 */
import { ConnectionError, ProblemError } from "../page/api.js";
import { h } from "../page/dom.js";
import { dayAndTime } from "../page/format.js";
import { wordFor } from "../page/words.js";
import { fieldProblem, marked, problemBox, titleBar, wordAbout } from "./parts.js";

const RELATIONS = ["spouse", "child", "parent", "sibling", "grandparent", "grandchild"];

/** A number as Taiwan writes it or with its country code. @param {string} typed @returns {string | null} E.164 */
export function phoneNumber(typed) {
  const bare = typed.normalize("NFKC").replace(/[\s()-]/g, "");
  const number = /^09\d{8}$/.test(bare) ? `+886${bare.slice(1)}` : bare;
  return /^\+[1-9]\d{7,14}$/.test(number) ? number : null;
}

/**
 * @param {{ api: Api, stage: Stage, draw: () => void, back: () => void }} given
 */
export function createContacts({ api, stage, draw, back }) {
  const { say } = stage;
  /** @type {Contact[]} */
  let contacts = [];
  const form = { relation: "child", phone: "", adult: false };
  /** @type {Map<string, string>} */
  let gaps = new Map();
  /** @type {Map<string, string>} */
  const codes = new Map();
  /** @type {ProblemError | null} */
  let problem = null;
  /** @type {string | null} */
  let revoking = null;
  let news = "";

  async function load() {
    try {
      contacts = (await api.get("/v1/contacts")).contacts;
    } catch (error) {
      if (!(error instanceof ConnectionError || error instanceof ProblemError)) throw error;
      // The list stays as it was; the other screens do not need it.
    }
    draw();
  }

  /** @param {() => Promise<void>} work @param {string} done key of what to say then */
  async function attempt(work, done) {
    problem = null;
    news = "";
    try {
      await work();
      news = say(done);
    } catch (error) {
      if (error instanceof ProblemError) problem = error;
      else if (error instanceof ConnectionError) news = say("offline.title");
      else throw error;
    }
    await load();
  }

  function add() {
    const phone = phoneNumber(form.phone);
    gaps = new Map();
    if (!phone) gaps.set("phone", "contacts.pick.phone");
    if (!form.adult) gaps.set("adult", "contacts.pick.adult");
    if (!phone || gaps.size > 0) return draw();
    const body = { relation: form.relation, phone, locale: stage.locale(), adult: true };
    return attempt(async () => {
      await api.post("/v1/contacts", body);
      stage.contactNamed(phone);
      form.phone = "";
      form.adult = false;
    }, "contacts.saved");
  }

  /** @param {Contact} contact */
  function confirm(contact) {
    const code = (codes.get(contact.contact_id) ?? "").trim();
    gaps = new Map();
    if (!/^\d{6}$/.test(code)) {
      gaps.set("code", "contacts.pick.code");
      return draw();
    }
    return attempt(async () => {
      await api.post(`/v1/contacts/${encodeURIComponent(contact.contact_id)}/confirm`, { code });
    }, "contacts.confirmed");
  }

  /** @param {Contact} contact */
  function revoke(contact) {
    revoking = null;
    return attempt(async () => {
      await api.remove(`/v1/contacts/${encodeURIComponent(contact.contact_id)}`);
    }, "contacts.revoked");
  }

  /** @param {(event: Event) => unknown} then */
  const submitting = (then) => (/** @type {Event} */ event) => {
    event.preventDefault();
    void then(event);
  };

  /** @param {Contact} contact */
  function one(contact) {
    const word = contact.state === "designated" ? wordAbout(say, "code", gaps, problem) : null;
    return h(
      "li",
      { class: "card", key: contact.contact_id },
      h(
        "p",
        null,
        say("app.contact.one", { relation: wordFor(say, "relation", contact.relation), last3: contact.phone_last3 }),
        " ",
        h("span", { class: `tag ${contact.state}` }, say(`contacts.state.${contact.state}`)),
      ),
      contact.counts_from && contact.state === "confirmed"
        ? h("p", { class: "hint" }, say("contacts.counts", { at: dayAndTime(contact.counts_from, stage.locale()) }))
        : null,
      contact.state === "designated"
        ? h(
            "form",
            { class: "field", novalidate: true, onsubmit: submitting(() => confirm(contact)) },
            h("label", { for: `code-${contact.contact_id}` }, say("contacts.code")),
            fieldProblem("code", word),
            h("input", {
              id: `code-${contact.contact_id}`,
              type: "text",
              inputmode: "numeric",
              autocomplete: "one-time-code",
              maxlength: 6,
              value: codes.get(contact.contact_id) ?? "",
              ...marked("code", word),
              oninput: (/** @type {any} */ event) => codes.set(contact.contact_id, event.target.value),
            }),
            h("button", { type: "submit", class: "button strong" }, say("contacts.confirm")),
          )
        : null,
      revoking === contact.contact_id
        ? h(
            "div",
            { class: "actions" },
            h("button", { type: "button", class: "button strong", onclick: () => void revoke(contact) }, say("contacts.revoke.sure")),
            h(
              "button",
              { type: "button", class: "button quiet", onclick: () => ((revoking = null), draw()) },
              say("contacts.revoke.keep"),
            ),
          )
        : h(
            "button",
            { type: "button", class: "button quiet", onclick: () => ((revoking = contact.contact_id), draw()) },
            say("contacts.revoke"),
          ),
    );
  }

  function addForm() {
    const phone = wordAbout(say, "phone", gaps, problem);
    const adult = wordAbout(say, "adult", gaps, problem);
    return h(
      "form",
      { class: "card", novalidate: true, onsubmit: submitting(add), "aria-label": say("contacts.add") },
      h("h4", null, say("contacts.add")),
      h(
        "div",
        { class: "field" },
        h("label", { for: "relation" }, say("contacts.relation")),
        h(
          "select",
          { id: "relation", value: form.relation, onchange: (/** @type {any} */ event) => (form.relation = event.target.value) },
          RELATIONS.map((relation) =>
            h("option", { value: relation, selected: relation === form.relation }, say(`relation.${relation}`)),
          ),
        ),
      ),
      h(
        "div",
        { class: "field" },
        h("label", { for: "phone" }, say("contacts.phone")),
        fieldProblem("phone", phone),
        h("input", {
          id: "phone",
          type: "tel",
          autocomplete: "off",
          placeholder: say("contacts.phone.hint"),
          value: form.phone,
          ...marked("phone", phone),
          oninput: (/** @type {any} */ event) => (form.phone = event.target.value),
        }),
      ),
      fieldProblem("adult", adult),
      h(
        "label",
        { class: "tick" },
        h("input", {
          type: "checkbox",
          checked: form.adult,
          ...marked("adult", adult),
          onchange: (/** @type {any} */ event) => (form.adult = event.target.checked),
        }),
        h("span", null, say("contacts.adult")),
      ),
      h("button", { type: "submit", class: "button strong wide" }, say("contacts.submit")),
    );
  }

  const current = () => contacts.filter((contact) => contact.state !== "revoked");

  return {
    load,
    list: current,
    screen: () => [
      titleBar(say("contacts.title"), { label: say("app.back"), go: back }),
      h(
        "div",
        { class: "app-body" },
        h("p", null, say("contacts.about")),
        h("p", { class: "news", role: "status" }, news),
        problemBox(say, problem, ["phone", "adult", "code"]),
        current().length === 0 ? h("p", { class: "hint" }, say("contacts.empty")) : null,
        h("ul", { class: "plain" }, current().map(one)),
        addForm(),
      ),
    ],
  };
}
