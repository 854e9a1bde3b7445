/**
 * One JSON request, and what can go wrong with it.
 *
 * A `ProblemError` is the API's own word (RFC 9457): asking again changes nothing. A `ConnectionError` says that nobody
 * knows whether the request arrived: ask again with the same body.
 *
 * @typedef {import("./shapes.js").Problem} Problem
 */

/** Longer than the API's own limit, so that its answer arrives before we give up. */
const PATIENCE_MS = 12_000;

export class ProblemError extends Error {
  /** @param {Problem} problem */
  constructor(problem) {
    super(problem.detail || problem.title);
    this.name = "ProblemError";
    this.status = problem.status;
    this.title = problem.title;
    this.detail = problem.detail;
    this.errors = problem.errors ?? [];
  }
}

export class ConnectionError extends Error {
  /** @param {unknown} [cause] */
  constructor(cause) {
    super("the request may not have arrived", { cause });
    this.name = "ConnectionError";
  }
}

/** @param {number} status */
const askAgain = (status) => status === 429 || status >= 500;

/**
 * @param {string} url
 * @param {{ method?: string, token?: string, body?: unknown, keepalive?: boolean }} [options] `keepalive` lets it finish
 *   after the page is gone
 * @returns {Promise<any>} the JSON answer, null when it has no body; rejects with one of the two errors above
 */
export async function askJson(url, { method = "GET", token, body, keepalive = false } = {}) {
  const headers = /** @type {Record<string, string>} */ ({ Accept: "application/json" });
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response, text;
  try {
    response = await fetch(url, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: patience(),
      cache: "no-store",
      keepalive,
    });
    text = await response.text();
  } catch (cause) {
    throw new ConnectionError(cause);
  }
  const answer = parse(text);
  if (response.ok && answer !== undefined) return answer;
  if (response.ok || askAgain(response.status)) throw new ConnectionError(new Error(`status ${response.status}`));
  const problem = answer ?? {};
  throw new ProblemError({
    title: problem.title ?? problem.message ?? response.statusText,
    status: response.status,
    detail: problem.detail ?? "",
    errors: Array.isArray(problem.errors) ? problem.errors : [],
  });
}

/** `AbortSignal.timeout`, also in the WebViews of older phones. */
function patience() {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), PATIENCE_MS);
  return stop.signal;
}

/**
 * @param {string} base an address with or without slashes at its end
 * @param {string} path
 */
export const join = (base, path) => base.replace(/\/+$/, "") + path;

/**
 * @param {string} text
 * @returns {any} undefined when it is no JSON, null when it is empty
 */
function parse(text) {
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
