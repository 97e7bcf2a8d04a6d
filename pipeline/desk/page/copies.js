// The manuscript as the browser keeps it (with its history) and as the server does (with its marks).

import { t } from "./language.js";
import { pack, unpack } from "./marks.js";

const MOST_TREE = 1_000_000; // bytes that the server takes

/** Return steps of a history with other words in their changes. */
const steps = (entries, words) =>
  entries.map((entry) => ({ ...entry, changes: entry.changes.map(words) }));

/** Return what the browser keeps of a manuscript. */
export function toDraft(manuscript, caret) {
  const { id, version, name, text, words, branches } = manuscript;
  const strip = (change) => ({
    ...change,
    wordsOut: pack(change.wordsOut),
    wordsIn: pack(change.wordsIn),
  });
  const { done, undone } = manuscript.history;
  const history = { done: steps(done, strip), undone: steps(undone, strip) };
  const kept = { words: pack(words), branches: branches.kept(words) };
  return { id, version, name, text, caret, history, ...kept };
}

/** Return a manuscript as the page opens it from what the browser kept. */
export function fromDraft(draft) {
  const revive = (change) => ({
    ...change,
    wordsOut: unpack(change.wordsOut, change.out),
    wordsIn: unpack(change.wordsIn, change.in),
  });
  const { done, undone } = draft.history;
  const history = { done: steps(done, revive), undone: steps(undone, revive) };
  return { ...draft, words: unpack(draft.words, draft.text), history };
}

/** Return what the server keeps of a manuscript. */
export function toServer(manuscript, name) {
  const { text, words, version, branches } = manuscript;
  const packed = pack(words);
  const marks = packed.map(([start, run, lengths]) => {
    const length = lengths.split(",").reduce((sum, one) => sum + Number(one), 0);
    const seed = branches.all.get(run)?.seed;
    return Number.isInteger(seed) ? [start, start + length, seed] : [start, start + length];
  });
  return {
    version,
    name,
    text,
    marks,
    tree: bounded({ words: packed, branches: branches.kept(words) }),
  };
}

/** Return what is kept beside the text, less the branches where it is too much. */
function bounded(tree) {
  const fits = (one) => new Blob([JSON.stringify(one)]).size <= MOST_TREE;
  return [tree, { words: tree.words, branches: [] }].find(fits) ?? null;
}

/** Return a manuscript of the server as the page opens it. */
export function fromServer({ id, name, version, text, marks, tree }) {
  // Line ends as a text field has them.
  const plain = text.replace(/\r\n?/g, "\n");
  const own = tree?.words
    ? unpack(tree.words, plain)
    : (marks ?? []).map(([start, stop]) => ({ start, stop, run: "" }));
  return {
    id,
    name: name === t("unnamed") ? "" : name,
    version,
    text: plain,
    words: own,
    branches: tree?.branches ?? [],
    caret: [0, 0],
  };
}
