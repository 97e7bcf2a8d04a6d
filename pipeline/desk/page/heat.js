// The heat map: how surprising each piece of the text is to the writer, and what is copied.

import { post } from "./api.js";
import { $, el, fill, later } from "./dom.js";
import { t } from "./language.js";
import { indexAt } from "./marks.js";
import { settings } from "./settings.js";

const STEPS = [3, 6, 9, 12, 15]; // bits from which a step of colour begins
const MOST = 100_000;

export class Heat {
  constructor(desk) {
    this.desk = desk;
    this.on = false;
    this.asked = 0;
    this.forget();
    this.soon = later(() => this.read(), 1200);
    desk.manuscript.addEventListener("change", (event) => this.on && this.follow(event.detail));
    addEventListener("language", () => this.on && this.legend());
    addEventListener("settings", (event) => this.on && "model" in event.detail && this.soon());
  }

  toggle() {
    this.on = !this.on;
    $("heat").setAttribute("aria-pressed", String(this.on));
    this.forget();
    this.legend();
    this.draw();
    if (this.on) this.read();
  }

  /** Know nothing of the text, and take no answer that is under way. */
  forget() {
    Object.assign(this, { pieces: [], copies: [], mean: null, partly: false, reading: false });
    this.asked += 1;
  }

  async read() {
    if (!this.on) return;
    const asked = ++this.asked;
    const { text } = this.desk.manuscript;
    // Of a text beyond the bound, what lies around the caret.
    const from =
      text.length <= MOST
        ? 0
        : Math.max(0, Math.min(this.desk.editor.selection[0] - MOST / 2, text.length - MOST));
    if (!text.trim()) return;
    this.reading = true;
    this.legend();
    try {
      const found = await post("/score", {
        text: text.slice(from, from + MOST),
        model: settings.model ?? undefined,
      });
      if (asked !== this.asked || !this.on || this.desk.manuscript.text !== text) return;
      const shift = (one) => ({ ...one, start: one.start + from, stop: one.stop + from });
      Object.assign(this, {
        pieces: found.pieces.map(shift),
        copies: found.copies.map(shift),
        mean: found.bits_per_character,
      });
      this.partly = text.length > MOST;
      this.draw();
    } catch (error) {
      if (asked === this.asked) this.desk.failed(error);
    } finally {
      if (asked === this.asked) {
        this.reading = false;
        this.legend();
      }
    }
  }

  /** The colours stay with their words (the editor moves them) until they are read anew. */
  follow(detail) {
    if (detail === null) {
      this.forget();
      this.legend();
    }
    this.soon();
  }

  draw() {
    const { editor } = this.desk;
    for (const one of this.pieces) {
      const step = STEPS.filter((from) => one.bits >= from).length;
      one.kind = step ? `heat-${step}` : "";
    }
    for (const one of this.copies) one.kind = "copy";
    editor.layers.copies = this.copies;
    editor.layer("heat", this.pieces);
  }

  legend() {
    const box = $("legend");
    box.hidden = !this.on;
    if (!this.on) return;
    const steps = STEPS.map((from, i) =>
      el("li", {}, el(`span.swatch.heat-${i + 1}`, { "aria-hidden": "true" }), `≥ ${from}`),
    );
    fill(
      box,
      el("span", {}, t("legend")),
      el("ul", {}, ...steps),
      el("span.copies", {}, t("legend-copies", { count: this.copies.length })),
      this.reading ? el("span.quiet", {}, t("reading")) : null,
      this.mean ? el("span.quiet", {}, t("legend-mean", { bits: this.mean.toFixed(2) })) : null,
      this.partly ? el("span.quiet", {}, t("legend-partly")) : null,
    );
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
