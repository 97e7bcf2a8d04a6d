// Undo and redo over a person's edits and the writer's: a stack of changes, each with its inverse.
//
// A change is {at, out, in, wordsOut, wordsIn}: what stood there, what stands there now, and the
// writer's words in both, with places counted from `at`. An entry is what one step takes back.

import { moved } from "./marks.js";

const PAUSE = 1200; // milliseconds of thinking that part two steps of typing
const MOST = 400; // steps kept
const MOST_CHARACTERS = 2_000_000;

export class History {
  constructor(kept = null) {
    this.done = kept?.done ?? [];
    this.undone = kept?.undone ?? [];
  }

  /**
   * Note a change.
   * @param {string} kind  changes of one kind that go on from each other make one step
   */
  note(change, kind, before, after) {
    this.undone = [];
    const last = this.done[this.done.length - 1];
    const now = Date.now();
    const goesOn =
      last && last.kind === kind && kind !== "" && (kind !== "type" || now - last.time < PAUSE);
    if (goesOn && join(last.changes[last.changes.length - 1], change)) {
      Object.assign(last, { after, time: now });
      return;
    }
    if (goesOn && kind !== "type") {
      last.changes.push(change);
      Object.assign(last, { after, time: now });
      return;
    }
    this.done.push({ kind, changes: [change], before, after, time: now });
    this.trim();
  }

  /** Let the next change begin a step of its own. */
  part() {
    const last = this.done[this.done.length - 1];
    if (last) last.kind = "";
  }

  undo() {
    const entry = this.done.pop();
    if (entry) this.undone.push({ ...entry, kind: "" });
    return entry ?? null;
  }

  redo() {
    const entry = this.undone.pop();
    if (entry) this.done.push(entry);
    return entry ?? null;
  }

  /** Forget the oldest steps beyond what is kept. */
  trim() {
    let characters = 0;
    let keep = 0;
    for (let i = this.done.length - 1; i >= 0 && keep < MOST; i -= 1, keep += 1) {
      for (const change of this.done[i].changes) characters += change.out.length + change.in.length;
      if (characters > MOST_CHARACTERS && keep > 0) break;
    }
    if (keep < this.done.length) this.done.splice(0, this.done.length - keep);
  }
}

/** Make one change of two, if the second goes on from the first; return whether it does. */
function join(first, second) {
  const end = first.at + first.in.length;
  const stop = second.at + second.out.length;
  if (second.at >= first.at && stop <= end && (second.out === "" || first.wordsIn.length === 0)) {
    const from = second.at - first.at;
    // Typing behind what was typed, taking it back, or the writer's next words.
    if (from !== first.in.length && first.wordsIn.length) return false;
    first.in = first.in.slice(0, from) + second.in + first.in.slice(stop - first.at);
    first.wordsIn.push(...moved(second.wordsIn, from));
    return true;
  }
  if (first.in !== "" || second.in !== "") return false;
  if (stop === first.at) {
    first.wordsOut = [...second.wordsOut, ...moved(first.wordsOut, second.out.length)];
    first.out = second.out + first.out;
    first.at = second.at;
    return true;
  }
  if (second.at === first.at) {
    first.wordsOut.push(...moved(second.wordsOut, first.out.length));
    first.out += second.out;
    return true;
  }
  return false;
}
