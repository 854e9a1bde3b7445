/**
 * What a contact who is known in the app can say to an alert: three buttons under his texts.
 *
 * @typedef {import("../types.js").Told} Told
 * @typedef {import("../page/stage.js").Stage} Stage
 */
import { ConnectionError, ProblemError, createApi } from "../page/api.js";
import { h } from "../page/dom.js";
import { clock } from "../page/format.js";
import { wordFor } from "../page/words.js";

const WORDS = /** @type {const} */ (["knows", "worried", "not_reached"]);

/**
 * @param {Stage} stage in the contact's language, one of five
 * @param {() => void} draw
 */
export function createReply(stage, draw) {
  const { say } = stage;
  /** @type {Told[]} newest first */
  let alerts = [];
  let busy = false;
  let said = "";

  /** @returns {ReturnType<typeof createApi> | null} null for a contact whom the app does not know */
  function api() {
    const token = stage.person().contact_token;
    return token ? createApi(stage.config.api, token) : null;
  }

  async function refresh() {
    const mine = api();
    const found = mine ? (await mine.get("/v1/alerts")).alerts : [];
    if (!busy) alerts = found;
  }

  /** @param {Told} one @param {string} word */
  async function tell(one, word) {
    const mine = api();
    if (!mine || busy) return;
    busy = true;
    said = "";
    draw();
    try {
      const answer = await mine.post(`/v1/alerts/${encodeURIComponent(one.alert_id)}/reply`, { word });
      alerts = alerts.map((other) => (other.alert_id === answer.alert_id ? answer : other));
      said = say(`reply.thanks.${word}`);
    } catch (error) {
      if (error instanceof ProblemError) said = wordFor(say, "why", error.detail || error.title);
      else if (error instanceof ConnectionError) said = say("offline.title");
      else throw error;
    } finally {
      busy = false;
      draw();
    }
  }

  /** For the newest alert, null where there is none. */
  function view() {
    const one = alerts[0];
    if (!one) return null;
    return h(
      "section",
      { class: "reply", key: "reply", lang: stage.locale(), "aria-labelledby": "reply-title" },
      h("h3", { id: "reply-title" }, say("reply.title")),
      h("p", { class: "hint" }, say("reply.about", { at: clock(one.told_at, stage.locale()) })),
      h(
        "div",
        { class: "reply-words", role: "group", "aria-labelledby": "reply-title" },
        WORDS.map((word) =>
          h(
            "button",
            {
              type: "button",
              class: "button",
              "aria-pressed": one.word === word ? "true" : "false",
              "aria-disabled": busy ? "true" : null,
              onclick: () => void tell(one, word),
            },
            say(`reply.word.${word}`),
          ),
        ),
      ),
      h("p", { class: "reply-said", role: "status" }, said),
    );
  }

  return {
    refresh,
    view,
    forget() {
      alerts = [];
      said = "";
    },
  };
}
