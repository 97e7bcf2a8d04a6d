// A list of words as chips: written and added with Enter or a comma, taken away with a click.

import { el, fill } from "./dom.js";
import { t } from "./language.js";

/**
 * Return a field of chips.
 * @param {string} id  of the input
 * @param {function(): string[]} read
 * @param {function(string[])} write
 */
export function chips(id, label, read, write) {
  const box = el("ul.chips", { "aria-label": label });
  const input = el("input", {
    id,
    autocomplete: "off",
    spellcheck: false,
    placeholder: t("add-word"),
  });
  const draw = () => fill(box, ...read().map((word) => el("li", {}, chip(word))));
  const chip = (word) => {
    const gone = () => {
      write(read().filter((one) => one !== word));
      draw();
      input.focus();
    };
    return el(
      "button.chip",
      { type: "button", "aria-label": t("take-away", { word }), onclick: gone },
      word,
      el("span", { "aria-hidden": "true" }, " ×"),
    );
  };
  const add = () => {
    const words = input.value
      .split(/[,，、;；\n]/)
      .map((one) => one.trim())
      .filter(Boolean);
    if (words.length) write([...new Set([...read(), ...words])]);
    input.value = "";
    draw();
  };
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter") {
      event.preventDefault();
      add();
    } else if (event.key === "Backspace" && !input.value && read().length) {
      write(read().slice(0, -1));
      draw();
    }
  });
  input.addEventListener(
    "input",
    (event) => !event.isComposing && /[,，、;；]/.test(input.value) && add(),
  );
  input.addEventListener("change", add);
  draw();
  return el("div.field", {}, el("label", { for: id }, label), box, input);
}
