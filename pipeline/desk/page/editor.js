// The text field and what is drawn behind it. The field is a plain textarea: caret, selection,
// input methods and screen readers work as everywhere. Nothing is put in while somebody composes.

import { Backdrop } from "./backdrop.js";
import { $ } from "./dom.js";
import { number, t } from "./language.js";
import { splice, touching } from "./marks.js";
import { problem } from "./say.js";

const LONG = 20_000; // characters at once that are not typed but set
const MOST = 1_000_000; // characters of a manuscript: a long novel has fewer

export class Editor {
  constructor(field, root, manuscript) {
    Object.assign(this, { field, manuscript });
    this.backdrop = new Backdrop(root);
    this.layers = {}; // of marks beside the writer's words, by name
    this.composing = false;
    this.waiting = []; // what is put in once nobody composes any more
    this.steps = 0;
    this.listen();
    manuscript.addEventListener("change", (event) => this.follow(event.detail));
    this.follow(null);
  }

  listen() {
    const { field } = this;
    field.addEventListener("compositionstart", () => {
      this.composing = true;
      this.steps += 1;
      this.before = this.selection;
    });
    field.addEventListener("compositionend", () => {
      this.composing = false;
      this.read();
      this.manuscript.history.part();
      for (const work of this.waiting.splice(0)) work();
    });
    field.addEventListener("input", () => this.read());
    field.addEventListener("beforeinput", (event) => this.intercept(event));
    field.addEventListener("scroll", () => (field.scrollTop = field.scrollLeft = 0));
  }

  get selection() {
    return [this.field.selectionStart, this.field.selectionEnd];
  }

  /** Do something that changes the text: at once, or as soon as nobody composes. */
  whenFree(work) {
    if (this.composing) this.waiting.push(work);
    else work();
  }

  intercept(event) {
    if (this.writing) return;
    this.before = this.selection;
    if (event.inputType === "insertFromPaste" || event.inputType === "insertFromDrop")
      this.paste(event);
    if (event.inputType === "historyUndo" || event.inputType === "historyRedo") {
      event.preventDefault();
      this.step(event.inputType === "historyUndo" ? "undo" : "redo");
    }
  }

  /** Put in a long text at one stroke: typed, it would hold the page up. */
  paste(event) {
    const text = event.data ?? event.dataTransfer?.getData("text/plain") ?? "";
    if (text.length < LONG || event.inputType === "insertFromDrop") return;
    event.preventDefault();
    const [start, stop] = this.selection;
    const put = text.replace(/\r\n?/g, "\n");
    if (this.manuscript.text.length - (stop - start) + put.length > MOST) {
      problem(t("too-long", { most: number(MOST), count: number(put.length) }));
      return;
    }
    const end = start + put.length;
    this.manuscript.replace(start, stop, put, { before: [start, stop], after: [end, end] });
    this.select(end);
  }

  /** Take a step back or forward. */
  step(which) {
    this.whenFree(() => this.manuscript[which]());
  }

  /** Take over what was typed: the difference between the field and the manuscript. */
  read() {
    if (this.writing) return;
    const old = this.manuscript.text;
    const now = this.field.value;
    if (old === now) return;
    // What follows the caret has not changed: so the place is right among equal characters, too.
    const most = Math.min(old.length, now.length - (this.composing ? 0 : this.field.selectionEnd));
    let tail = 0;
    while (
      tail < most &&
      tail < now.length &&
      old[old.length - 1 - tail] === now[now.length - 1 - tail]
    )
      tail += 1;
    let head = 0;
    const front = Math.min(old.length, now.length) - tail;
    while (head < front && old[head] === now[head]) head += 1;
    const put = now.slice(head, now.length - tail);
    const kind = this.composing ? `ime ${this.steps}` : put.length > 1 ? "" : "type";
    this.manuscript.replace(head, old.length - tail, put, {
      kind,
      before: this.before,
      after: this.selection,
      shown: true,
    });
  }

  /** Show what the manuscript is now. */
  follow(detail) {
    const { field, manuscript } = this;
    if (detail === null) {
      this.layers = {};
      if (field.value !== manuscript.text) field.value = manuscript.text;
      field.setSelectionRange(...manuscript.caret);
      this.paint();
    } else {
      if (!detail.shown) for (const change of detail.changes) this.write(change);
      if (detail.caret) field.setSelectionRange(...detail.caret);
      this.patch(detail.changes);
      if (detail.caret) this.show(detail.caret[1]);
    }
    // A browser that changes what it is given has the last word.
    if (!detail?.shown && field.value !== manuscript.text) this.read();
  }

  /** Change the field as if it were typed: setting it takes a tenth of a second. */
  write({ at, out, in: put }) {
    const { field } = this;
    const [start, stop] = this.selection.map((place) => {
      if (place <= at) return place;
      return place >= at + out.length ? place + put.length - out.length : at + put.length;
    });
    const { scrollX, scrollY } = window;
    const focused = document.activeElement === field;
    this.writing = true;
    if (focused && Math.max(out.length, put.length) < LONG) {
      field.setSelectionRange(at, at + out.length);
      if (put) document.execCommand("insertText", false, put);
      else document.execCommand("delete");
    } else field.setRangeText(put, at, at + out.length, "preserve");
    this.writing = false;
    field.setSelectionRange(start, stop);
    if (window.scrollY !== scrollY) scrollTo(scrollX, scrollY);
  }

  /** Return the layers of marks, the writer's words first. */
  get marks() {
    return [touching(this.manuscript.words), ...Object.values(this.layers)];
  }

  paint() {
    this.backdrop.paint(this.manuscript.text, this.marks);
  }

  /** Draw the marks of a stretch anew; its text is as it was. */
  redraw(start, stop) {
    const text = this.manuscript.text.slice(start, stop);
    this.backdrop.patch(this.manuscript.text, this.marks, { at: start, out: text, in: text });
  }

  /** Draw what some changes have touched; marks move with their words. */
  patch(changes) {
    for (const { at, out, in: put } of changes) {
      for (const layer of Object.values(this.layers))
        splice(layer, at, at + out.length, put.length);
    }
    if (changes.length === 1) this.backdrop.patch(this.manuscript.text, this.marks, changes[0]);
    else this.paint();
  }

  /** Show a layer of marks, or none; it is moved along with its words. */
  layer(name, marks) {
    if (marks?.length) this.layers[name] = marks;
    else delete this.layers[name];
    this.paint();
  }

  /** Select a stretch. */
  select(start, stop = start) {
    this.field.setSelectionRange(start, stop);
    this.show(stop);
  }

  /** Bring a place into sight, between the head of the page and what covers its foot. */
  show(place) {
    const box = this.backdrop.rectangle(place);
    if (!box) return;
    const margin = 12;
    const covers = ["foot", "alternatives", "side"].map((id) => $(id).getBoundingClientRect());
    const over = covers.filter(
      (one) => one.height > 0 && one.left < box.right && one.right > box.left,
    );
    const top = $("top").getBoundingClientRect().bottom + margin;
    const bottom = Math.min(innerHeight, ...over.map((one) => one.top)) - margin;
    if (box.bottom > bottom) scrollBy(0, box.bottom - bottom);
    else if (box.top < top) scrollBy(0, box.top - top);
  }
}
