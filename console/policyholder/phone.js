/**
 * The policyholder's phone: which screen it shows and what it asks of the API.
 *
 * @typedef {import("../types.js").Person} Person
 * @typedef {import("../types.js").RequestReply} RequestReply
 * @typedef {import("../types.js").RequestBody} RequestBody
 * @typedef {import("../types.js").Contact} Contact
 * @typedef {import("./request-form.js").Form} Form
 * @typedef {import("./request-form.js").Toggle} Toggle
 * @typedef {import("../page/stage.js").Stage} Stage
 * @typedef {"home" | "form" | "offline" | "prompt" | "outcome" | "contacts"} Screen
 */
import { ConnectionError, ProblemError, createApi } from "../page/api.js";
import { focusOn, h, patch } from "../page/dom.js";
import { icon } from "../page/icons.js";
import { poll } from "../page/poll.js";
import { createContacts } from "./contacts.js";
import { formScreen } from "./form-screen.js";
import { offlineScreen, outcomeScreen, promptScreen } from "./reply-screens.js";
import { homeScreen } from "./home-screen.js";
import { gaps, newForm, sameOrNew, toBody } from "./request-form.js";
import { createSignals } from "./signals.js";
import { statusBar } from "./status-bar.js";

const NEWS_EVERY_MS = 3_000;

/**
 * @typedef {object} PhoneState
 * @property {Screen} screen
 * @property {Form} form
 * @property {Map<string, string>} gaps what the page itself found missing, by field
 * @property {ProblemError | null} problem
 * @property {boolean} busy
 * @property {RequestBody | null} pending sent, not yet answered
 * @property {RequestReply | null} reply
 * @property {string} replyLocale
 * @property {string | null} note what the session's signals made the API say
 * @property {string} noteLocale
 * @property {string | null} call
 * @property {boolean} callBusy
 * @property {Record<Toggle, boolean>} toggles
 */

/**
 * @param {HTMLElement} root
 * @param {Stage} stage
 */
