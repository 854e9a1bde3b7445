/**
 * The trusted contact's phone: a lock screen on which texts arrive, and a word in reply where the app knows him.
 *
 * @typedef {import("../types.js").Sms} Sms
 * @typedef {import("../page/stage.js").Stage} Stage
 */
import { h, patch } from "../page/dom.js";
import { ago, clock, longDay } from "../page/format.js";
import { icon } from "../page/icons.js";
import { poll } from "../page/poll.js";
import { languageOf } from "./language.js";
import { createReply } from "./reply.js";

const EVERY_MS = 1_000;
const ALERTS_EVERY_MS = 2_000;
const PATIENCE_MS = 5_000;
const SHOWN = 6;

/**
 * The inbox of the local stack writes seconds since 1970 as `received_at`.
 * @param {any} entry
 * @returns {Sms}
 */
const toSms = (entry) => ({
  to: String(entry.to),
  text: String(entry.text),
  at: entry.at ?? new Date(entry.received_at * 1000).toISOString(),
});

/**
 * @param {HTMLElement} root
 * @param {Stage} stage
 * @param {Stage} his in the contact's own language
 */
export function createInbox(root, stage, his) {
  const { say } = stage;
  /** @type {Sms[]} */
  let all = [];
  /** How many texts this phone had when last looked at; null before the first look. @type {number | null} */
  let had = null;
  let offline = false;
  const reply = createReply(his, draw);
  poll(read, EVERY_MS);
  poll(readAlerts, ALERTS_EVERY_MS);

  async function readAlerts() {
    const of = stage.person().id;
    await reply.refresh();
    if (stage.person().id !== of) reply.forget();
    draw();
  }

  async function read() {
    try {
      const response = await fetch(stage.config.inbox, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
      if (!response.ok) throw new Error(`status ${response.status}`);
      const answer = await response.json();
      all = answer.map(toSms);
      offline = false;
    } catch (error) {
      offline = true;
      draw();
      throw error;
    }
    const texts = mine();
    if (had !== null && texts.length > had) stage.announcer.gently(say("inbox.news", { text: texts[0].text }));
    had = texts.length;
    draw();
  }

  /** Newest first. */
  function mine() {
    const numbers = stage.contactPhones();
    return all.filter((sms) => numbers.includes(sms.to)).sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
  }

  function draw() {
    const locale = stage.locale();
    const now = new Date(); // texts carry this machine's time
    const person = stage.person();
    const texts = mine().slice(0, SHOWN);
    patch(root, [
      h("h2", { class: "device-title" }, say("device.contact")),
      h(
        "div",
        { class: "bezel" },
        h(
          "div",
          { class: "lock" },
          h("p", { class: "lock-day" }, longDay(stage.now(), locale)),
          h("p", { class: "lock-clock" }, clock(stage.now(), locale)),
          stage.contactPhones().length > 0
            ? h("p", { class: "lock-of", key: "of" }, say("inbox.of", { name: stage.nameOf(person) }))
            : null,
          offline ? h("p", { class: "lock-trouble", role: "status", key: "offline" }, icon("offline"), say("inbox.offline")) : null,
          texts.length === 0
            ? h("p", { class: "lock-empty", key: "empty" }, say(stage.contactPhones().length === 0 ? "inbox.none" : "inbox.empty"))
            : h(
                "ul",
                { class: "texts", "aria-label": say("inbox.list"), key: "texts" },
                texts.map((sms) =>
                  h(
                    "li",
                    { class: "sms", key: `${sms.at}${sms.text}` },
                    h(
                      "p",
                      { class: "sms-head" },
                      h("span", { class: "sms-app" }, icon("message")),
                      h("span", null, say("inbox.app")),
                      h("span", { class: "sms-when" }, ago(sms.at, now, locale)),
                    ),
                    h("p", { class: "sms-text", "data-api": true, lang: languageOf(sms.text) }, sms.text),
                  ),
                ),
              ),
          reply.view(),
          h("p", { class: "lock-foot", "aria-hidden": "true" }, icon("lock")),
        ),
      ),
    ]);
  }

  draw();
  return {
    draw,
    personChanged() {
      had = null;
      reply.forget();
      draw();
    },
  };
}
