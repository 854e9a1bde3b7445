/** The app's first screen: policies, what can be done, "is it really you calling?", the trusted contact. */
import { h } from "../page/dom.js";
import { money } from "../page/format.js";
import { icon } from "../page/icons.js";
import { wordFor } from "../page/words.js";
import { titleBar } from "./parts.js";
import { KINDS } from "./request-form.js";

/**
 * @param {import("./phone.js").PhoneView} view
 * @param {import("../types.js").Contact[]} contacts
 */
export function homeScreen({ state, person, stage, actions }, contacts) {
  const { say } = stage;
  const locale = stage.locale();
  const preset = person.scenario.kind;
  return [
    titleBar(say("app.hello", { name: stage.nameOf(person) })),
    h(
      "div",
      { class: "app-body" },
      state.reply
        ? h(
            "div",
            { class: "card", key: "request" },
            h("h4", null, icon("clock"), say("app.request.title")),
            h("button", { type: "button", class: "button", onclick: () => void actions.look() }, say("app.request.look")),
          )
        : null,
      h("h4", null, say("app.policies")),
      h(
        "ul",
        { class: "policies" },
        person.policies.map((policy) =>
          h(
            "li",
            { class: "policy" },
            icon("policy", "policy-icon"),
            h(
              "div",
              null,
              h("p", { class: "policy-name" }, wordFor(say, "product", policy.product)),
              h("p", { class: "policy-number" }, policy.policy_id),
            ),
            h("p", { class: "policy-value" }, money(policy.cash_value_twd, locale)),
          ),
        ),
      ),
      h("h4", null, say("app.want")),
      h(
        "div",
        { class: "kinds" },
        KINDS.map((kind) =>
          h(
            "button",
            { type: "button", class: kind === preset ? "kind suggested" : "kind", onclick: () => actions.openForm(kind) },
            h("span", { class: "kind-name" }, say(`kind.${kind}`)),
            h("span", { class: "kind-hint" }, say(`kind.${kind}.hint`)),
          ),
        ),
      ),
      h(
        "div",
        { class: "card" },
        h("h4", null, icon("call"), say("app.call.title")),
        h("p", null, say("app.call.text")),
        h("p", { class: "call-answer", role: "status", "data-api": true }, state.call ?? ""),
        h(
          "button",
          { type: "button", class: "button", onclick: actions.checkCall },
          state.callBusy ? say("app.call.checking") : say("app.call.check"),
        ),
      ),
      h(
        "div",
        { class: "card" },
        h("h4", null, icon("people"), say("app.contact.title")),
        contacts.length === 0
          ? h("p", null, say("app.contact.none"))
          : contacts.map((contact) =>
              h(
                "p",
                { key: contact.contact_id },
                say("app.contact.one", { relation: wordFor(say, "relation", contact.relation), last3: contact.phone_last3 }),
                " ",
                h("span", { class: `tag ${contact.state}` }, say(`contacts.state.${contact.state}`)),
              ),
            ),
        h(
          "button",
          { type: "button", class: "button", onclick: () => actions.go("contacts") },
          say("app.contact.manage"),
        ),
      ),
    ),
  ];
}
