// The page's two languages: what the browser prefers, until a person chooses.

import en from "./en.js";
import zh from "./zh.js";

const TEXTS = { en, zh };
const KEY = "xuxie.language";
let language = chosen();

function chosen() {
  const asked = new URLSearchParams(location.search).get("language");
  const kept = TEXTS[asked] ? asked : readKept();
  if (TEXTS[kept]) return kept;
  return (navigator.languages ?? [navigator.language]).some((one) => one?.startsWith("zh"))
    ? "zh"
    : "en";
}

function readKept() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** Return which language the page speaks. */
export const spoken = () => language;

/** Return a text; `{name}` in it is replaced by a value. A key without text shows. */
export function t(key, values = {}) {
  const text = TEXTS[language][key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) =>
    name in values ? String(values[name]) : whole,
  );
}

/** Return a number as the language writes it. */
export const number = (value) =>
  new Intl.NumberFormat(language === "zh" ? "zh-CN" : "en").format(value);

/** Return a moment as the language writes it. */
export function when(seconds) {
  const form = { dateStyle: "medium", timeStyle: "short" };
  return new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en", form).format(
    new Date(seconds * 1000),
  );
}

/** Write the texts that index.html asks for with data-t (text), data-t-label and data-t-hint. */
export function translate(root = document) {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  for (const one of root.querySelectorAll("[data-t]")) one.textContent = t(one.dataset.t);
  for (const one of root.querySelectorAll("[data-t-label]")) {
    one.setAttribute("aria-label", t(one.dataset.tLabel));
  }
  for (const one of root.querySelectorAll("[data-t-title]")) one.title = t(one.dataset.tTitle);
  for (const one of root.querySelectorAll("[data-t-hint]")) one.placeholder = t(one.dataset.tHint);
}

/** Speak the other language from now on. */
export function turn() {
  language = language === "zh" ? "en" : "zh";
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // kept for this visit alone
  }
  translate();
  dispatchEvent(new Event("language"));
}
