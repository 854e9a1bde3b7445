/**
 * The shapes that the page exchanges with the API and its own server. The API's are in its OpenAPI document; these are
 * the parts that the page reads.
 *
 * @typedef {"policy_loan" | "surrender" | "partial_withdrawal"} MoneyKind
 * @typedef {import("./prompt/shapes.js").NextStep} NextStep
 *
 * @typedef {{ bank_code: string, account_number: string }} PayoutAccount
 * @typedef {{ on_call?: boolean, screen_shared?: boolean, remote_control_app?: boolean, new_device?: boolean,
 *   account_pasted?: boolean, seconds_on_form?: number, amount_edits?: number }} Signals
 * @typedef {{ request_id: string, kind: MoneyKind, amount_twd: number, policy_ids: string[],
 *   payout_account: PayoutAccount | null, locale: string, session_id: string, signals: Signals,
 *   channel: "app" | "web" }} RequestBody
 * @typedef {import("./prompt/shapes.js").RequestReply} RequestReply
 * @typedef {{ contact_id: string, relation: string, locale: string, phone_last3: string,
 *   state: "designated" | "confirmed" | "revoked", expired: boolean, renewing: boolean, counts_from: string | null,
 *   valid_until: string | null, renew_from: string | null, place: number, quiet_hours: string | null }} Contact
 *
 * @typedef {{ case_id: string, policyholder_id: string, light: string, state: string, kind: string, amount_twd: number,
 *   channel: string, opened_at: string, answer_by: string }} CaseRow
 * @typedef {{ code: string, text: string, weight: number, value_words: string | null, usual_words: string | null }} Reason
 * @typedef {{ from: string | null, to: string | null, actor: string, by: string | null, reason: string, at: string,
 *   verified: boolean | null, noted_by: string | null }} Move
 * @typedef {{ question_id: string, prompt: string, verifies: string, choice: string | null, sign: string | null,
 *   answered_at: string | null }} StaffAnswer
 * @typedef {{ purpose: string, contact_id: string | null, state: string, cause: string | null, provider: string | null,
 *   attempted_at: string | null, delivery: { arrival: string, at: string } | null, at: string }} Alert
 * @typedef {{ reason: string, text: string, due_at: string, about: string | null,
 *   done: { by: string, at: string, how: string } | null }} Task
 * @typedef {Task & { overdue: boolean, case: CaseRow }} WaitingTask
 * @typedef {{ alert_id: string, told_at: string, relation: string, word: string | null }} Told
 * @typedef {{ number: number, decided_at: string, light: string, source: string, model_version: string | null,
 *   missing: string[] }} Decision
 * @typedef {{ label: string, source: string, confidence: number, recorded_at: string }} Outcome
 * @typedef {CaseRow & { floor: string, probability: number | null, source: string, experts: Record<string, number>,
 *   reasons: Reason[], suspected: string[], next_step: NextStep, policy_ids: string[], questions: StaffAnswer[],
 *   timeline: Move[], alerts: Alert[], tasks: Task[], decisions: Decision[], outcome: Outcome | null }} CaseDetail
 * @typedef {{ contact_id: string, relation: string, phone_last3: string, state: string, standing: string,
 *   suspicions: string[], excluded: boolean, counts_from: string | null, valid_until: string | null,
 *   history: { kind: string, at: string, by: string, who: string | null, reason: string | null }[] }} RegardedContact
 *
 * @typedef {{ to: string, text: string, at: string }} Sms
 *
 * @typedef {{ policy_id: string, product: string, cash_value_twd: number }} Policy
 * @typedef {{ bank_code: string, account_number: string, label_zh: string, label_en: string }} KnownAccount
 * @typedef {{ kind?: MoneyKind, amount_twd?: number, policy_ids?: string[], payout_account?: PayoutAccount | null,
 *   channel?: string, signals?: Signals }} Scenario
 * @typedef {{ id: string, name_zh: string, name_en: string, age: number, story_zh: string, story_en: string,
 *   token: string, policies: Policy[], contact_phone: string | null, contact_token?: string | null, accounts: KnownAccount[],
 *   scenario: Scenario }} Person
 * @typedef {{ api: string, inbox: string, people: Person[], staff: { name_zh: string, name_en: string, token: string },
 *   clock_offset_seconds?: number }} Config
 */
export {};
