/**
 * A conversation with the API, one turn at a time. A turn keeps its id until somebody has answered it, so that it counts
 * once, however often the line was lost.
 *
 * @typedef {import("../page/words.js").Locale} Locale
 * @typedef {{ text: string, pressed: string }} Choice
 * @typedef {{ messages: string[], choices: Choice[], next_step: string | null, request_id: string | null,
 *   over: boolean, discreet: boolean }} ChatReply
 * @typedef {{ mine: boolean, text: string, lang: Locale }} Said
 *
 * @typedef {object} Talk
 * @property {Said[]} said
 * @property {Choice[]} choices of the last reply, while none was taken
 * @property {boolean} over nothing is asked any more
 * @property {"none" | "asking" | "lost"} line of the turn that waits for its answer
 * @property {unknown} refused why the last turn was not taken
 */
import { untilHeard } from "../prompt/retry.js";

/**
 * @param {import("../page/api.js").Api} api
 * @param {string} sessionId of the session whose signals the page sends
 * @param {{ changed: () => void, answered: (reply: ChatReply) => void, refused: (text: string) => void }} then `refused`
 *   has the words back that were not taken
 */
export function createTalk(api, sessionId, then) {
  const chatId = crypto.randomUUID();
  /** @type {Talk} */
  const talk = { said: [], choices: [], over: false, line: "none", refused: null };
  let pending = { now() {}, stop() {} };

  /**
   * To be called while no turn waits for its answer.
   * @param {Locale} locale
   * @param {string} shown what he said, as he sees it
   * @param {{ text: string } | { pressed: string }} given
   */
  function take(locale, shown, given) {
    const body = { chat_id: chatId, turn_id: crypto.randomUUID(), session_id: sessionId, locale, ...given };
    const choices = talk.choices;
    talk.said.push({ mine: true, text: shown, lang: locale });
    Object.assign(talk, { choices: [], over: false, line: "asking", refused: null });
    pending = untilHeard(() => api.post("/v1/chat/turns", body), {
      heard(/** @type {ChatReply} */ reply) {
        const last = reply.messages.length - 1;
        const words = reply.messages.map((text, at) => (at === last ? withoutChoices(text, reply.choices) : text));
        if (reply.discreet) cover();
        talk.said.push(...words.map((text) => ({ mine: false, text, lang: locale })));
        Object.assign(talk, { choices: reply.choices, over: reply.over, line: "none" });
        then.answered(reply);
      },
      refused(error) {
        talk.said.pop();
        Object.assign(talk, { choices, line: "none", refused: error });
        then.refused("text" in given ? given.text : "");
      },
      waiting() {
        talk.line = "lost";
        then.changed();
      },
    });
    then.changed();
  }

  /** Somebody may be reading along: what was said before is no longer there to be read. */
  function cover() {
    Object.assign(talk, { said: [], choices: [] });
  }

  return { talk, take, cover, now: () => pending.now(), stop: () => pending.stop() };
}

/**
 * A message for those who have no buttons lists its choices at its end; where there are buttons, these say them.
 * @param {string} text
 * @param {Choice[]} choices
 */
function withoutChoices(text, choices) {
  const listed = choices.map((choice, at) => `${at + 1}. ${choice.text}`).join("\n");
  return listed !== "" && text.endsWith(`\n${listed}`) ? text.slice(0, -listed.length - 1) : text;
}
