/**
 * Answers that nobody has confirmed yet, by request: in memory, and in the tab's own storage so that a reload keeps them.
 * They are places (q1, c2) and a sum; a token is never kept.
 *
 * @typedef {import("./shapes.js").Answer} Answer
 */

const PREFIX = "safelight.answers.";
/** @type {Map<string, Answer[]>} */
const memory = new Map();

/** @param {string} requestId @param {Answer[]} answers */
export function keep(requestId, answers) {
  memory.set(requestId, answers);
  try {
    sessionStorage.setItem(PREFIX + requestId, JSON.stringify(answers));
  } catch {
    // Storage is switched off or full: they last as long as the page.
  }
}

/** @param {string} requestId */
export function forget(requestId) {
  memory.delete(requestId);
  try {
    sessionStorage.removeItem(PREFIX + requestId);
  } catch {
    // As above.
  }
}

/** @param {string} requestId @returns {Answer[] | null} */
export function kept(requestId) {
  const here = memory.get(requestId);
  if (here) return here;
  try {
    const answers = JSON.parse(sessionStorage.getItem(PREFIX + requestId) ?? "null");
    return Array.isArray(answers) && answers.length > 0 ? answers : null;
  } catch {
    return null;
  }
}
