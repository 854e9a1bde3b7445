/**
 * Ask again and again, one question at a time, slower while nobody answers and not at all while the page is hidden.
 *
 * @param {() => Promise<void>} ask
 * @param {number} everyMs
 * @returns {{ stop: () => void, now: () => void }}
 */
export function poll(ask, everyMs) {
  const slowest = everyMs * 8;
  let wait = everyMs;
  let stopped = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let asking = false;
  let again = false;

  async function turn() {
    if (stopped) return;
    if (asking) {
      again = true;
      return;
    }
    clearTimeout(timer);
    asking = true;
    try {
      if (!document.hidden) await ask();
      wait = everyMs;
    } catch {
      // The one who asks has already shown what went wrong; here it only means: wait longer.
      wait = Math.min(wait * 2, slowest);
    }
    asking = false;
    if (stopped) return;
    timer = setTimeout(turn, again ? 0 : wait);
    again = false;
  }

  const wake = () => void (document.hidden || turn());
  document.addEventListener("visibilitychange", wake);
  turn();
  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", wake);
    },
    now: turn,
  };
}
