// The manuscript that is open: its text, the writer's words in it, its branches and its history.
//
// Every change goes through `replace`, so that words, branches and history stay right. Who shows
// the text listens for "change"; who keeps it listens for "change" and "meta".

import { Branches } from "./branches.js";
import { History } from "./history.js";
import { indexAt, moved, splice } from "./marks.js";

export class Manuscript extends EventTarget {
  constructor() {
    super();
    this.open({});
  }

  /** Take another text in the place of this one. */
  open({
    id = null,
    version = 0,
    name = "",
    text = "",
    words = [],
    branches = null,
    history = null,
    caret = null,
    saved = true,
  }) {
    Object.assign(this, { id, version, name, text, words, saved });
    this.branches = new Branches(branches);
    this.history = new History(history);
    this.caret = caret ?? [text.length, text.length];
    this.edition = (this.edition ?? 0) + 1; // another manuscript, or another text of it
    this.dispatchEvent(new CustomEvent("change", { detail: null }));
  }

  /** Tell those who keep the manuscript that something beside its text has changed. */
  touch() {
    this.saved = false;
    this.dispatchEvent(new Event("meta"));
  }

  /**
   * Replace a stretch of the text.
   * @param {object[]} given.words  the writer's words in what is put in, counted from its start
   * @param {string} given.kind  see `History.note`
   * @param {boolean} given.shown  whether the text field already shows it
   */
  replace(
    start,
    stop,
    put,
    { words = [], kind = "", before = null, after = null, shown = false } = {},
  ) {
    const out = this.text.slice(start, stop);
    if (out === "" && put === "") return;
    const gone = this.apply(start, out.length, put, words);
    const change = {
      at: start,
      out,
      in: put,
      wordsOut: moved(gone, -start),
      wordsIn: words.map((word) => ({ ...word })),
    };
    const end = start + put.length;
    this.history.note(change, kind, before ?? [start, stop], after ?? [end, end]);
    this.tell([change], { shown });
  }

  apply(at, length, put, words) {
    this.text = this.text.slice(0, at) + put + this.text.slice(at + length);
    this.branches.move(at, length, put.length);
    return splice(this.words, at, at + length, put.length, moved(words, at));
  }

  tell(changes, given = {}) {
    this.saved = false;
    this.dispatchEvent(new CustomEvent("change", { detail: { changes, ...given } }));
  }

  undo() {
    const entry = this.history.undo();
    if (!entry) return false;
    const changes = [...entry.changes].reverse().map((change) => {
      this.apply(change.at, change.in.length, change.out, change.wordsOut);
      return { at: change.at, out: change.in, in: change.out };
    });
    this.caret = entry.before;
    this.tell(changes, { caret: entry.before });
    return true;
  }

  redo() {
    const entry = this.history.redo();
    if (!entry) return false;
    for (const change of entry.changes)
      this.apply(change.at, change.out.length, change.in, change.wordsIn);
    this.caret = entry.after;
    this.tell(entry.changes, { caret: entry.after });
    return true;
  }

  /** Return the writer's word at a place, or −1. */
  wordAt(place) {
    return indexAt(this.words, place);
  }
}
