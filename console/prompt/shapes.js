/**
 * The parts of the API's bodies that <safelight-prompt> and safelight.js read and send. The whole is in its OpenAPI
 * document.
 *
 * @typedef {{ field: string, reason: string }} FieldProblem
 * @typedef {{ title: string, status: number, detail: string, errors: FieldProblem[] }} Problem
 *
 * @typedef {{ choice_id: string, text: string }} Choice
 * @typedef {{ question_id: string, prompt: string, form: "choices" | "open", pause_s: number, choices: Choice[],
 *   story: string | null, answered: boolean }} Question
 * @typedef {{ question_id: string, choice_id?: string, amount_twd?: number }} Answer
 * @typedef {"proceed" | "answer" | "wait" | "talk_to_us"} NextStep
 * @typedef {{ request_id: string, next_step: NextStep, message: string, because: string, questions: Question[],
 *   discreet?: boolean }} RequestReply
 * @typedef {{ message: string | null, story?: string | null, discreet?: boolean, advice?: "nothing" | "prompt" | "pause",
 *   pause_s?: number, kept?: boolean }} SessionPrompt
 */
export {};
