// The heat map: how surprising each piece of the text is to the writer, and what is copied. It
// comes in parts as the text is read, and can be stopped; what has not changed is not read again.

import { events } from "./api.js";
import { $, el, fill, later, percent } from "./dom.js";
import { t } from "./language.js";
import { firstBehind, indexAt } from "./marks.js";
import { settings } from "./settings.js";

const STEPS = [3, 6, 9, 12, 15]; // bits from which a step of colour begins
const MOST = 100_000; // characters that are read
const PACE = 200; // milliseconds at least from one drawing to the next: each is a frame's work
const SHARE = 8; // of the time that drawing takes, so much is left to all else

export class Heat {
  constructor(desk) {
    this.desk = desk;
    this.on = false;
    this.forget();
    this.soon = later(() => this.halted || this.read(), 1200);
    desk.manuscript.addEventListener("change", (event) => this.on && this.follow(event.detail));
    addEventListener("language", () => this.on && this.legend());
    addEventListener("settings", (event) => {
      if (!this.on || !("model" in event.detail)) return;
      this.renounce(0); // the colours stay until those of the other model come
      this.soon();
    });
  }

  get reads() {
    return this.abort !== null;
  }

  toggle() {
    this.on = !this.on;
    $("heat").setAttribute("aria-pressed", String(this.on));
    this.forget();
    this.legend();
    this.desk.editor.paint();
    this.read();
  }

  /** Know nothing of the text, and give up what is under way. */
  forget() {
    this.abort?.abort();
    clearTimeout(this.waiting);
    Object.assign(this, { pieces: [], copies: [], arrived: [], abort: null, halted: false });
    Object.assign(this, { known: 0, from: 0, waiting: 0, pace: 0 });
    this.lay();
  }

  /** Let the editor move the colours with their words. */
  lay() {
    const { layers } = this.desk.editor;
    if (this.on) Object.assign(layers, { copies: this.copies, heat: this.pieces });
    else {
      delete layers.copies;
      delete layers.heat;
    }
  }

  /** Give up what is under way: from a place on the text, or the model, is another. */
  renounce(place) {
    this.abort?.abort();
    this.abort = null;
    this.arrived = [];
    this.known = Math.min(this.known, place);
  }

  /** Stop reading; what has come stays. */
  stop() {
    this.abort?.abort();
    this.halted = true;
  }

  /** Read what is not known yet, from the beginning of its paragraph on. */
  async read() {
    const { text } = this.desk.manuscript;
    this.abort?.abort();
    this.flush();
    if (!this.on || !text.trim()) return;
    this.bound(text);
    const { from } = this;
    const begin = Math.max(from, text.lastIndexOf("\n", this.known - 1) + 1);
    const abort = new AbortController();
    Object.assign(this, { abort, halted: false });
    this.tell();
    const part = { text: text.slice(from, from + MOST), begin: begin - from, stream: true };
    const body = { ...part, model: settings.model ?? undefined };
    try {
      for await (const { event, data } of events("POST", "/score", { body, signal: abort.signal })) {
        if (this.abort !== abort) return;
        if (event === "part") this.take(data.pieces, from);
        if (event === "end") this.end(data.copies, from, begin);
      }
    } catch (error) {
      if (this.abort === abort && error.name !== "AbortError") this.desk.failed(error);
    } finally {
      if (this.abort === abort) {
        this.flush();
        this.abort = null;
        this.tell();
      }
    }
  }

  /** Of a text beyond what is read, keep to what lies around the caret. */
  bound(text) {
    const [caret] = this.desk.editor.selection;
    const fits = this.known > this.from && caret >= this.from && caret <= this.from + MOST;
    if (text.length <= MOST) this.from = 0;
    else if (!fits) this.from = Math.max(0, Math.min(caret - MOST / 2, text.length - MOST));
    if (this.known < this.from || this.known > this.from + MOST) this.known = this.from;
  }

  /** Take pieces that have come; they are drawn together, no oftener than there is time for. */
  take(pieces, from) {
    for (const one of pieces) {
      const step = STEPS.filter((least) => one.bits >= least).length;
      const kind = step ? `heat-${step}` : "";
      this.arrived.push({ ...one, start: one.start + from, stop: one.stop + from, kind });
    }
    this.waiting ||= setTimeout(() => this.flush(), this.pace);
  }

