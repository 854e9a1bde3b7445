/**
 * Every text as it would be sent, in a language that is chosen here: what people get, before they get it.
 *
 * @typedef {{ purpose: string, to: "contact" | "policyholder", text: string | null, encoding: string | null,
 *   units: number | null, one_part: boolean }} SmsText
 */
import { ConnectionError, ProblemError } from "../page/api.js";
import { h } from "../page/dom.js";
import { icon } from "../page/icons.js";
import { wordFor } from "../page/words.js";
import { LOCALES } from "../prompt/words.js";

const OWN_NAMES = { "zh-TW": "中文", en: "English", vi: "Tiếng Việt", id: "Indonesia", th: "ไทย" };

/** @param {{ api: import("../page/api.js").Api, stage: import("../page/stage.js").Stage, draw: () => void }} given */
export function createTexts({ api, stage, draw }) {
  const { say } = stage;
  /** @type {import("../prompt/words.js").Locale} */
  let locale = "zh-TW";
  /** @type {SmsText[] | null} */
  let texts = null;
  let trouble = "";

  /** They change with a release only: each language is read once, and again only while it could not be. */
  async function refresh() {
    if (texts !== null) return;
    const asked = locale;
    try {
      const found = await api.get(`/v1/staff/texts?locale=${asked}`);
      if (asked !== locale) return;
      texts = found.texts;
      trouble = "";
    } catch (error) {
      if (error instanceof ProblemError) trouble = wordFor(say, "why", error.detail || error.title);
      else if (error instanceof ConnectionError) trouble = say("offline.title");
      else throw error;
    }
    draw();
  }

  /** @param {SmsText} one */
  const row = (one) =>
    h(
      "li",
      { key: one.purpose, class: "preview" },
      h("p", null, h("strong", null, wordFor(say, "purpose", one.purpose)), " · ", say(`alert.to.${one.to}`)),
      one.text === null
        ? h("p", { class: "trouble" }, icon("alert"), say("texts.unsent"))
        : h("p", { class: "sms-preview", lang: locale }, one.text),
      one.encoding === null || one.units === null
        ? null
        : h("p", { class: "hint" }, say(`texts.${one.encoding}`, { units: one.units })),
    );

  return {
    refresh,
    view: () =>
      h(
        "div",
        { class: "previews", key: "texts" },
        h(
          "label",
          { class: "light-filter" },
          h("span", null, say("texts.language")),
          h(
            "select",
            {
              onchange: (/** @type {any} */ event) => {
                locale = event.target.value;
                texts = null;
                trouble = "";
                draw();
                void refresh();
              },
            },
            LOCALES.map((name) => h("option", { value: name, selected: name === locale, lang: name }, OWN_NAMES[name])),
          ),
        ),
        h("p", { class: "hint" }, say("texts.example")),
        trouble ? h("p", { class: "trouble", role: "status" }, icon("alert"), trouble) : null,
        texts === null && !trouble ? h("p", { class: "hint" }, say("queue.reading")) : null,
        h("ul", { class: "plain", "aria-label": say("texts.list") }, (texts ?? []).map(row)),
      ),
  };
}
