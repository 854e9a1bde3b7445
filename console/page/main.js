/**
 * The page: reads the settings of its own server, puts the devices on stage and keeps language and person in the address.
 *
 * @typedef {import("./words.js").Locale} Locale
 * @typedef {"all" | "policyholder" | "staff" | "contact"} View
 */
import { createInbox } from "../contact/inbox.js";
import { createDevice } from "../policyholder/device.js";
import { createBoard } from "../staff/board.js";
import { createAnnouncer } from "./announcer.js";
import { h, patch } from "./dom.js";
import { lamp } from "./icons.js";
import { createStage } from "./stage.js";
import { firstLocale, frameOf, rememberLocale, sayIn } from "./words.js";

/** @type {View[]} */
const VIEWS = ["all", "policyholder", "staff", "contact"];
/** @type {[Locale, string][]} */
const LANGUAGES = [
  ["zh-TW", "中文"],
  ["en", "English"],
  ["vi", "Tiếng Việt"],
  ["id", "Indonesia"],
  ["th", "ไทย"],
];

const query = new URLSearchParams(location.search);
const view = VIEWS.find((name) => name === query.get("view")) ?? "all";

/** @param {string} id */
const part = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** @param {Locale} locale */
function nameTheDocument(locale) {
  document.documentElement.lang = frameOf(locale);
  document.title = sayIn(locale)("page.title");
}

/** @param {Record<string, string>} changes */
function address(changes) {
  const next = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) next.set(name, value);
  return `?${next}`;
}

/** @returns {Promise<import("../types.js").Config>} */
async function readConfig() {
  const response = await fetch("config.json", { cache: "no-store" });
  if (!response.ok) throw new Error(`config.json: status ${response.status}`);
  return response.json();
}

async function start() {
  const locale = firstLocale(query);
  const say = sayIn(locale);
  nameTheDocument(locale);
  patch(part("devices"), [h("p", { class: "loading", role: "status" }, say("page.loading"))]);
  let config;
  try {
    config = await readConfig();
  } catch {
    patch(part("devices"), [
      h(
        "div",
        { class: "loading", role: "alert" },
        h("p", null, say("page.nothing")),
        h("button", { type: "button", class: "button strong", onclick: () => void start() }, say("page.retry")),
      ),
    ]);
    return;
  }
  play(config, locale);
}

/**
 * @param {import("../types.js").Config} config
 * @param {Locale} locale
 */
function play(config, locale) {
  const announcer = createAnnouncer(part("polite"), part("assertive"));
  const { stage, staff, speak, play: become, whenRequested } = createStage(config, announcer, {
    locale,
    personId: query.get("person"),
  });
  const { say } = stage;

  document.body.dataset.view = view;
  const sections = VIEWS.slice(1)
    .filter((name) => view === "all" || view === name)
    .map((name) => h("section", { class: `device ${name}`, id: name, "aria-label": say(`device.${name}`) }));
  part("devices").replaceChildren(...sections);
  /** @param {string} name */
  const section = (name) => sections.find((one) => one.id === name);

  const deviceRoot = section("policyholder");
  const boardRoot = section("staff");
  const inboxRoot = section("contact");
  const device =
    deviceRoot &&
    createDevice(deviceRoot, stage, staff, {
      pane: query.get("pane"),
      chosen: (pane) => history.replaceState(null, "", address({ pane })),
    });
  const board = boardRoot && createBoard(boardRoot, staff);
  const inbox = inboxRoot && createInbox(inboxRoot, staff, stage);
  whenRequested(() => board?.now());

  function draw() {
    nameTheDocument(stage.locale());
    part("skip").textContent = say("page.skip");
    for (const one of sections) one.setAttribute("aria-label", say(`device.${one.id}`));
    deviceRoot?.setAttribute("lang", stage.locale());
    patch(part("masthead"), [brand(), controls()]);
    patch(part("people"), view === "staff" ? [] : [people()]);
    patch(part("footnote"), [h("p", null, say("page.synthetic"))]);
  }

  function brand() {
    return h(
      "div",
      { class: "brand" },
      lamp(),
      h("div", null, h("h1", null, say("page.name")), h("p", { class: "tagline" }, say("page.tagline"))),
    );
  }

  function controls() {
    return h(
      "div",
      { class: "controls" },
      h(
        "nav",
        { "aria-label": say("page.views") },
        VIEWS.map((name) =>
          h("a", { href: address({ view: name }), "aria-current": name === view ? "page" : null }, say(`page.view.${name}`)),
        ),
      ),
      h(
        "div",
        { class: "languages", role: "group", "aria-label": say("page.language") },
        LANGUAGES.map(([name, own]) =>
          h(
            "button",
            { type: "button", lang: name, "aria-pressed": stage.locale() === name ? "true" : "false", onclick: () => change(name) },
            own,
          ),
        ),
      ),
    );
  }

  function people() {
    const now = stage.person();
    const zh = stage.locale() === "zh-TW";
    return h(
      "fieldset",
      { class: "people" },
      h("legend", null, say("people.title")),
      h(
        "div",
        { class: "people-choices" },
        config.people.map((one) =>
          h(
            "label",
            { class: "person", key: one.id },
            h("input", { type: "radio", name: "person", value: one.id, checked: one === now, onchange: () => turnInto(one) }),
            h("span", { class: "person-face", "aria-hidden": "true", "data-people": true }, [...stage.nameOf(one)][0]),
            h(
              "span",
              { class: "person-name" },
              h("span", { "data-people": true }, stage.nameOf(one)),
              " ",
              h("span", { class: "hint" }, say("people.age", { age: one.age })),
            ),
          ),
        ),
      ),
      h("p", { class: "person-story", "data-people": true, "aria-live": "polite" }, zh ? now.story_zh : now.story_en),
    );
  }

  /** @param {import("../types.js").Person} next */
  function turnInto(next) {
    become(next);
    history.replaceState(null, "", address({ person: next.id }));
    draw();
    device?.personChanged();
    inbox?.personChanged();
  }

  /** @param {Locale} next */
  function change(next) {
    speak(next);
    rememberLocale(next);
    history.replaceState(null, "", address({ lang: next }));
    draw();
    device?.draw();
    board?.draw();
    inbox?.draw();
  }

  draw();
}

void start();
