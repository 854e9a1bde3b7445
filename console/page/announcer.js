/**
 * Says what changed to those who do not see it change. Two regions, so that a call for attention does not wait behind news.
 *
 * @typedef {{ gently: (text: string) => void, now: (text: string) => void }} Announcer
 */

/** Screen readers miss a text that is replaced at once; the same text twice must count as new. */
const SETTLE_MS = 80;

/**
 * @param {HTMLElement} polite
 * @param {HTMLElement} assertive
 * @returns {Announcer}
 */
export function createAnnouncer(polite, assertive) {
  /** @param {HTMLElement} region */
  const voice = (region) => {
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    return (/** @type {string} */ text) => {
      clearTimeout(timer);
      region.textContent = "";
      timer = setTimeout(() => (region.textContent = text), SETTLE_MS);
    };
  };
  return { gently: voice(polite), now: voice(assertive) };
}
