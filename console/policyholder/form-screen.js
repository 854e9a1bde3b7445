/** The request form. */
import { h } from "../page/dom.js";
import { money, readAmount, roughly } from "../page/format.js";
import { wordFor } from "../page/words.js";
import { fieldProblem, marked, problemBox, titleBar, wordAbout } from "./parts.js";
import { KINDS, OF_RECORD, OTHER, tidyAmount, valueOf } from "./request-form.js";

const SHOWN = ["kind", "policy_ids", "amount_twd", "payout_account"];

/** @param {import("./phone.js").PhoneView} view */
export function formScreen(view) {
  const { state, stage, actions } = view;
  const { say } = stage;
  return [
    titleBar(say("form.title"), { label: say("app.back"), go: () => actions.go("home") }),
    h(
      "form",
      {
        class: "app-body",
        novalidate: true,
        "aria-label": say("form.title"),
        onsubmit: (/** @type {Event} */ event) => {
          event.preventDefault();
          actions.submit();
        },
      },
      problemBox(say, state.problem, SHOWN),
      kinds(view),
      policies(view),
      amount(view),
      account(view),
      h(
        "button",
        { type: "submit", class: "button strong wide", "aria-disabled": state.busy ? "true" : null },
        state.busy ? say("form.sending") : say("form.submit"),
      ),
    ),
  ];
}

/** @param {import("./phone.js").PhoneView} view */
function kinds({ state, stage, person, actions }) {
  const { say } = stage;
  const { form } = state;
  return h(
    "fieldset",
    { class: "field" },
    h("legend", null, say("form.kind")),
    h(
      "div",
      { class: "segments" },
      KINDS.map((kind) =>
        h(
          "label",
          { class: "segment" },
          h("input", {
            type: "radio",
            name: "kind",
            value: kind,
            checked: form.kind === kind,
            onchange: () => {
              form.kind = kind;
              if (kind === "surrender") form.amount = tidyAmount(String(valueOf(form, person)));
              actions.draw();
            },
          }),
          h("span", null, say(`kind.${kind}`)),
        ),
      ),
    ),
  );
}

/** @param {import("./phone.js").PhoneView} view */
function policies({ state, stage, person, actions }) {
  const { say } = stage;
  const { form } = state;
  const word = wordAbout(say, "policy_ids", state.gaps, state.problem);
  return h(
    "fieldset",
    { class: "field", "aria-describedby": word ? "policies-problem" : null },
    h("legend", null, say("form.policies")),
    fieldProblem("policies", word),
    person.policies.map((policy) =>
      h(
        "label",
        { class: "card-choice", key: policy.policy_id },
        h("input", {
          type: "checkbox",
          name: "policy",
          value: policy.policy_id,
          checked: form.policies.has(policy.policy_id),
          onchange: (/** @type {any} */ event) => {
            if (event.target.checked) form.policies.add(policy.policy_id);
            else form.policies.delete(policy.policy_id);
            if (form.kind === "surrender") form.amount = tidyAmount(String(valueOf(form, person)));
            actions.draw();
          },
        }),
        h(
          "span",
          { class: "card-choice-text" },
          wordFor(say, "product", policy.product),
          h("span", { class: "card-choice-note" }, money(policy.cash_value_twd, stage.locale())),
        ),
      ),
    ),
  );
}

/** @param {import("./phone.js").PhoneView} view */
function amount({ state, stage, person, actions }) {
  const { say } = stage;
  const { form } = state;
  const locale = stage.locale();
  const word = wordAbout(say, "amount_twd", state.gaps, state.problem);
  const value = readAmount(form.amount);
  return h(
    "div",
    { class: "field" },
    h("label", { for: "amount" }, say("form.amount")),
    fieldProblem("amount", word),
    h("input", {
      id: "amount",
      name: "amount",
      type: "text",
      inputmode: "numeric",
      autocomplete: "off",
      class: "big-number",
      value: form.amount,
      "aria-describedby": word ? "amount-problem amount-about" : "amount-about",
      "aria-invalid": word ? "true" : null,
      oninput: (/** @type {any} */ event) => {
        form.amount = event.target.value;
        actions.draw();
      },
      onchange: () => {
        form.edits += 1;
        form.amount = tidyAmount(form.amount);
        actions.draw();
      },
    }),
    h(
      "p",
      { class: "hint", id: "amount-about" },
      value >= 10_000 ? `${say("form.amount.about", { amount: roughly(value, locale) })} · ` : "",
      say("form.amount.available", { amount: money(valueOf(form, person), locale) }),
    ),
  );
}

/** @param {import("./phone.js").PhoneView} view */
function account({ state, stage, person, actions }) {
  const { say } = stage;
  const { form } = state;
  const zh = stage.locale() === "zh-TW";
  const whole = wordAbout(say, "payout_account", new Map(), state.problem);
  const bank = wordAbout(say, "payout_account.bank_code", state.gaps, state.problem);
  const number = wordAbout(say, "payout_account.account_number", state.gaps, state.problem);
  const choices = [
    { value: OF_RECORD, label: say("form.account.record") },
    ...person.accounts.map((known, place) => ({ value: String(place), label: zh ? known.label_zh : known.label_en })),
    { value: OTHER, label: say("form.account.other") },
  ];
  return h(
    "fieldset",
    { class: "field", "aria-describedby": whole ? "account-problem" : null },
    h("legend", null, say("form.account")),
    bank || number ? null : fieldProblem("account", whole),
    choices.map(({ value, label }) =>
      h(
        "label",
        { class: "card-choice", key: value },
        h("input", {
          type: "radio",
          name: "account",
          value,
          checked: form.account === value,
          onchange: () => {
            form.account = value;
            actions.draw();
          },
        }),
        h("span", { class: "card-choice-text", "data-people": value === OF_RECORD || value === OTHER ? null : true }, label),
      ),
    ),
    form.account === OTHER
      ? h(
          "div",
          { class: "two-fields", key: "other-account" },
          textField(editable(form, "bank", actions), "bank", say("form.account.bank"), bank, 3),
          textField(editable(form, "number", actions), "number", say("form.account.number"), number, 20),
        )
      : null,
  );
}

/**
 * @param {import("./request-form.js").Form} form
 * @param {"bank" | "number"} name
 * @param {any} actions
 */
const editable = (form, name, actions) => ({
  value: form[name],
  oninput: (/** @type {any} */ event) => {
    form[name] = event.target.value.trim();
    actions.draw();
  },
  onpaste: () => {
    form.pasted = true;
  },
});

/**
 * @param {object} live
 * @param {string} id
 * @param {string} label
 * @param {string | null} word
 * @param {number} longest
 */
const textField = (live, id, label, word, longest) =>
  h(
    "div",
    { class: "field" },
    h("label", { for: id }, label),
    fieldProblem(id, word),
    h("input", { id, type: "text", inputmode: "numeric", autocomplete: "off", maxlength: longest, ...marked(id, word), ...live }),
  );
