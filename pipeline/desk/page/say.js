// Telling what goes on: quietly in the line below, or as a problem that stays until it is read.

import { $, el, fill } from "./dom.js";
import { t } from "./language.js";

let fading = 0;

/** Tell something in passing; screen readers read it when they have time. */
export function status(text) {
  const line = $("status");
  line.textContent = text;
  clearTimeout(fading);
  fading = setTimeout(() => (line.textContent = ""), 5000);
}

/** Tell what went wrong, with things that can be done about it: [text, work] each. */
export function problem(text, ...actions) {
  const buttons = actions.map(([label, work]) =>
    el("button", { type: "button", onclick: () => (settle(), work()) }, label),
  );
  const close = el(
    "button.bare",
    { type: "button", "aria-label": t("close"), onclick: settle },
    "✕",
  );
  fill($("problem"), el("p", {}, text), ...buttons, close).hidden = false;
}

/** Take the problem away. */
export function settle() {
  $("problem").hidden = true;
  $("problem").replaceChildren();
}

/**
 * Ask something that has to be answered.
 * @param {[string, string][]} answers  [value, label]; the first is the usual one
 * @returns {Promise<string>} the value; "" where nobody answered
 */
export function ask(title, text, answers) {
  const dialog = $("question");
  const buttons = answers.map(([value, label], i) =>
    el(i ? "button" : "button.first", { type: "submit", value }, label),
  );
  fill(
    dialog,
    el(
      "form",
      { method: "dialog" },
      el("h2", { id: "question-title" }, title),
      el("p", {}, text),
      el("div.row", {}, ...buttons),
    ),
  );
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((done) =>
    dialog.addEventListener("close", () => done(dialog.returnValue), { once: true }),
  );
}
