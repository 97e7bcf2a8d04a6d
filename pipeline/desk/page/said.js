// What the server says, in the language of the page: its sentences are English.

import { spoken, t } from "./language.js";
import SAID from "./said_zh.js";

// The longest first: a shorter one may say less of the same.
const sentences = [...SAID]
  .sort(([one], [other]) => other.length - one.length)
  .map(([english, chinese]) => [patternOf(english), chinese]);

/** Return what matches a sentence, whatever stands before it and whatever mends it behind. */
function patternOf(english) {
  const parts = english.split(/\{\d\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^(?:(.*?):? )?${parts.join("(.*?)")}(?:; run: .*)?$`, "s");
}

/** Return a sentence in Chinese, or null where none is known. */
function inChinese(message) {
  for (const [pattern, chinese] of sentences) {
    const found = pattern.exec(message);
    if (found) return chinese.replace(/\{(\d)\}/g, (_, number) => found[Number(number) + 1] ?? "");
  }
  return null;
}

/** Return a message of the server as the page says it. */
export function said(message) {
  if (spoken() !== "zh" || !message) return message;
  return inChinese(message) ?? t("said", { message });
}

/** Return facts that the server tells in passing, each as the page says it. */
export const told = (facts) =>
  facts
    .split(/\n| {2,}/)
    .filter(Boolean)
    .map((fact) => (spoken() === "zh" && inChinese(fact)) || fact);
