// The text field and what is drawn behind it. The field is a plain textarea: caret, selection,
// input methods and screen readers work as everywhere. Nothing is put in while somebody composes.

import { Backdrop } from "./backdrop.js";
import { touching } from "./marks.js";

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
    this.before = this.selection;
    if (event.inputType === "historyUndo" || event.inputType === "historyRedo") {
      event.preventDefault();
      this.step(event.inputType === "historyUndo" ? "undo" : "redo");
    }
  }

  /** Take a step back or forward. */
  step(which) {
    this.whenFree(() => this.manuscript[which]());
  }

  /** Take over what was typed: the difference between the field and the manuscript. */
  read() {
    const old = this.manuscript.text;
    const now = this.field.value;
    if (old === now) return;
    // What follows the caret has not changed: so the place is right among equal characters, too.
    const most = Math.min(old.length, now.length - (this.composing ? 0 : this.field.selectionEnd));
    let tail = 0;
    while (tail < most && tail < now.length && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail += 1;
    let head = 0;
    const front = Math.min(old.length, now.length) - tail;
    while (head < front && old[head] === now[head]) head += 1;
    const put = now.slice(head, now.length - tail);
    const kind = this.composing ? `ime ${this.steps}` : put.length > 1 ? "" : "type";
    this.manuscript.replace(head, old.length - tail, put, { kind, before: this.before, after: this.selection, shown: true });
  }

  /** Show what the manuscript is now. */
  follow(detail) {
    const { field, manuscript } = this;
    if (detail === null) {
      if (field.value !== manuscript.text) field.value = manuscript.text;
      field.setSelectionRange(...manuscript.caret);
    } else if (!detail.shown) {
      for (const change of detail.changes) {
        field.setRangeText(change.in, change.at, change.at + change.out.length, "preserve");
      }
      if (detail.caret) {
        field.setSelectionRange(...detail.caret);
        this.show(detail.caret[1]);
      }
    }
    // A browser that changes what it is given (line ends) has the last word.
    if (!detail?.shown && field.value !== manuscript.text) this.read();
    this.paint();
  }

  /** Draw the marks: the writer's words, and the layers that are on. */
  paint() {
    const written = touching(this.manuscript.words).map(([start, stop]) => [start, stop, "written"]);
    this.backdrop.paint(this.manuscript.text, [written, ...Object.values(this.layers)]);
  }

  /** Show a layer of marks, or none. */
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

  /** Bring a place into sight, and no more than that. */
  show(place) {
    const box = this.backdrop.rectangle(place);
    if (!box) return;
    const top = 72;
    const bottom = innerHeight - 136;
    if (box.bottom > bottom) scrollBy(0, box.bottom - bottom);
    else if (box.top < top) scrollBy(0, box.top - top);
  }
}
