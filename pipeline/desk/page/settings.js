// What a person has set, kept in the browser: length, boldness, models, lists of words.

const KEY = "xuxie.settings";

const USUAL = {
  way: "sentence",
  words: 50,
  bold: 50,
  care: "auto",
  exact: {}, // numbers that were set one by one, in the place of the slider's
  must: [],
  ban: [],
  learn: false,
  model: null,
  second: null,
  weight: 30, // per cent of the second model
  theme: "auto",
};

export const settings = { ...USUAL, ...read() };

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

/** Change settings, keep them, and tell who listens to "settings". */
export function set(changed) {
  Object.assign(settings, changed);
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {
    // kept for this visit alone
  }
  dispatchEvent(new CustomEvent("settings", { detail: changed }));
}

/** Return temperature and top_p of a place on the slider; 50 is what `generate` does unasked. */
export function sampling(bold) {
  const temperature = 0.5 + bold * 0.008;
  const topP = bold <= 50 ? 0.7 + bold * 0.004 : 0.9 + (bold - 50) * 0.002;
  return { temperature: round(temperature), top_p: round(topP) };
}

const round = (value) => Math.round(value * 1000) / 1000;

/** Numbers that can be set one by one: name, lowest, highest, step, the usual value. */
export const EXACT = [
  ["temperature", 0, 5, 0.05, 0.9],
  ["top_p", 0.01, 1, 0.01, 0.9],
  ["top_k", 0, 100000, 1, 0],
  ["repetition_penalty", 1, 10, 0.05, 1.2],
  ["best_of", 1, 64, 1, null], // see `drafts`
  ["no_repeat", 0, 100, 1, 4],
  ["max_copy", 0, 1000, 1, 8],
  ["rng_seed", 0, 2147483647, 1, null],
];

const SAMPLING = ["temperature", "top_p", "top_k", "repetition_penalty", "best_of"];

/** How a sentence is written: at once, as the best of several, or that where there is time. */
export const CARES = ["auto", "quick", "careful"];

const CAREFUL = 4; // drafts, as `generate` makes them
const LONG = ["paragraph", "words", "three"]; // ways in which nobody waits for the first word

/** Return how many drafts are made of each sentence; what is to come word by word has one. */
export function drafts(way) {
  if (settings.exact.best_of !== undefined) return settings.exact.best_of;
  if (way === "word" || settings.care === "quick") return 1;
  return settings.care === "careful" || LONG.includes(way) ? CAREFUL : 1;
}

/** Return the value that holds of a number. */
export function exactly(name, way = settings.way) {
  if (name === "best_of") return drafts(way);
  if (settings.exact[name] !== undefined) return settings.exact[name];
  const usual = EXACT.find((one) => one[0] === name)[4];
  return sampling(settings.bold)[name] ?? usual;
}

/** Return whose voice is asked for: a model, or two with their shares. */
export function voice() {
  const { model, second } = settings;
  const weight = settings.weight / 100;
  if (!model) return {};
  if (!second || second === model) return { model };
  return { model, mix: { [model]: 1 - weight, [second]: weight } };
}

/** Return what is sent with a wish to write in some way. */
export function wish(way) {
  const asked = {
    sampling: {},
    writing: { no_repeat: exactly("no_repeat"), max_copy: exactly("max_copy") },
  };
  for (const name of SAMPLING) asked.sampling[name] = exactly(name, way);
  if (settings.must.length) asked.writing.must_include = settings.must;
  if (settings.ban.length) asked.writing.ban = settings.ban;
  if (exactly("rng_seed") !== null) asked.rng_seed = exactly("rng_seed");
  return { ...asked, ...voice() };
}
