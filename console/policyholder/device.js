/**
 * What the policyholder has in hand: the app, a chat, an ordinary call. One is seen at a time, behind tabs; the others go
 * on where they are.
 *
 * @typedef {import("../page/stage.js").Stage} Stage
 * @typedef {"app" | "chat" | "call"} Pane
 */
import { createCall } from "../call/call.js";
import { createChat } from "../chat/chat.js";
import { h, patch } from "../page/dom.js";
import { icon } from "../page/icons.js";
import { createPhone } from "./phone.js";

/** @type {Pane[]} */
const PANES = ["app", "chat", "call"];
const ICONS = /** @type {const} */ ({ app: "mobile", chat: "message", call: "call" });
/** @type {Record<string, number>} */
const STEPS = { ArrowLeft: -1, ArrowRight: 1 };

/**
 * @param {HTMLElement} root
 * @param {Stage} stage
 * @param {Stage} staff for what the one who takes a call over hears
 * @param {{ pane: string | null, chosen: (pane: Pane) => void }} given the pane to begin with
 */
export function createDevice(root, stage, staff, given) {
  let open = PANES.find((name) => name === given.pane) ?? "app";
  const head = h("div", { class: "device-head" });
  const panels = PANES.map((name) =>
    h("div", { class: `panel ${name}-pane`, id: `pane-${name}`, role: "tabpanel", "aria-labelledby": `tab-${name}` }),
  );
  root.replaceChildren(head, ...panels);
  const inside = [createPhone(panels[0], stage), createChat(panels[1], stage), createCall(panels[2], stage, staff)];

  /** @param {Pane} name */
  function show(name) {
    if (name === open) return;
    open = name;
    given.chosen(name);
    turn();
    inside[PANES.indexOf(name)].draw();
  }

  function turn() {
    panels.forEach((panel, at) => (panel.hidden = PANES[at] !== open));
    patch(head, [h("h2", { class: "device-title" }, stage.say("device.policyholder")), tabs()]);
  }

  /** The arrows go round; only the chosen tab is a stop of the Tab key. @param {KeyboardEvent} event */
  function step(event) {
    const at = PANES.indexOf(open);
    const to = { Home: 0, End: PANES.length - 1 }[event.key] ?? (event.key in STEPS ? at + STEPS[event.key] : null);
    if (to === null) return;
    event.preventDefault();
    show(PANES[(to + PANES.length) % PANES.length]);
    document.getElementById(`tab-${open}`)?.focus();
  }

  const tabs = () =>
    h(
      "div",
      { class: "tabs", role: "tablist", "aria-label": stage.say("tabs.title"), onkeydown: step },
      PANES.map((name) =>
        h(
          "button",
          {
            type: "button",
            class: "tab",
            role: "tab",
            id: `tab-${name}`,
            "aria-selected": name === open ? "true" : "false",
            "aria-controls": `pane-${name}`,
            tabindex: name === open ? "0" : "-1",
            onclick: () => show(name),
          },
          icon(ICONS[name]),
          h("span", null, stage.say(`tabs.${name}`)),
        ),
      ),
    );

  turn();
  return {
    draw() {
      turn();
      for (const one of inside) one.draw();
    },
    personChanged() {
      for (const one of inside) one.personChanged();
    },
  };
}
