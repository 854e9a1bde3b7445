/**
 * What the policyholder fills in, and the body that it becomes.
 *
 * @typedef {import("../types.js").Person} Person
 * @typedef {import("../types.js").MoneyKind} MoneyKind
 * @typedef {import("../types.js").RequestBody} RequestBody
 * @typedef {import("../types.js").Signals} Signals
 * @typedef {"on_call" | "screen_shared" | "remote_control_app"} Toggle
 * @typedef {{ kind: MoneyKind, policies: Set<string>, amount: string, account: string, bank: string, number: string,
 *   channel: "app" | "web", openedAt: number, edits: number, pasted: boolean, preset: Signals }} Form
 */
import { readAmount } from "../page/format.js";

/** @type {MoneyKind[]} */
export const KINDS = ["policy_loan", "surrender", "partial_withdrawal"];
/** @type {Toggle[]} */
export const TOGGLES = ["on_call", "screen_shared", "remote_control_app"];
/** The payout account of record: the request then names none. */
export const OF_RECORD = "record";
export const OTHER = "other";

const grouped = new Intl.NumberFormat("en");

/** @param {string} text as typed @returns {string} with separators, empty when there is no amount */
export function tidyAmount(text) {
  const amount = readAmount(text);
  return amount === 0 ? "" : grouped.format(amount);
}

/**
 * A form with the person's scenario filled in.
 * @param {Person} person
 * @param {number} now
 * @returns {Form}
 */
export function newForm(person, now) {
  const { scenario } = person;
  const kind = scenario.kind && KINDS.includes(scenario.kind) ? scenario.kind : "policy_loan";
  const policies = new Set(scenario.policy_ids ?? person.policies.slice(0, 1).map((policy) => policy.policy_id));
  const payout = scenario.payout_account;
  const known = payout ? person.accounts.findIndex((a) => a.account_number === payout.account_number) : -1;
  return {
    kind,
    policies,
    amount: scenario.amount_twd ? grouped.format(scenario.amount_twd) : "",
    account: payout ? (known >= 0 ? String(known) : OTHER) : OF_RECORD,
    bank: payout?.bank_code ?? "",
    number: payout?.account_number ?? "",
    channel: scenario.channel === "web" ? "web" : "app",
    openedAt: now,
    edits: 0,
    pasted: false,
    preset: scenario.signals ?? {},
  };
}

/** @param {Form} form @param {Person} person */
export const valueOf = (form, person) =>
  person.policies.filter((p) => form.policies.has(p.policy_id)).reduce((sum, p) => sum + p.cash_value_twd, 0);

/**
 * What is still missing, by field. The API checks again; this only spares a round trip.
 * @param {Form} form
 * @returns {Map<string, string>} field → key of the words to show
 */
export function gaps(form) {
  const found = new Map();
  if (form.policies.size === 0) found.set("policy_ids", "form.pick.policies");
  if (readAmount(form.amount) === 0) found.set("amount_twd", "form.pick.amount");
  if (form.account === OTHER) {
    if (!/^\d{3}$/.test(form.bank)) found.set("payout_account.bank_code", "form.pick.bank");
    if (!/^[\d-]{6,20}$/.test(form.number)) found.set("payout_account.account_number", "form.pick.number");
  }
  return found;
}

/**
 * @param {Form} form
 * @param {Person} person
 * @param {Partial<Record<Toggle, boolean>>} toggles what the app sees at this moment
 * @param {{ locale: string, sessionId: string, now: number }} at
 * @returns {Omit<RequestBody, "request_id">}
 */
export function toBody(form, person, toggles, { locale, sessionId, now }) {
  return {
    kind: form.kind,
    amount_twd: readAmount(form.amount),
    policy_ids: person.policies.map((p) => p.policy_id).filter((id) => form.policies.has(id)),
    payout_account: payoutOf(form, person),
    locale,
    session_id: sessionId,
    channel: form.channel,
    signals: {
      seconds_on_form: Math.min(86_400, Math.round((now - form.openedAt) / 1000)),
      amount_edits: form.edits,
      account_pasted: form.pasted,
      ...form.preset,
      ...toggles,
    },
  };
}

/** @param {Form} form @param {Person} person */
function payoutOf(form, person) {
  if (form.account === OF_RECORD) return null;
  if (form.account === OTHER) return { bank_code: form.bank, account_number: form.number };
  const { bank_code, account_number } = person.accounts[Number(form.account)];
  return { bank_code, account_number };
}

/**
 * The request as it will be sent, again and again if need be. The same wish keeps its id, so that a request whose
 * answer was lost is not made twice; another wish gets another id.
 *
 * @param {RequestBody | null} before what was sent last and not answered
 * @param {Omit<RequestBody, "request_id">} body
 * @param {() => string} newId
 * @returns {RequestBody}
 */
export function sameOrNew(before, body, newId) {
  if (before && wish(before) === wish(body)) return before;
  return { request_id: newId(), ...body };
}

/** @param {Omit<RequestBody, "request_id">} body */
const wish = ({ kind, amount_twd, policy_ids, payout_account }) =>
  JSON.stringify([kind, amount_twd, policy_ids, payout_account]);
