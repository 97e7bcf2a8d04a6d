// The keyboard: what each key does, and the list of them.

import { $, el, fill } from "./dom.js";
import { t } from "./language.js";

const mac = /mac|iphone|ipad/i.test(navigator.userAgentData?.platform ?? navigator.platform ?? "");
const CTRL = mac ? "⌘" : "Ctrl";

const LIST = [
  [`${CTRL} Enter`, "key-go-on"],
  [`${CTRL} Shift Enter`, "key-word"],
  ["Esc", "key-stop"],
  ["Alt Enter", "key-three"],
  [`${CTRL} .  ·  F2`, "key-look"],
  [`${CTRL} Z`, "key-undo"],
  [mac ? "⌘ Shift Z" : "Ctrl Shift Z  ·  Ctrl Y", "key-redo"],
  [`${CTRL} S`, "key-save"],
  ["Ctrl Alt H", "key-heat"],
  ["Ctrl Alt B", "key-branches"],
  ["Ctrl Alt K", "key-controls"],
  ["Ctrl Alt M", "key-manuscripts"],
  ["Ctrl Alt L", "key-shelf"],
  ["↑ ↓ ← →", "key-arrows"],
  [`?  ·  ${CTRL} /`, "key-keys"],
];

export function showKeys() {
  const dialog = $("keys");
  const rows = LIST.map(([keys, text]) => [
    el(
      "dt",
      {},
      ...keys
        .split("  ")
        .flatMap((part) => part.split(" ").filter(Boolean))
        .map((key) => (key === "·" ? " · " : el("kbd", {}, key))),
    ),
    el("dd", {}, t(text)),
  ]);
  fill(dialog, heading("keys-title", t("keys"), dialog), el("dl.keys", {}, ...rows.flat()));
  dialog.showModal();
}

/** Return the head of a dialog: its title and what closes it. */
export function heading(id, title, dialog) {
  const close = el(
    "button.bare",
    { type: "button", "aria-label": t("close"), onclick: () => dialog.close() },
    "✕",
  );
  return el("div.head", {}, el("h2", { id }, title), close);
}

/** Hear the keys. */
export function listen(desk) {
  addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229 || document.querySelector("dialog[open]"))
      return;
    const work = wanted(event, desk);
    if (!work) return;
    event.preventDefault();
    work();
  });
}

/** Return what a key asks for, or null. */
function wanted(event, desk) {
  const { key, code, altKey, shiftKey } = event;
  const ctrl = event.ctrlKey || event.metaKey;
  const typing = /^(TEXTAREA|INPUT|SELECT)$/.test(event.target.tagName);
  if (key === "Escape") return () => escape(desk);
  if (key === "Enter" && ctrl && !altKey)
    return () => desk.stream.goOn(shiftKey ? "word" : undefined);
  if (key === "Enter" && altKey && !ctrl) return () => desk.alternatives.open();
  if (key === "F2" || (ctrl && !altKey && key === "."))
    return () => desk.words.openAt(desk.editor.selection[0]);
  if (ctrl && !altKey && key === "/") return showKeys;
  if (key === "?" && !typing) return showKeys;
  if (ctrl && altKey) return panels(desk)[code] ?? null;
  if (!ctrl || altKey || (typing && event.target.id !== "text")) return null;
  if (code === "KeyZ" || key === "z" || key === "Z")
    return () => step(desk, shiftKey ? "redo" : "undo");
  if (key === "y" || key === "Y") return () => step(desk, "redo");
  if (key === "s" || key === "S") return () => desk.saving.now(true);
  return null;
}

const panels = (desk) => ({
  KeyH: () => desk.heat.toggle(),
  KeyB: () => desk.tree.toggle(),
  KeyK: () => desk.controls.toggle(),
  KeyM: () => desk.manuscripts.open(),
  KeyL: () => desk.shelf.open(),
});

function step(desk, which) {
  desk.stream.stop();
  desk.editor.step(which);
}

/** Stop writing; else close what lies nearest, stop reading, and go back to the text. */
function escape(desk) {
  if (desk.stream.writes) desk.stream.stop();
  else if (desk.alternatives.shown) desk.alternatives.close();
  else if (desk.side.shown) desk.side.close();
  else if (desk.heat.reads) desk.heat.stop();
  else $("text").focus({ preventScroll: true });
}
