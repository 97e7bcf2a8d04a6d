// What the writer wrote and what it might have written, as a tree: nothing chosen against is lost.
//
// A branch is {id, parent, place, at, text, lengths, seed, model, when}. A branch without parent
// hangs at a place of the text, and all that were written there share its `place`; a child goes on
// where its parent ends. A branch stands in the text as long as words of its run do.

const MOST = 240_000; // characters of all branches; the oldest that do not stand go first

const fresh = () => Math.random().toString(36).slice(2, 10);

export class Branches {
  constructor(kept = null) {
    this.all = new Map((kept ?? []).map((one) => [one.id, one]));
  }

  /** Return a new branch, which is to be written at a place. */
  begin({ parent = null, place = null, at, seed = null, model = null }) {
    const id = fresh();
    const made = {
      id,
      parent,
      place: place ?? (parent ? null : fresh()),
      at,
      text: "",
      lengths: [],
      seed,
      model,
      when: Date.now(),
    };
    this.all.set(id, made);
    return made;
  }

  /** Add a word to a branch. */
  grow(branch, text) {
    branch.text += text;
    branch.lengths.push(text.length);
  }

  /** Return branches as they are kept, without those that are empty. */
  kept(words = []) {
    this.prune(words);
    return [...this.all.values()].filter((one) => one.text || this.children(one.id).length);
  }

  children(id) {
    return [...this.all.values()].filter((one) => one.parent === id);
  }

  /** Return the branches of a place, the roots of its trees; `places` in the text's order. */
  places() {
    const found = new Map();
    for (const one of this.all.values()) {
      if (one.parent && this.all.has(one.parent)) continue;
      if (!found.has(one.place)) found.set(one.place, []);
      found.get(one.place).push(one);
    }
    return [...found.values()].sort((one, other) => one[0].at - other[0].at);
  }

  /** Return the ids of a branch and all that hang on it. */
  below(id) {
    const found = new Set([id]);
    for (const one of found) for (const child of this.children(one)) found.add(child.id);
    return found;
  }

  /** Return a branch and those that it hangs on, the root first. */
  path(id) {
    const found = [];
    const seen = new Set();
    for (let one = this.all.get(id); one && !seen.has(one.id); one = this.all.get(one.parent)) {
      seen.add(one.id);
      found.unshift(one);
    }
    return found;
  }

  /** Keep the places of branches right through an edit. */
  move(at, out, put) {
    for (const one of this.all.values()) {
      if (one.at >= at + out && (out > 0 || one.at > at)) one.at += put - out;
      else if (one.at > at) one.at = at;
    }
  }

  /**
   * Part a branch before a word: what follows becomes a child, on which its children hang.
   * @returns {object} the child
   */
  part(branch, count) {
    const length = branch.lengths.slice(0, count).reduce((sum, one) => sum + one, 0);
    const child = this.begin({
      parent: branch.id,
      at: branch.at + length,
      seed: branch.seed,
      model: branch.model,
    });
    for (const one of this.all.values())
      if (one.parent === branch.id && one !== child) one.parent = child.id;
    child.text = branch.text.slice(length);
    child.lengths = branch.lengths.slice(count);
    branch.text = branch.text.slice(0, length);
    branch.lengths = branch.lengths.slice(0, count);
    return child;
  }

  /** Forget the oldest branches that do not stand in the text, while all together are too long. */
  prune(words) {
    const stand = new Set(words.map((word) => word.run));
    let length = [...this.all.values()].reduce((sum, one) => sum + one.text.length * 2, 0);
    for (const one of [...this.all.values()].sort((a, b) => a.when - b.when)) {
      if (length <= MOST) return;
      if (stand.has(one.id) || this.children(one.id).length) continue;
      length -= one.text.length * 2;
      this.all.delete(one.id);
    }
  }
}

/** Return where the words of some runs that follow each other end, from a place on. */
export function endOf(words, place, runs) {
  let end = place;
  for (const word of words) {
    if (word.start < end) continue;
    if (word.start > end || !runs.has(word.run)) break;
    end = word.stop;
  }
  return end;
}
