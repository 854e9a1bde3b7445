/**
 * The prompt's line to the API: posts answers, keeps them until they are confirmed, reads how a request stands.
 *
 * @typedef {import("./shapes.js").Answer} Answer
 * @typedef {import("./shapes.js").RequestReply} RequestReply
 * @typedef {"idle" | "sending" | "unsent" | "loading" | "unheard"} State `unsent`, `unheard`: nobody answers, we go on trying
 * @typedef {{ endpoint: string, token: string, requestId: string }} Address
 */
import { ProblemError, askJson, join } from "./http.js";
import { untilHeard } from "./retry.js";
import { forget, keep, kept } from "./unsent.js";

/** @param {unknown} error */
const signedOut = (error) => error instanceof ProblemError && (error.status === 401 || error.status === 403);

export class Line {
  /** @type {State} */
  state = "idle";
  /** What the API refused: a key of the words, empty when nothing is wrong. @type {"" | "signin" | "other"} */
  trouble = "";
  /** @type {ReturnType<typeof untilHeard> | null} */
  #asking = null;
  #told;
  /** @type {() => Address} */
  #address;

  /**
   * @param {() => Address} address
   * @param {{ changed: () => void, heard: (reply: RequestReply) => void, refused: (problem: ProblemError) => void }} told
   */
  constructor(address, told) {
    this.#address = address;
    this.#told = told;
  }

  get open() {
    const { endpoint, token, requestId } = this.#address();
    return endpoint !== "" && token !== "" && requestId !== "";
  }

  /** Send what is kept from before; else read, when nothing is known yet. @param {boolean} known */
  begin(known) {
    if (!this.open) return;
    const before = kept(this.#address().requestId);
    if (before) this.post(before);
    else if (!known) this.read();
  }

  /** A reply that came another way may confirm what is kept, or ask for it again. @param {RequestReply} reply */
  settle(reply) {
    const before = kept(reply.request_id);
    if (!before || this.#asking) return;
    const asked = new Set(reply.questions.filter((one) => !one.answered).map((one) => one.question_id));
    if (!before.some((answer) => asked.has(answer.question_id))) forget(reply.request_id);
    else if (this.open) this.post(before);
  }

  /** @param {Answer[]} answers */
  post(answers) {
    const { requestId, token } = this.#address();
    keep(requestId, answers);
    const send = () => askJson(this.#url("/answers"), { method: "POST", token, body: { answers } });
    this.#go("sending", "unsent", send, () => forget(requestId), (error) => {
      // Signed out: what was answered waits for the next token. Anything else would be refused again.
      if (signedOut(error)) return;
      forget(requestId);
      if (error.status === 409) this.read();
    });
  }

  /** How the request stands, unless an answer is on its way, whose reply says it too. */
  read() {
    if (!this.open || this.#asking) return;
    const { token } = this.#address();
    this.#go("loading", "unheard", () => askJson(this.#url(), { token }), () => {}, () => {});
  }

  now() {
    this.#asking?.now();
  }

  stop() {
    this.#asking?.stop();
    this.#asking = null;
    this.state = "idle";
  }

  #url(path = "") {
    const { endpoint, requestId } = this.#address();
    return join(endpoint, `/v1/requests/${encodeURIComponent(requestId)}${path}`);
  }

  /**
   * @param {State} now
   * @param {State} lost
   * @param {() => Promise<RequestReply>} ask
   * @param {() => void} heard
   * @param {(error: ProblemError) => void} refused
   */
  #go(now, lost, ask, heard, refused) {
    this.stop();
    this.state = now;
    this.trouble = "";
    this.#asking = untilHeard(ask, {
      heard: (reply) => {
        this.stop();
        heard();
        this.#told.heard(reply);
      },
      refused: (error) => {
        this.stop();
        if (!(error instanceof ProblemError)) throw error;
        this.trouble = signedOut(error) ? "signin" : "other";
        refused(error);
        this.#told.changed();
        this.#told.refused(error);
      },
      waiting: () => {
        this.state = lost;
        this.#told.changed();
      },
    });
    this.#told.changed();
  }
}
