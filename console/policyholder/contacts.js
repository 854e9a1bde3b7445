/**
 * The trusted contact: see, name, confirm, renew, put in order, cancel; and whose contact one is oneself.
 *
 * @typedef {import("../types.js").Contact} Contact
 * @typedef {import("../page/stage.js").Stage} Stage
 * @typedef {import("../page/api.js").Api} Api
 */
import { ConnectionError, ProblemError } from "../page/api.js";
import { h } from "../page/dom.js";
import { dayAndTime, fullDay } from "../page/format.js";
import { wordFor } from "../page/words.js";
import { fieldProblem, marked, problemBox, titleBar, wordAbout } from "./parts.js";

const CHILD = "child";
/** What the API calls a time of no quiet at all. */
const NEVER_QUIET = "00:00-00:00";
/** @typedef {{ contact_id: string, relation: string, state: "designated" | "confirmed" }} ContactOf */

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
  let telling = "in_order";
  /** @type {string[]} */
  let relations = [];
  /** @type {ContactOf[]} */
  let contactOf = [];
  const form = { relation: CHILD, phone: "", adult: false, quiet: "usual", from: "22:00", to: "07:00" };
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
      ({ contacts, telling, relations } = await api.get("/v1/contacts"));
      contactOf = (await api.get("/v1/contacts/of-others")).contact_of;
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
    const body = { relation: form.relation, phone, locale: stage.locale(), adult: true, quiet_hours: quietHours() };
    return attempt(async () => {
      await api.post("/v1/contacts", body);
      stage.contactNamed(phone);
      form.phone = "";
      form.adult = false;
    }, "contacts.saved");
  }

  const quietHours = () =>
    ({ usual: null, any: NEVER_QUIET, own: `${form.from}-${form.to}` })[form.quiet] ?? null;

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

  /** @param {Contact} contact */
  const renew = (contact) =>
    attempt(async () => {
      await api.post(`/v1/contacts/${encodeURIComponent(contact.contact_id)}/renew`, {});
    }, "contacts.renewing");

  /** @param {ContactOf} one */
  function stepBack(one) {
    revoking = null;
    return attempt(async () => {
      await api.remove(`/v1/contacts/of-others/${encodeURIComponent(one.contact_id)}`);
    }, "contacts.of.ended");
  }

  /** @param {string[]} ids @param {string} wanted whom to tell */
  const arrange = (ids, wanted) =>
    attempt(async () => {
      await api.post("/v1/contacts/order", { telling: wanted, order: ids });
    }, "contacts.order.saved");

  /** @param {number} at place in the list of those who are told */
  function sooner(at) {
    const ids = living().map((contact) => contact.contact_id);
    ids.splice(at - 1, 2, ids[at], ids[at - 1]);
    return arrange(ids, telling);
  }

  /** @param {(event: Event) => unknown} then */
  const submitting = (then) => (/** @type {Event} */ event) => {
    event.preventDefault();
    void then(event);
  };

  /** Asks once more before something ends. @param {string} id @param {() => unknown} then */
  const ending = (id, then) =>
    revoking === id
      ? h(
          "div",
          { class: "actions" },
          h("button", { type: "button", class: "button strong", onclick: () => void then() }, say("contacts.revoke.sure")),
          h(
            "button",
            { type: "button", class: "button quiet", onclick: () => ((revoking = null), draw()) },
            say("contacts.revoke.keep"),
          ),
        )
      : h(
          "button",
          { type: "button", class: "button quiet", onclick: () => ((revoking = id), draw()) },
          say("contacts.revoke"),
        );

  /** @param {Contact} contact */
  const named = (contact) =>
    say("app.contact.one", { relation: wordFor(say, "relation", contact.relation), last3: contact.phone_last3 });

  /** @param {Contact} contact @param {number} at */
  function one(contact, at) {
    const word = waiting(contact) ? wordAbout(say, "code", gaps, problem) : null;
    const state = contact.expired ? "expired" : contact.state;
    const locale = stage.locale();
    return h(
      "li",
      { class: "card", key: contact.contact_id },
      h("p", null, named(contact), " ", h("span", { class: `tag ${state}` }, say(`contacts.state.${state}`))),
      contact.counts_from && contact.state === "confirmed" && !contact.expired
        ? h("p", { class: "hint" }, say("contacts.counts", { at: dayAndTime(contact.counts_from, locale) }))
        : null,
      contact.valid_until && contact.state === "confirmed"
        ? h(
            "p",
            { class: "hint" },
            say(contact.expired ? "contacts.ended" : "contacts.valid", { at: fullDay(contact.valid_until, locale) }),
          )
        : null,
      contact.quiet_hours
        ? h("p", { class: "hint" }, contact.quiet_hours === NEVER_QUIET ? say("contacts.quiet.any") : quietWords(contact.quiet_hours))
        : null,
      contact.renewing ? h("p", null, say("contacts.renewing")) : null,
      waiting(contact)
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
      renewable(contact)
        ? h(
            "button",
            { type: "button", class: "button", onclick: () => void renew(contact), "aria-label": `${say("contacts.renew")}: ${named(contact)}` },
            say("contacts.renew"),
          )
        : null,
      at > 0 && telling === "in_order"
        ? h(
            "button",
            { type: "button", class: "button quiet", onclick: () => void sooner(at), "aria-label": `${say("contacts.sooner")}: ${named(contact)}` },
            say("contacts.sooner"),
          )
        : null,
      ending(contact.contact_id, () => revoke(contact)),
    );
  }

  /** Whom to tell of several. */
  function whom() {
    const ids = living().map((contact) => contact.contact_id);
    return h(
      "fieldset",
      { class: "card choices" },
      h("legend", null, say("contacts.telling")),
      ["in_order", "all"].map((wanted) =>
        h(
          "label",
          { class: "tick" },
          h("input", {
            type: "radio",
            name: "telling",
            value: wanted,
            checked: telling === wanted,
            onchange: () => void arrange(ids, wanted),
          }),
          h("span", null, say(`contacts.telling.${wanted}`)),
        ),
      ),
    );
  }

  /** @param {ContactOf} contact */
  const ofOther = (contact) =>
    h(
      "li",
      { class: "card", key: `of-${contact.contact_id}` },
      h("p", null, say("contacts.of.one", { relation: wordFor(say, "relation", contact.relation) })),
      ending(`of-${contact.contact_id}`, () => stepBack(contact)),
    );

  /** @param {string} hours as the API writes them */
  const quietWords = (hours) => `${say("contacts.quiet.own")}: ${hours.replace("-", "–")}`;

  /** @param {"from" | "to"} end @param {string} label */
  const clock = (end, label) =>
    h(
      "div",
      { class: "field" },
      h("label", { for: `quiet-${end}` }, label),
      h("input", {
        id: `quiet-${end}`,
        type: "time",
        required: true,
        value: form[end],
        ...marked("quiet_hours", wordAbout(say, "quiet_hours", gaps, problem)),
        oninput: (/** @type {any} */ event) => (form[end] = event.target.value),
      }),
    );

  /** When the contact may be told: his own hours in place of the insurer's. */
  function quiet() {
    return h(
      "fieldset",
      { class: "choices field" },
      h("legend", null, say("contacts.quiet")),
      fieldProblem("quiet_hours", wordAbout(say, "quiet_hours", gaps, problem)),
      ["usual", "any", "own"].map((wanted) =>
        h(
          "label",
          { class: "tick" },
          h("input", {
            type: "radio",
            name: "quiet",
            value: wanted,
            checked: form.quiet === wanted,
            onchange: () => ((form.quiet = wanted), draw()),
          }),
          h("span", null, say(`contacts.quiet.${wanted}`)),
        ),
      ),
      form.quiet === "own" ? h("div", { class: "hours" }, clock("from", say("contacts.quiet.from")), clock("to", say("contacts.quiet.to"))) : null,
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
          relations.map((relation) =>
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
      quiet(),
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
  const living = () => current().filter((contact) => !contact.expired);
  /** @param {Contact} contact a code was sent and not entered yet */
  const waiting = (contact) => contact.state === "designated" || contact.renewing;
  /** @param {Contact} contact */
  const renewable = (contact) =>
    contact.state === "confirmed" &&
    !contact.expired &&
    !contact.renewing &&
    contact.renew_from !== null &&
    new Date(contact.renew_from) <= new Date();

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
        problemBox(say, problem, ["phone", "adult", "code", "quiet_hours"]),
        current().length === 0 ? h("p", { class: "hint" }, say("contacts.empty")) : null,
        h("ul", { class: "plain" }, current().map((contact) => one(contact, living().indexOf(contact)))),
        living().length > 1 ? whom() : null,
        addForm(),
        contactOf.length > 0 ? h("h4", null, say("contacts.of")) : null,
        h("ul", { class: "plain" }, contactOf.map(ofOther)),
      ),
    ],
  };
}
