/**
 * The insurer's HTTP API as the page sees it. What can go wrong is said in ../prompt/http.js.
 */
import { askJson, join } from "../prompt/http.js";

export { ConnectionError, ProblemError } from "../prompt/http.js";

/**
 * @param {string} base address of the API, with or without a trailing slash
 * @param {string} token bearer token of the one who asks
 */
export function createApi(base, token) {
  return {
    /** @param {string} path @returns {Promise<any>} */
    get: (path) => askJson(join(base, path), { token }),
    /** @param {string} path @param {unknown} body @returns {Promise<any>} */
    post: (path, body) => askJson(join(base, path), { method: "POST", token, body }),
    /** @param {string} path @returns {Promise<any>} */
    remove: (path) => askJson(join(base, path), { method: "DELETE", token }),
  };
}

/** @typedef {ReturnType<typeof createApi>} Api */
