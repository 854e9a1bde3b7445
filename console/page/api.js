/**
 * The insurer's HTTP API as the page sees it.
 *
 * What goes wrong is one of two kinds. A `ProblemError` is the API's own word (RFC 9457): asking again changes nothing.
 * A `ConnectionError` says that nobody knows whether the request arrived: ask again with the same body.
 *
 * @typedef {import("../types.js").Problem} Problem
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
 * @param {string} base address of the API, with or without a trailing slash
 * @param {string} token bearer token of the one who asks
 */
export function createApi(base, token) {
  const root = base.replace(/\/+$/, "");

  /**
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body]
   * @returns {Promise<any>} the JSON answer, null when it has no body
   */
  async function call(method, path, body) {
    const headers = /** @type {Record<string, string>} */ ({ Accept: "application/json", Authorization: `Bearer ${token}` });
    if (body !== undefined) headers["Content-Type"] = "application/json";
    let response, text;
    try {
      response = await fetch(root + path, {
        method,
        headers,
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: AbortSignal.timeout(PATIENCE_MS),
        cache: "no-store",
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

  return {
    /** @param {string} path */
    get: (path) => call("GET", path),
    /** @param {string} path @param {unknown} body */
    post: (path, body) => call("POST", path, body),
    /** @param {string} path */
    remove: (path) => call("DELETE", path),
  };
}

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

/** @typedef {ReturnType<typeof createApi>} Api */