export function createPhone(root, stage) {
  let person = stage.person();
  let api = createApi(stage.config.api, person.token);
  /** @type {PhoneState} */
  let state = fresh();
  let signals = makeSignals();
  /** @type {ReturnType<typeof poll> | null} */
  let news = null;
  let contacts = makeContacts();

  /** @returns {PhoneState} */
  function fresh() {
    const form = newForm(person, Date.now());
    return {
      screen: "home",
      form,
      gaps: new Map(),
      problem: null,
      busy: false,
      pending: null,
      reply: null,
      replyLocale: stage.locale(),
      note: null,
      noteLocale: stage.locale(),
      call: null,
      callBusy: false,
      toggles: {
        on_call: form.preset.on_call === true,
        screen_shared: form.preset.screen_shared === true,
        remote_control_app: form.preset.remote_control_app === true,
      },
    };
  }

  /** The field itself before the words above it. @param {...string} selectors */
  const firstOf = (...selectors) => selectors.map((one) => root.querySelector(one)).find(Boolean) ?? null;

  function makeContacts() {
    return createContacts({ api, stage, draw, back: () => go("home") });
  }

  function makeSignals() {
    return createSignals({
      api,
      stage,
      toggles: state.toggles,
      draw,
      heard(prompt, locale) {
        state.note = prompt.message;
        state.noteLocale = locale;
        draw();
        news?.now(); // who is alone again is asked at once
      },
    });
  }

  /** @param {Screen} screen */
  function go(screen) {
    state.screen = screen;
    state.call = null;
    draw();
    focusOn(root.querySelector(".app-title"));
    root.querySelector(".app-body")?.scrollTo({ top: 0 });
    follow(waits());
  }

  /** @param {import("../types.js").MoneyKind} kind */
  function openForm(kind) {
    const preset = newForm(person, Date.now());
    state.form = preset.kind === kind ? preset : { ...preset, kind };
    state.gaps = new Map();
    state.problem = null;
    state.pending = null;
    go("form");
  }

  function submit() {
    if (state.busy) return;
    state.gaps = gaps(state.form);
    state.problem = null;
    if (state.gaps.size > 0) {
      draw();
      focusOn(firstOf("[aria-invalid=true]", ".field-problem"));
      return;
    }
    const at = { locale: stage.locale(), sessionId: signals.sessionId, now: Date.now() };
    state.pending = sameOrNew(state.pending, toBody(state.form, person, seen(), at), () => crypto.randomUUID());
    void send();
  }

  /** What this channel can honestly see: missing is not false. */
  const seen = () => (state.form.channel === "web" ? {} : state.toggles);

  /** Send what is pending; the same id and body however often this runs. */
  async function send() {
    const body = /** @type {RequestBody} */ (state.pending);
    await attempt(() => api.post("/v1/requests", body), (reply) => {
      state.reply = reply;
      state.replyLocale = body.locale;
      state.pending = null;
    });
  }

  /** The prompt has sent an answer by itself, and this is what came back. @param {RequestReply} reply */
  function answered(reply) {
    state.reply = reply;
    if (!asks(reply)) return showReply();
    draw();
    stage.requested();
  }

  function retry() {
    if (state.pending) void send();
    else if (state.reply) void look();
  }

  /** A neutral text is all that is shown while somebody may be listening. */
  const hushed = (/** @type {RequestReply | null} */ reply) => reply?.discreet === true && reply.next_step !== "proceed";

  /** @param {RequestReply} reply */
  const asks = (reply) => reply.next_step === "answer" && reply.questions.some((question) => !question.answered);

  function showReply() {
    const reply = /** @type {RequestReply} */ (state.reply);
    go(hushed(reply) || asks(reply) ? "prompt" : "outcome");
    stage.announcer.gently(reply.message);
    stage.requested();
  }

  /**
   * An answer that arrives after somebody else took the phone is not shown to him.
   * @param {() => Promise<RequestReply>} ask
   * @param {(answered: RequestReply) => void} keep
   */
  async function attempt(ask, keep) {
    const asked = person;
    state.busy = true;
    state.problem = null;
    draw();
    try {
      const answered = await ask();
      if (asked !== person) return;
      state.busy = false;
      keep(answered);
      showReply();
    } catch (error) {
      if (asked !== person) return;
      state.busy = false;
      if (error instanceof ConnectionError) go("offline");
      else if (error instanceof ProblemError) {
        state.problem = error;
        state.screen = "form";
        draw();
        focusOn(firstOf("[aria-invalid=true]", ".problem"));
        return;
      } else throw error;
    }
    draw();
  }

  /** Somebody else decides: after the questions, or while none can be asked. */
  const waits = () =>
    (state.screen === "outcome" && state.reply?.next_step !== "proceed") ||
    (state.screen === "prompt" && hushed(state.reply));

  /** Keep asking how the request stands while somebody else decides. @param {boolean} wanted */
  function follow(wanted) {
    news?.stop();
    news = null;
    if (!wanted || !state.reply) return;
    const { request_id, next_step, discreet } = state.reply;
    news = poll(async () => {
      const reply = await api.get(`/v1/requests/${encodeURIComponent(request_id)}`);
      if (!waits() || state.reply?.request_id !== request_id || (reply.next_step === next_step && reply.discreet === discreet)) return;
      state.reply = reply;
      showReply();
    }, NEWS_EVERY_MS);
  }

  /** How the request stands by now. */
  async function look() {
    const { request_id } = /** @type {RequestReply} */ (state.reply);
    await attempt(() => api.get(`/v1/requests/${encodeURIComponent(request_id)}`), (reply) => (state.reply = reply));
  }

  async function checkCall() {
    const mine = state;
    mine.callBusy = true;
    draw();
    try {
      mine.call = (await api.get(`/v1/calls/current?locale=${stage.locale()}`)).message;
    } catch (error) {
      mine.call = stage.say(error instanceof ConnectionError ? "offline.title" : "problem.other");
    }
    mine.callBusy = false;
    draw();
  }

  const actions = {
    go,
    openForm,
    submit,
    retry,
    answered,
    checkCall,
    draw,
    dismissNote() {
      state.note = null;
      draw();
    },
    look,
    home() {
      const { toggles, reply, replyLocale } = state;
      const waiting = reply !== null && reply.next_step !== "proceed";
      state = { ...fresh(), toggles, ...(waiting ? { reply, replyLocale } : {}) };
      go("home");
    },
  };

  function screenNow() {
    const view = { state, person, stage, actions };
    switch (state.screen) {
      case "form":
        return formScreen(view);
      case "offline":
        return offlineScreen(view);
      case "prompt":
        return promptScreen(view);
      case "outcome":
        return outcomeScreen(view);
      case "contacts":
        return contacts.screen();
      default:
        return homeScreen(view, contacts.list());
    }
  }

  function draw() {
    patch(root, [
      h(
        "div",
        { class: "bezel" },
        statusBar(stage, state.toggles),
        state.note
          ? h(
              "div",
              { class: "note", role: "status", key: "note" },
              icon("hand"),
              h("p", { lang: state.noteLocale, "data-api": true }, state.note),
              h("button", { type: "button", class: "button quiet", onclick: actions.dismissNote }, stage.say("app.note.close")),
            )
          : null,
        h("div", { class: "app", key: state.screen }, screenNow()),
      ),
      state.form.channel === "web" ? h("p", { class: "signals hint", key: "web" }, stage.say("signals.web")) : signals.view(),
    ]);
  }

  draw();
  void contacts.load();
  return {
    draw,
    personChanged() {
      news?.stop();
      person = stage.person();
      api = createApi(stage.config.api, person.token);
      signals.stop();
      contacts = makeContacts();
      state = fresh();
      signals = makeSignals();
      draw();
      void contacts.load();
    },
  };
}

/** @typedef {{ state: PhoneState, person: Person, stage: Stage, actions: any }} PhoneView */
