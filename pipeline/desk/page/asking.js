// What the server is told of the manuscript when something is to be written at a place of it.

import { settings, wish } from "./settings.js";

export const BEFORE = 20_000; // characters before the place; the server reads half of it
const LEARN = 100_000;

/** Return the text before a place, as much of it as is read. */
export const before = (text, place) => text.slice(Math.max(0, place - BEFORE), place);

/** Return the body of a wish to go on at a place, so much at a time; or "three" ways to. */
export function asking(text, place, way, given = {}) {
  const body = { text: before(text, place), candidates: 10, ...wish(way), way, ...given };
  if (settings.learn) body.learn_from = text.slice(-LEARN);
  return body;
}

/** Return one word of a stream as the manuscript keeps it. */
export function wordOf(data, start, run) {
  const { word, probability, cosine, shares, candidates } = data;
  return {
    start,
    stop: start + data.text.length,
    run,
    info: { word, probability, cosine, shares, candidates },
  };
}
