/**
 * What a page can honestly see of a session, gathered with the person's consent and posted to
 * `POST /v1/sessions/{id}/signals`.
 *
 *     import { safelight } from "./prompt/safelight.js";
 *     safelight.addEventListener("prompt", ({ detail }) => (document.querySelector("safelight-prompt").note = detail));
 *     safelight.start({ endpoint, token, sessionId, locale });
 *     safelight.consent = true;                       // nothing is watched, counted or sent before
 *     safelight.note({ on_call: true });              // an app's bridge adds what only the app sees
 *
 * The page marks its fields: `data-safelight="account"`, `"amount"`, and `"value"` on what shows a policy's value when it is
 * pressed. Of a field only counts and durations are kept, never what stands in it: no line here reads a value.
 * A delivery holds all signals as they are now, so that a lost one is made good by the next and nothing piles up.
 *
 * The event `prompt` hands back what to show, as the API gives it: give it to <safelight-prompt> as its `note`, let nothing be sent for
 * `pause_s` seconds where `advice` is `pause`, and show nothing of your own about fraud while it is `discreet`.
 *
 * @typedef {{ on_call?: boolean, screen_shared?: boolean, remote_control_app?: boolean, accessibility_service?: boolean,
 *   new_device?: boolean }} Notes
 * @typedef {{ on_call?: boolean, screen_shared?: boolean, remote_control_app?: boolean, new_device?: boolean,
 *   account_pasted?: boolean, seconds_on_form?: number, amount_edits?: number }} Signals
 * @typedef {Signals & { accessibility_service?: boolean, longest_pause_s?: number, value_lookups?: number,
 *   sequence?: number }} SessionSignals
 * @typedef {{ endpoint: string, token: string, sessionId: string, locale?: string }} Session
 */
import { ConnectionError, ProblemError, askJson, join } from "./http.js";
import { Quiet } from "./quiet.js";

const NOTES = /** @type {const} */ (["on_call", "screen_shared", "remote_control_app", "accessibility_service", "new_device"]);
const EVERY_MS = 5_000;
/** Silence and time grow without anything happening. */
const BEAT_MS = 30_000;
const LONGEST_MS = 60_000;
const DAY_S = 86_400;
const MOST = 10_000;
const EPOCH_MS = Date.UTC(2025, 0);

export class Safelight extends EventTarget {
  /** @type {Session | null} */
  #session = null;
  #consent = false;
  /** @type {Notes} */
  #notes = {};
  #pasted = false;
  #edits = 0;
  #lookups = 0;
  /** Milliseconds on the page before it was last shown, and when that was. */
  #seen = 0;
  /** @type {number | null} */
  #since = null;
  /** @type {Quiet | null} */
  #quiet = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #due = 0;
  #wait = EVERY_MS;
  #asking = false;
  #news = false;
  /** Whether the news cannot wait for more of it. */
  #soon = false;
  /** Counts what was started or withdrawn, so that an answer to what is over is not heard. */
  #turn = 0;
  /** Numbers deliveries, so that a late one does no harm. */
  #sequence = 0;
  /** Whether the last answer was discreet: its end is news without a message. */
  #discreet = false;
  /** Names that this API does not know yet. @type {Set<string>} */
  #unknown = new Set();

  /** Where to send to. Another session begins at nothing. @param {Session} session */
  start(session) {
    const consented = this.#consent;
    this.consent = false;
    this.#session = session;
    this.#unknown = new Set();
    this.consent = consented;
  }

  stop() {
    this.consent = false;
    this.#session = null;
  }

  get consent() {
    return this.#consent;
  }

