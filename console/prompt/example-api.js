/**
 * An API of canned replies for the example page: it stands in for `fetch` under one address and remembers, for the tab,
 * what was answered, so that a reload finds it again. The words are the API's own (example-replies.json).
 *
 * @param {string} endpoint
 * @param {{ cut: () => boolean, sent: (method: string, path: string, body: any) => void }} page
 */
export function standIn(endpoint, { cut, sent }) {
  const line = globalThis.fetch.bind(globalThis);
  const words = line("example-replies.json").then((response) => response.json());

  /** @returns {{ locale: string, answered: string[], listened: boolean } | null} */
  const recall = () => JSON.parse(sessionStorage.getItem("example") ?? "null");
  /** @param {object} state */
  const remember = (state) => sessionStorage.setItem("example", JSON.stringify(state));

  /** @param {any} said @param {{ answered: string[], listened: boolean }} state */
  function reply(said, { answered, listened }) {
    const first = { request_id: "example", discreet: listened };
    // Left empty here: the prompt has a neutral text of its own, the real API sends one.
    if (listened) return { ...first, next_step: "wait", message: "", because: "", questions: [] };
    const over = answered.length === said.questions.length;
    const questions = said.questions
      .slice(0, answered.length + 1)
      .map((/** @type {any} */ one) => ({ ...one, answered: answered.includes(one.question_id) }));
    const step = over ? "wait" : "answer";
    return { ...first, next_step: step, ...said[step], questions };
  }

  /** @param {string} method @param {URL} url @param {any} body */
  async function answer(method, url, body) {
    const all = await words;
    const path = url.pathname.slice(new URL(endpoint).pathname.length);
    if (path.endsWith("/signals")) {
      const listened = body.on_call === true && body.screen_shared === true;
      const state = recall();
      if (state) remember({ ...state, listened });
      return { advice: "nothing", message: null, story: null, pause_s: 0, discreet: listened, kept: true };
    }
    if (path === "/v1/requests") {
      const { on_call, screen_shared } = body.signals;
      remember({ locale: body.locale, answered: [], listened: on_call === true && screen_shared === true });
    }
    const state = recall();
    if (!state) return null;
    for (const given of body?.answers ?? []) {
      if (!state.answered.includes(given.question_id)) state.answered.push(given.question_id);
    }
    remember(state);
    return reply(all[state.locale], state);
  }

  globalThis.fetch = async (input, options = {}) => {
    const address = String(input);
    if (!address.startsWith(endpoint)) return line(input, options);
    if (cut()) throw new TypeError("the line is cut");
    const url = new URL(address);
    const method = options.method ?? "GET";
    const body = typeof options.body === "string" ? JSON.parse(options.body) : undefined;
    if (body) sent(method, url.pathname, body);
    const document = await answer(method, url, body);
    const status = document ? 200 : 404;
    return new Response(JSON.stringify(document ?? { title: "Not found", status }), { status });
  };

  return { forget: () => sessionStorage.removeItem("example"), locale: () => recall()?.locale };
}
