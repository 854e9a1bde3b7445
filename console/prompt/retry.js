/**
 * Ask until somebody answers: at once, then after ever longer waits, and as soon as the line is back.
 *
 * @template T
 * @param {() => Promise<T>} ask the same request every time; only a `ConnectionError` makes it worth another go
 * @param {{ heard: (answer: T) => void, refused: (error: unknown) => void, waiting: () => void }} then
 * @returns {{ now: () => void, stop: () => void }} after `stop` nothing more is asked or said
 */
import { ConnectionError } from "./http.js";

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;
/** So that a whole town whose network comes back does not ask in one instant. */
const SPREAD = 0.25;

export function untilHeard(ask, then) {
  let wait = FIRST_WAIT_MS;
  let asking = false;
  let stopped = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  async function turn() {
    if (stopped || asking) return;
    clearTimeout(timer);
    asking = true;
    let answer;
    try {
      answer = await ask();
    } catch (error) {
      asking = false;
      if (stopped) return;
      if (!(error instanceof ConnectionError)) {
        stop();
        then.refused(error);
        return;
      }
      timer = setTimeout(turn, wait * (1 + SPREAD * Math.random()));
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
      then.waiting();
      return;
    }
    if (stopped) return;
    stop();
    then.heard(answer);
  }

  /** A phone that was asleep has missed its timers. */
  const wake = () => void (document.hidden || turn());

  function stop() {
    stopped = true;
    clearTimeout(timer);
    removeEventListener("online", turn);
    document.removeEventListener("visibilitychange", wake);
  }

  addEventListener("online", turn);
  document.addEventListener("visibilitychange", wake);
  void turn();
  return { now: () => void turn(), stop };
}
