// What is drawn behind the text field: a block a paragraph, with marks where the text has them.
//
// The field and the backdrop break lines alike, so that a mark lies behind its words. Only
// paragraphs whose text or marks have changed are made anew: a long manuscript costs what a short
// one does.

import { el } from "./dom.js";

export class Backdrop {
  constructor(root) {
    this.root = root;
    this.lines = []; // of each paragraph: its text, what is marked in it, its element
  }

  /**
   * Show a text with layers of marks.
   * @param {[number, number, string][][]} layers  each sorted, of [start, stop, class]
   */
  paint(text, layers) {
    const wanted = cut(text, layers);
    const old = this.lines;
    let head = 0;
    while (head < old.length && head < wanted.length && same(old[head], wanted[head])) head += 1;
    let tail = 0;
    const most = Math.min(old.length, wanted.length) - head;
    while (tail < most && same(old[old.length - 1 - tail], wanted[wanted.length - 1 - tail])) tail += 1;
    const after = tail ? old[old.length - tail].element : null;
    const gone = old.slice(head, old.length - tail);
    const fresh = wanted.slice(head, wanted.length - tail);
    fresh.forEach((line, i) => {
      const reused = i < gone.length ? gone[i].element : null;
      line.element = draw(line, reused);
      if (!reused) this.root.insertBefore(line.element, after);
    });
    for (const line of gone.slice(fresh.length)) line.element.remove();
    this.lines = [...old.slice(0, head), ...fresh, ...old.slice(old.length - tail)];
    return fresh.length;
  }

  /** Return the rectangle of a stretch of the text on the screen. */
  rectangle(start, stop = start) {
    const range = document.createRange();
    range.setStart(...this.find(start));
    range.setEnd(...this.find(stop));
    const boxes = range.getClientRects();
    return boxes.length ? boxes[boxes.length - 1] : range.startContainer.parentElement?.getBoundingClientRect();
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

const same = (one, other) => one.text === other.text && one.marks === other.marks;

/** Return the paragraphs of a text; `marks` tells what is marked: "start:stop:class …". */
function cut(text, layers) {
  const cursors = layers.map(() => 0);
  let begin = 0;
  return text.split("\n").map((line) => {
    const end = begin + line.length;
    let marks = "";
    layers.forEach((layer, which) => {
      let i = cursors[which];
      while (i < layer.length && layer[i][1] <= begin) i += 1;
      cursors[which] = i;
      for (; i < layer.length && layer[i][0] < end; i += 1) {
        const from = Math.max(layer[i][0], begin) - begin;
        marks += `${from}:${Math.min(layer[i][1], end) - begin}:${layer[i][2]} `;
      }
    });
    begin = end + 1;
    return { text: line, marks, element: null };
  });
}

/** Return the element of a paragraph. */
function draw({ text, marks }, element) {
  const block = element ?? el("div");
  if (!text) {
    block.replaceChildren(el("br"));
    return block;
  }
  if (!marks) {
    block.textContent = text;
    return block;
  }
  const found = marks.trim().split(" ").map((one) => one.split(":"));
  const places = [...new Set([0, text.length, ...found.flatMap((one) => [Number(one[0]), Number(one[1])])])];
  places.sort((one, other) => one - other);
  const parts = [];
  for (let i = 0; i + 1 < places.length; i += 1) {
    const classes = found.filter((one) => Number(one[0]) <= places[i] && Number(one[1]) > places[i]);
    const part = text.slice(places[i], places[i + 1]);
    parts.push(classes.length ? el("span", { className: classes.map((one) => one[2]).join(" ") }, part) : part);
  }
  block.replaceChildren(...parts);
  return block;
}
