// What is drawn behind the text field: a block a paragraph, with marks where the text has them.
//
// The field and the backdrop break lines alike, so that a mark lies behind its words. An edit makes
// only its own paragraphs anew, and marks are drawn where somebody looks: a long manuscript costs
// what a short one does.

import { el } from "./dom.js";
import { firstBehind } from "./marks.js";

export class Backdrop {
  constructor(root) {
    this.root = root;
    this.lines = []; // of each paragraph: its text, what is marked in it, its element
    this.near = new WeakSet(); // elements on the screen, or not far from it
    this.lineOf = new WeakMap();
    this.watch = new IntersectionObserver((seen) => this.look(seen), { rootMargin: "60% 0px" });
  }

  /**
   * Show a text with layers of marks.
   * @param {{start: number, stop: number, kind: string}[][]} layers  each sorted; no kind, no mark
   */
  paint(text, layers) {
    this.put(0, this.lines.length, cut(text, 0, text.length, layers));
  }

  /** Show a text that has changed in some places, and the paragraphs beside them. */
  patch(text, layers, { at, out, in: put }) {
    let first = 0;
    let begin = 0;
    while (first < this.lines.length - 1 && begin + this.lines[first].text.length < at) {
      begin += this.lines[first].text.length + 1;
      first += 1;
    }
    let last = first;
    let end = begin + this.lines[first].text.length;
    while (last < this.lines.length - 1 && end < at + out.length) {
      last += 1;
      end += this.lines[last].text.length + 1;
    }
    // A mark may lie across the paragraph's ends.
    if (first > 0) {
      first -= 1;
      begin -= this.lines[first].text.length + 1;
    }
    if (last < this.lines.length - 1) {
      last += 1;
      end += this.lines[last].text.length + 1;
    }
    this.put(first, last + 1, cut(text, begin, end + put.length - out.length, layers));
  }

  /** Put paragraphs in the place of those from `first` to before `last`. */
  put(first, last, wanted) {
    const gone = this.lines.slice(first, last);
    const after = this.lines[last]?.element ?? null;
    wanted.forEach((line, i) => {
      const reused = gone[i]?.element ?? null;
      line.element = reused ?? el("div");
      this.lineOf.set(line.element, line);
      this.draw(line, gone[i]);
      if (reused) return;
      this.root.insertBefore(line.element, after);
      this.watch.observe(line.element);
    });
    for (const { element } of gone.slice(wanted.length)) {
      this.watch.unobserve(element);
      element.remove();
    }
    this.lines.splice(first, last - first, ...wanted);
  }

  /** Draw a paragraph; marks only where somebody looks, as they take no room. */
  draw(line, old = null) {
    const { element, text } = line;
    const marks = this.near.has(element) ? line.marks : "";
    if (old && old.text === text && old.drawn === marks) {
      line.drawn = marks;
      return;
    }
    line.drawn = marks;
    element.className = text ? "" : "empty";
    if (!text) element.replaceChildren(el("br"));
    else if (!marks) element.textContent = text;
    else element.replaceChildren(...marked(text, marks));
  }

  look(seen) {
    for (const { target, isIntersecting } of seen) {
      if (isIntersecting) this.near.add(target);
      else this.near.delete(target);
      const line = this.lineOf.get(target);
      if (isIntersecting && line && line.drawn !== line.marks) this.draw(line);
    }
  }

  /** Return the rectangle of a stretch of the text on the screen. */
  rectangle(start, stop = start) {
    const range = document.createRange();
    range.setStart(...this.find(start));
    range.setEnd(...this.find(stop));
    const boxes = range.getClientRects();
    if (boxes.length) return boxes[boxes.length - 1];
    const { startContainer: node } = range;
    return (node.nodeType === Node.TEXT_NODE ? node.parentElement : node).getBoundingClientRect();
  }

  /** Return the node and the offset in it of a place in the text. */
  find(place) {
    let begin = 0;
    for (const { text, element } of this.lines) {
      if (place > begin + text.length) {
        begin += text.length + 1;
        continue;
      }
      let rest = place - begin;
      const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        if (rest <= node.length) return [node, rest];
        rest -= node.length;
      }
      return [element, 0];
    }
    return [this.root, 0];
  }
}

/** Return the paragraphs of a stretch of a text; `marks` tells what is: "start:stop:kind …". */
function cut(text, begin, end, layers) {
  const cursors = layers.map((layer) => firstBehind(layer, begin));
  return text
    .slice(begin, end)
    .split("\n")
    .map((line) => {
      const stop = begin + line.length;
      let marks = "";
      layers.forEach((layer, which) => {
        let i = cursors[which];
        while (i < layer.length && layer[i].stop <= begin) i += 1;
        cursors[which] = i;
        for (; i < layer.length && layer[i].start < stop; i += 1) {
          if (!layer[i].kind) continue;
          const from = Math.max(layer[i].start, begin) - begin;
          marks += `${from}:${Math.min(layer[i].stop, stop) - begin}:${layer[i].kind} `;
        }
      });
      begin = stop + 1;
      return { text: line, marks, element: null };
    });
}

/** Return a paragraph's text in parts, those that are marked as spans. */
function marked(text, marks) {
  const found = marks
    .trim()
    .split(" ")
    .map((one) => one.split(":"));
  const spans = found.map(([from, to, kind]) => ({ from: Number(from), to: Number(to), kind }));
  const places = [...new Set([0, text.length, ...spans.flatMap((one) => [one.from, one.to])])].sort(
    (one, other) => one - other,
  );
  return places.slice(1).map((stop, i) => {
    const kinds = spans
      .filter((one) => one.from <= places[i] && one.to >= stop)
      .map((one) => one.kind);
    const part = text.slice(places[i], stop);
    return kinds.length ? el("span", { className: [...new Set(kinds)].join(" ") }, part) : part;
  });
}