  /** Put what has come in the place of what was known of its stretch, and draw that. */
  flush() {
    clearTimeout(this.waiting);
    this.waiting = 0;
    const arrived = this.arrived.splice(0);
    if (!arrived.length) return;
    const began = performance.now();
    const [start, stop] = [arrived[0].start, arrived[arrived.length - 1].stop];
    const first = firstBehind(this.pieces, start);
    let last = firstBehind(this.pieces, stop);
    if (this.pieces[last]?.start < stop) last += 1; // it reaches beyond what has come
    this.pieces.splice(first, Math.max(0, last - first), ...arrived);
    this.known = Math.max(this.known, stop);
    this.desk.editor.redraw(start, stop);
    this.tell();
    this.pace = Math.max(PACE, SHARE * (performance.now() - began));
  }

  /** All is read: the copies that end behind where it began are those that were found. */
  end(found, from, begin) {
    this.flush();
    const old = this.copies.filter((one) => one.stop > begin);
    const kept = this.copies.filter((one) => one.stop <= begin);
    const copies = found.map((one) => ({
      ...one,
      start: one.start + from,
      stop: one.stop + from,
      kind: "copy",
    }));
    this.copies = [...kept, ...copies];
    this.known = Math.min(this.desk.manuscript.text.length, from + MOST);
    this.lay();
    const drawn = [...old, ...copies];
    if (!drawn.length) return;
    const start = Math.min(...drawn.map((one) => one.start));
    this.desk.editor.redraw(start, Math.max(...drawn.map((one) => one.stop)));
  }

  /** The colours stay with their words (the editor moves them) until they are read anew. */
  follow(detail) {
    if (detail === null) {
      this.forget();
      this.tell();
    } else {
      for (const { at, out, in: put } of detail.changes) {
        this.renounce(at);
        if (at < this.from) this.from = Math.max(at, this.from + put.length - out.length);
      }
    }
    this.soon();
  }

  legend() {
    const box = $("legend");
    box.hidden = !this.on;
    if (!this.on) return;
    const steps = STEPS.map((least, i) =>
      el("li", {}, el(`span.swatch.heat-${i + 1}`, { "aria-hidden": "true" }), `≥ ${least}`),
    );
    const again = () => (this.reads ? this.stop() : this.read());
    this.shown = {
      copies: el("span.copies"),
      mean: el("span.told.quiet"),
      partly: el("span.quiet", {}, t("legend-partly")),
      share: el("span.told.share.quiet"),
      halt: el("button.small", { type: "button", id: "halt-heat", onclick: again }),
    };
    fill(box, el("span", {}, t("legend")), el("ul", {}, ...steps), ...Object.values(this.shown));
    this.tell();
  }

  /** Tell how far it is. */
  tell() {
    if (!this.on) return;
    const { copies, mean, partly, share, halt } = this.shown;
    const { length } = this.desk.manuscript.text;
    const stop = Math.min(length, this.from + MOST);
    const bits = meanOf(this.pieces);
    copies.textContent = t("legend-copies", { count: this.copies.length });
    mean.textContent = bits === null ? "" : t("legend-mean", { bits: bits.toFixed(2) });
    partly.hidden = length <= MOST;
    const waits = this.reads || (this.halted && this.known < stop);
    const done = percent(stop > this.from ? (this.known - this.from) / (stop - this.from) : 0);
    share.textContent = waits ? t("read-so-far", { share: done }) : "";
    halt.textContent = t(this.reads ? "stop" : "read-on");
    halt.hidden = !waits;
  }

  /** Return the scored piece at a place, or null. */
  pieceAt(place) {
    const index = indexAt(this.pieces, place);
    if (!this.on || index < 0) return null;
    return { ...this.pieces[index] };
  }

  /** Return the copy that holds a place, or null. */
  copyAt(place) {
    const index = this.on ? indexAt(this.copies, place) : -1;
    return index < 0 ? null : this.copies[index];
  }
}

/** Return the bits of a character in pieces, or null where one has none. */
function meanOf(pieces) {
  let bits = 0;
  let characters = 0;
  for (const one of pieces) {
    if (one.bits === null) return null;
    bits += one.bits;
    for (const _ of one.text) characters += 1;
  }
  return characters ? bits / characters : null;
}
