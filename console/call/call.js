/**
 * An ordinary telephone: who rings, what he hears, the keys, and what the one who takes over is told.
 *
 * @typedef {import("../page/stage.js").Stage} Stage
 * @typedef {import("./phone-line.js").CallReply} CallReply
 * @typedef {import("./phone-line.js").Ended} Ended
 * @typedef {"self" | "contact"} Who
 * @typedef {{ text: string, mine: boolean }} Spoken
 */
import { focusOn, h, patch } from "../page/dom.js";
import { readAmount } from "../page/format.js";
import { icon, lamp } from "../page/icons.js";
import { frameOf } from "../page/words.js";
import { statusBar } from "../policyholder/status-bar.js";
import { canRead, readAloud, whenVoicesChange } from "../prompt/read-aloud.js";
import { caller, handover } from "./around.js";
import { MOST_DIGITS, keyOf, keypad } from "./keypad.js";
import { LineError, press, ring } from "./phone-line.js";

/** Nobody's: the voice menu has recognised him, so that the number does not matter. */
const OWN_NUMBER = "+886900000000";
const TICK_MS = 1_000;
const grouped = new Intl.NumberFormat("en");

/** One digit is a choice, also where a sum is asked for. @param {string} digits */
const sum = (digits) => (digits.length < 2 ? digits : `NT$${grouped.format(readAmount(digits))}`);

/**
 * @typedef {object} Call
 * @property {"dialling" | "talking" | "over"} state
 * @property {"zh-TW" | "en"} lang the line has no other
 * @property {string} id
 * @property {Spoken[]} said
 * @property {"key" | "sum" | null} awaits
 * @property {string} digits of a sum, so far
 * @property {boolean} busy
 * @property {Ended | null} ended
 * @property {string | null} trouble why it broke off
 * @property {number} since
 */

/**
 * @param {HTMLElement} root
 * @param {Stage} stage
 * @param {Stage} staff
 */
