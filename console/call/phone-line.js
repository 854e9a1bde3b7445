/**
 * An ordinary call, as the page's own server plays it.
 *
 * @typedef {{ text: string, ssml: string | null }} Heard
 * @typedef {{ how: "hung_up" } | { how: "transferred", queue: "caring" | "service", whisper: string | null }} Ended
 * @typedef {{ call_id: string, heard: Heard[], awaits: "key" | "sum" | null, ended: Ended | null }} CallReply
 * @typedef {{ from: string, policyholder_id: string | null, locale: "zh-TW" | "en" }} Caller
 */

/** A function's first answer takes its time on one's own machine. */
const PATIENCE_MS = 30_000;

/** The call broke off. A call is not asked for again by itself: a key would count twice. */
export class LineError extends Error {
  /** @param {string} problem the server's own word, empty when it said nothing */
  constructor(problem) {
    super(problem);
    this.name = "LineError";
  }
}

/**
 * @param {string} path
 * @param {object} body
 * @returns {Promise<CallReply>} rejects with LineError
 */
async function post(path, body) {
  let response, answer;
  try {
    response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    answer = await response.json();
  } catch {
    throw new LineError("");
  }
  if (!response.ok) throw new LineError(typeof answer?.problem === "string" ? answer.problem : "");
  return answer;
}

/** @param {Caller} caller */
export const ring = (caller) => post("phone/calls", caller);

/** @param {string} callId @param {string} pressed digits; empty: he said nothing until the time was over */
export const press = (callId, pressed) => post(`phone/calls/${encodeURIComponent(callId)}`, { pressed });
