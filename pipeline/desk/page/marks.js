// Which stretches of a text the writer wrote: words with places, kept right through every edit.
//
// A word is {start, stop, run, …}: places count UTF-16 units, `run` is the branch it came with,
// and what the server said of it (probability, candidates, …) comes along. Words are sorted and
// never overlap. A word that a person changes is the person's from then on.

/** Return the index of the first word that ends behind a place. */
export function firstBehind(words, place) {
  let low = 0;
  let high = words.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (words[middle].stop > place) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Return the index of the word that holds the character at a place, or −1. */
export function indexAt(words, place) {
  const found = firstBehind(words, place);
  return found < words.length && words[found].start <= place ? found : -1;
}

/** Return copies of words moved by so many characters. */
export const moved = (words, by) =>
  words.map((word) => ({ ...word, start: word.start + by, stop: word.stop + by }));

/**
 * Replace what stands from `start` to `stop` by `length` characters that hold `fresh` words.
 * Changes `words`, and returns the words that are gone. Places are the text's.
 */
export function splice(words, start, stop, length, fresh = []) {
  const first = firstBehind(words, start);
  let last = first;
  while (last < words.length && words[last].start < stop) last += 1;
  // An insertion inside a word changes that word, too.
  if (last === first && first < words.length && words[first].start < start) last = first + 1;
  const by = length - (stop - start);
  if (by) {
    for (let i = last; i < words.length; i += 1) {
      words[i].start += by;
      words[i].stop += by;
    }
  }
  return words.splice(first, last - first, ...fresh);
}

/** Return the marks of words: those that touch make one. */
export function touching(words) {
  const found = [];
  for (const word of words) {
    const last = found[found.length - 1];
    if (last && last.stop === word.start) last.stop = word.stop;
    else found.push({ start: word.start, stop: word.stop, kind: "written" });
  }
  return found;
}

/** Return words as a few numbers and letters a stretch: its start, run and lengths. */
export function pack(words) {
  const found = [];
  let last = null;
  for (const word of words) {
    if (last && last.stop === word.start && last.run === word.run) {
      last.lengths.push(word.stop - word.start);
      last.stop = word.stop;
    } else {
      last = {
        start: word.start,
        stop: word.stop,
        run: word.run,
        lengths: [word.stop - word.start],
      };
      found.push(last);
    }
  }
  return found.map(({ start, run, lengths }) => [start, run, lengths.join(",")]);
}

/** Return the words of what `pack` returned; stretches beyond the text's end are none. */
export function unpack(packed, text) {
  const words = [];
  for (const [start, run, lengths] of packed ?? []) {
    let place = start;
    for (const length of String(lengths).split(",").map(Number)) {
      if (!(length > 0) || place + length > text.length) break;
      words.push({ start: place, stop: place + length, run });
      place += length;
    }
  }
  return words.sort((one, other) => one.start - other.start);
}