export function createCall(root, stage, staff) {
  const { say } = stage;
  /** @type {Who} */
  let who = "self";
  /** @type {Call | null} */
  let call = null;
  let aloud = false;
  let hush = () => {};
  whenVoicesChange(draw);
  root.addEventListener("keydown", keyed);
  setInterval(tick, TICK_MS);

  async function dial() {
    const number = who === "contact" ? stage.contactPhones()[0] : OWN_NUMBER;
    const lang = frameOf(stage.locale());
    const mine = (call = /** @type {Call} */ ({
      state: "dialling",
      lang,
      id: "",
      said: [],
      awaits: null,
      digits: "",
      busy: true,
      ended: null,
      trouble: null,
      since: Date.now(),
    }));
    draw();
    focusOn(root.querySelector(".call-title"));
    const policyholder_id = who === "contact" ? null : stage.person().id;
    await listen(mine, () => ring({ from: number, policyholder_id, locale: lang }));
  }

  /**
   * What comes after he hung up is not heard.
   * @param {Call} mine
   * @param {() => Promise<CallReply>} ask
   */
  async function listen(mine, ask) {
    try {
      const reply = await ask();
      if (call !== mine || mine.state === "over") return;
      mine.id = reply.call_id;
      mine.said.push(...reply.heard.map(({ text }) => ({ text, mine: false })));
      Object.assign(mine, { state: reply.ended ? "over" : "talking", awaits: reply.awaits, ended: reply.ended });
      speak(reply.heard.map(({ text }) => text));
      stage.requested();
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
      if (call !== mine || mine.state === "over") return;
      Object.assign(mine, { state: "over", trouble: error.message });
    }
    mine.busy = false;
    draw();
    if (mine.state === "over") focusOn(root.querySelector(".call-end"));
  }

  /** @param {string} pressed @param {string} shown */
  function send(pressed, shown) {
    const mine = call;
    if (!mine || mine.busy || mine.awaits === null) return;
    hush();
    mine.said.push({ text: shown, mine: true });
    Object.assign(mine, { busy: true, digits: "" });
    draw();
    void listen(mine, () => press(mine.id, pressed));
  }

  /** @param {string} key */
  function pressed(key) {
    if (!call || call.busy || call.awaits === null) return;
    if (call.awaits === "key") {
      if (key !== "*" && key !== "#") send(key, say("call.pressed", { keys: key }));
    } else if (key === "#") {
      if (call.digits !== "") send(call.digits, say("call.pressed", { keys: `${call.digits}#` }));
    } else {
      call.digits = key === "*" ? "" : (call.digits + key).slice(0, MOST_DIGITS);
      draw();
    }
  }

  /** @param {KeyboardEvent} event */
  function keyed(event) {
    if (call?.state !== "talking") return;
    const key = keyOf(event);
    if (key !== null) pressed(key);
    else if (event.key === "Backspace" && call.awaits === "sum") {
      call.digits = call.digits.slice(0, -1);
      draw();
    } else return;
    event.preventDefault();
  }

  function hangUp() {
    hush();
    if (call) Object.assign(call, { state: "over", busy: false, awaits: null });
    draw();
    focusOn(root.querySelector(".call-end"));
  }

  /** @param {string[]} texts */
  function speak(texts) {
    if (aloud && call && texts.length > 0 && canRead(call.lang)) hush = readAloud(texts, call.lang, () => (hush = () => {}));
  }

  function toggleAloud() {
    aloud = !aloud;
    if (aloud) speak(call?.said.filter((one) => !one.mine).slice(-1).map(({ text }) => text) ?? []);
    else hush();
    draw();
  }

  /** Only the clock: nothing else may move under a reader's eyes. */
  function tick() {
    const shown = root.querySelector(".call-clock");
    if (shown && call?.state === "talking") shown.textContent = lasted(call);
  }

  /** @param {Call} one */
  function lasted(one) {
    const seconds = Math.floor((Date.now() - one.since) / 1000);
    return `${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;
  }

  /** How much had been said when it was last drawn. */
  let shown = 0;

  function draw() {
    const going = call !== null && call.state !== "over";
    patch(root, [
      h(
        "div",
        { class: "bezel" },
        statusBar(stage, { on_call: going || call?.ended?.how === "transferred" }),
        h("div", { class: `telephone ${call ? call.state : "idle"}` }, call ? during(call) : before()),
      ),
      call?.ended?.how === "transferred"
        ? handover(staff, call.ended, call.lang)
        : caller(stage, { who, going, choose: (next) => ((who = next), draw()) }),
    ]);
    const said = call?.said.length ?? 0;
    if (said !== shown) bringIntoView();
    shown = said;
  }

  function bringIntoView() {
    const log = root.querySelector(".call-log");
    const mine = /** @type {HTMLElement | undefined} */ ([...root.querySelectorAll(".spoken.mine")].at(-1));
    log?.scrollTo({ top: mine ? mine.offsetTop - 8 : 0 });
  }

  const before = () => [
    h("h3", { class: "call-title", tabindex: "-1" }, say("call.title")),
    h("div", { class: "call-face" }, lamp()),
    h("p", { class: "hint centre" }, say("call.about")),
    h("button", { type: "button", class: "button call-button", onclick: () => void dial() }, icon("call"), say("call.ring")),
  ];

  /** Who is put through is still on the line. @param {Call} one */
  function title({ state, ended }) {
    if (state === "dialling") return say("call.dialling");
    return state === "talking" || ended?.how === "transferred" ? say("call.line") : say("call.title");
  }

  /** @param {Call} one */
  const during = (one) => [
    h(
      "div",
      { class: "call-bar", key: "bar" },
      h("h3", { class: "call-title", tabindex: "-1" }, title(one)),
      h("span", { class: "call-clock", "aria-hidden": "true" }, one.state === "dialling" ? "" : lasted(one)),
      canRead(one.lang)
        ? h(
            "button",
            { type: "button", class: "icon-button", "aria-pressed": aloud ? "true" : "false", "aria-label": say("call.aloud"), onclick: toggleAloud },
            icon("speaker"),
          )
        : null,
    ),
    h(
      "div",
      { class: "call-log", role: "log", tabindex: "0", "aria-label": say("call.log"), key: "log" },
      one.said.map((said, at) =>
        h(
          "p",
          { class: said.mine ? "spoken mine" : "spoken", key: `said-${at}`, lang: said.mine ? null : one.lang, "data-api": said.mine ? null : true },
          said.text,
        ),
      ),
      one.busy ? h("p", { class: "typing", key: "typing", "aria-hidden": "true" }) : null,
    ),
    ...(one.state === "over" ? over(one) : keys(one)),
  ];

  /** @param {Call} one */
  const keys = (one) => [
    one.awaits === "sum"
      ? h(
          "p",
          { class: "call-sum", role: "status", key: "sum" },
          one.digits === "" ? say("call.sum") : sum(one.digits),
        )
      : null,
    keypad(say, one.busy ? null : one.awaits, pressed),
    h(
      "div",
      { class: "call-row", key: "row" },
      h(
        "button",
        {
          type: "button",
          class: "button",
          "aria-disabled": one.busy || one.awaits === null ? "true" : null,
          onclick: () => send("", say("call.silent")),
        },
        icon("quiet"),
        say("call.silence"),
      ),
      h("button", { type: "button", class: "button call-button hang-up", onclick: hangUp }, icon("call"), say("call.hang_up")),
    ),
  ];

  /** @param {Call} one */
  const over = (one) => [
    h(
      "div",
      { class: "call-end", tabindex: "-1", role: "status", key: "end" },
      h("p", { class: "call-how" }, one.trouble !== null ? say("call.end.trouble") : say(`call.end.${one.ended?.how ?? "by_caller"}`)),
      one.trouble ? h("p", { class: "hint", lang: "en", "data-api": true }, one.trouble) : null,
    ),
    h(
      "button",
      { type: "button", class: "button wide", key: "again", onclick: () => ((call = null), draw(), focusOn(root.querySelector(".call-title"))) },
      say("call.again"),
    ),
  ];

  draw();
  return {
    draw,
    personChanged() {
      hush();
      call = null;
      who = "self";
      draw();
    },
  };
}
