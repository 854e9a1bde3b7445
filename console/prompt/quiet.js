/**
 * The longest time in which a person did nothing on the page. Time in which he could do nothing does not count: another
 * tab, a countdown, being read to. It hears that a key or pointer moved, never which or where.
 */
const STIRS = ["keydown", "pointerdown", "pointermove", "wheel", "touchstart", "input"];

export class Quiet {
  #longest = 0;
  /** @type {number | null} when the present silence began, null while none is counted */
  #since = null;
  #resting = true;

  constructor() {
    for (const stir of STIRS) addEventListener(stir, this.#stirred, { capture: true, passive: true });
    document.addEventListener("visibilitychange", this.#seen);
  }

  /** Count from now on. */
  listen() {
    if (!this.#resting) return;
    this.#resting = false;
    this.#seen();
  }

  /** Count nothing until `listen`. */
  rest() {
    this.#close();
    this.#resting = true;
  }

  /** Seconds, to one decimal. */
  get longest() {
    const now = this.#since === null ? 0 : performance.now() - this.#since;
    return Math.round(Math.max(this.#longest, now) / 100) / 10;
  }

  forget() {
    this.#longest = 0;
    this.#since = null;
    this.#resting = true;
  }

  stop() {
    for (const stir of STIRS) removeEventListener(stir, this.#stirred, { capture: true });
    document.removeEventListener("visibilitychange", this.#seen);
  }

  #stirred = () => {
    if (this.#since === null) return;
    this.#close();
    this.#since = performance.now();
  };

  #seen = () => {
    this.#close();
    this.#since = this.#resting || document.hidden ? null : performance.now();
  };

  #close() {
    if (this.#since !== null) this.#longest = Math.max(this.#longest, performance.now() - this.#since);
    this.#since = null;
  }
}