  /** Withdrawn, everything gathered is forgotten and nothing more is sent. */
  set consent(given) {
    if (given === this.#consent) return;
    this.#consent = given;
    this.#turn += 1;
    if (given) this.#watch();
    else this.#forget();
  }

  /**
   * Add what only an app sees. A signal that it cannot see is left out, not false.
   * @param {Notes} notes
   * @returns {boolean} false without consent: nothing was taken, say it again once it is given
   */
  note(notes) {
    if (!this.#consent) return false;
    for (const name of NOTES) {
      const value = notes[name];
      if (typeof value === "boolean") this.#notes[name] = value;
    }
    this.#changed(0);
    return true;
  }

  /** What `POST /v1/requests` takes as `signals`; empty without consent. @returns {Signals} */
  get signals() {
    if (!this.#consent) return {};
    const { accessibility_service: _, ...notes } = this.#notes;
    return {
      ...notes,
      account_pasted: this.#pasted,
      amount_edits: Math.min(this.#edits, MOST),
      seconds_on_form: Math.min(DAY_S, Math.round(this.#time() / 1000)),
    };
  }

  /** Numbers follow the clock, so that a page that was loaded again goes on above where it was. @returns {SessionSignals} */
  #delivery() {
    this.#sequence = Math.max(this.#sequence + 1, Math.floor((Date.now() - EPOCH_MS) / 1000));
    const all = {
      ...this.signals,
      ...this.#notes,
      longest_pause_s: Math.min(DAY_S, this.#quiet?.longest ?? 0),
      value_lookups: Math.min(this.#lookups, MOST),
      sequence: this.#sequence,
    };
    return Object.fromEntries(Object.entries(all).filter(([name]) => !this.#unknown.has(name)));
  }

  #watch() {
    this.#quiet = new Quiet();
    this.#quiet.listen();
    this.#since = document.hidden ? null : performance.now();
    document.addEventListener("paste", this.#onPaste, true);
    document.addEventListener("change", this.#onChange, true);
    document.addEventListener("click", this.#onClick, true);
    document.addEventListener("visibilitychange", this.#onShown);
    addEventListener("online", this.#onOnline);
    this.#changed(EVERY_MS);
  }

  #forget() {
    document.removeEventListener("paste", this.#onPaste, true);
    document.removeEventListener("change", this.#onChange, true);
    document.removeEventListener("click", this.#onClick, true);
    document.removeEventListener("visibilitychange", this.#onShown);
    removeEventListener("online", this.#onOnline);
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#quiet?.stop();
    this.#quiet = null;
    this.#notes = {};
    this.#pasted = this.#news = this.#soon = this.#asking = this.#discreet = false;
    this.#edits = this.#lookups = this.#seen = 0;
    this.#since = null;
    this.#wait = EVERY_MS;
  }

  #time() {
    return this.#seen + (this.#since === null ? 0 : performance.now() - this.#since);
  }

  /** @param {Event} event @param {string} kind */
  #about(event, kind) {
    const target = event.composedPath()[0];
    return target instanceof Element && target.closest(`[data-safelight~="${kind}"]`) !== null;
  }

  /** @param {Event} event */
  #onPaste = (event) => {
    if (!this.#about(event, "account")) return;
    this.#pasted = true;
    this.#changed(0);
  };

  /** @param {Event} event */
  #onChange = (event) => {
    if (!this.#about(event, "amount")) return;
    this.#edits += 1;
    this.#changed(EVERY_MS);
  };

  /** @param {Event} event */
  #onClick = (event) => {
    if (!this.#about(event, "value")) return;
    this.#lookups += 1;
    this.#changed(EVERY_MS);
  };

  #onShown = () => {
    this.#seen = this.#time();
    this.#since = document.hidden ? null : performance.now();
    // The last moment at which a page that is being closed can be sure to say something.
    if (!document.hidden) this.#sendIn(EVERY_MS);
    else if (this.#news) void this.#send();
  };

  #onOnline = () => {
    this.#wait = EVERY_MS;
    if (this.#news) this.#changed(0);
  };

  /** Send within `ms`, together with whatever happens until then. @param {number} ms */
  #changed(ms) {
    this.#news = true;
    this.#soon ||= ms === 0;
    if (!this.#asking) this.#sendIn(ms);
  }

  /** @param {number} ms */
  #sendIn(ms) {
    const due = performance.now() + ms;
    if (!this.#session || (this.#timer !== undefined && this.#due <= due)) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => void this.#send(), ms);
  }

  async #send() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const session = this.#session;
    if (!session || !this.#consent || this.#asking || (document.hidden && !this.#news)) return;
    const turn = this.#turn;
    this.#asking = true;
    this.#news = this.#soon = false;
    const signals = this.#delivery();
    try {
      const prompt = await this.#post(session, signals);
      if (turn !== this.#turn) return;
      this.#heard(prompt);
    } catch (error) {
      if (turn !== this.#turn) return;
      if (error instanceof ConnectionError) {
        this.#later();
      } else if (error instanceof ProblemError) {
        // A signal that this API does not know is named in its refusal: it is left out from now on.
        const unknown = error.errors.map((one) => one.field).filter((name) => name in signals);
        if (error.status === 422 && unknown.length > 0) {
          for (const name of unknown) this.#unknown.add(name);
          this.#news = this.#soon = true;
        }
      } else throw error;
    }
    this.#asking = false;
    this.#sendIn(this.#soon ? 0 : this.#news ? this.#wait : BEAT_MS);
  }

  /** @param {import("./shapes.js").SessionPrompt} prompt */
  #heard(prompt) {
    const discreet = prompt.discreet === true;
    this.#wait = EVERY_MS;
    if (prompt.kept === false) this.#later();
    if (prompt.message || discreet !== this.#discreet) this.dispatchEvent(new CustomEvent("prompt", { detail: prompt }));
    this.#discreet = discreet;
  }

  #later() {
    this.#news = true;
    this.#soon = false;
    this.#wait = Math.min(this.#wait * 2, LONGEST_MS);
  }

  /** @param {Session} session @param {SessionSignals} signals */
  #post({ endpoint, token, sessionId, locale }, signals) {
    const language = locale ? `?locale=${encodeURIComponent(locale)}` : "";
    const address = join(endpoint, `/v1/sessions/${encodeURIComponent(sessionId)}/signals${language}`);
    return askJson(address, { method: "POST", token, body: signals, keepalive: true });
  }
}

/** One for a page, also by name for the bridge of an app's WebView: `safelight.note({ on_call: true })`. */
export const safelight = new Safelight();
/** @type {any} */ (globalThis).safelight ??= safelight;
