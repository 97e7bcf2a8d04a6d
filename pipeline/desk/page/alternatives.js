// Three ways to say the next sentence, side by side; the two that are not chosen stay in the tree.

import { events } from "./api.js";
import { asking, wordOf } from "./asking.js";
import { $, el, fill, roving } from "./dom.js";
import { t } from "./language.js";

const COUNT = 3;

export class Alternatives {
  constructor(desk) {
    this.desk = desk;
    this.shown = null; // {abort, place, ways}
    // The ways belong to the text that was there: in another manuscript they are no branches.
    desk.manuscript.addEventListener("change", (event) =>
      event.detail === null ? this.hide() : this.close(),
    );
    roving($("alternatives"), ".way", (one) =>
      one.scrollIntoView({ inline: "center", block: "nearest" }),
    );
  }

  async open() {
    const { editor, manuscript, stream } = this.desk;
    if (stream.writes || editor.composing) return;
    this.close();
    const place = editor.selection[1];
    if (!manuscript.text.slice(0, place).trim()) {
      this.desk.say.status(t("write-first"));
      return;
    }
    const ways = Array.from({ length: COUNT }, () => ({
      words: [],
      text: "",
      seed: null,
      done: false,
    }));
    const shown = { abort: new AbortController(), place, ways };
    this.shown = shown;
    this.draw(shown);
    try {
      const body = asking(manuscript.text, place, "three", { count: COUNT, way: "sentence" });
      for await (const { event, data } of events("POST", "/alternatives", {
        body,
        signal: shown.abort.signal,
      })) {
        if (this.shown !== shown || event === "done") break;
        this.take(shown, event, data);
      }
      if (this.shown === shown) this.desk.say.status(t("three-ready"));
    } catch (error) {
      if (error.name === "AbortError") return;
      this.close();
      this.desk.failed(error);
    }
  }

  take(shown, event, data) {
    const way = shown.ways[data.number];
    if (!way) return;
    if (event === "word") {
      way.words.push(wordOf(data, way.text.length, ""));
      way.text += data.text;
      way.card.querySelector(".says").textContent = way.text.trim() || "…";
      way.card.disabled = false;
    } else if (event === "end") {
      Object.assign(way, { seed: data.rng_seed ?? null, done: true });
      way.card.classList.add("done");
      const inText =
        document.activeElement === $("text") ||
        document.activeElement === document.body ||
        document.activeElement === $("three");
      if (inText && shown.ways.every((one) => one.done))
        shown.ways[0].card.focus({ preventScroll: true });
    }
  }

  draw(shown) {
    shown.ways.forEach((way, i) => {
      const label = el("span.number", {}, t("way-number", { number: i + 1 }));
      way.card = el(
        "button.way",
        { type: "button", disabled: true, onclick: () => this.choose(way) },
        label,
        el("span.says", {}, "…"),
      );
    });
    const close = el(
      "button.bare",
      { type: "button", "aria-label": t("close"), onclick: () => this.close() },
      "✕",
    );
    const head = el(
      "div.head",
      {},
      el("h2", {}, t("alternatives")),
      el("small", {}, t("alternatives-hint")),
      close,
    );
    fill($("alternatives"), head, el("div.ways", {}, ...shown.ways.map((way) => way.card))).hidden =
      false;
    document.body.classList.add("choosing");
    this.desk.editor.show(shown.place);
  }

  /** Put a way in; all three are branches of one place. */
  choose(way) {
    const { editor, stream } = this.desk;
    const { place } = this.shown;
    const branch = this.keep(way);
    editor.whenFree(() => {
      this.hide();
      this.desk.manuscript.history.part();
      stream.put(
        place,
        way.text,
        way.words.map((word) => ({ ...word, run: branch.id })),
        branch,
      );
      this.desk.manuscript.history.part();
      $("text").focus({ preventScroll: true });
    });
  }

  /** Make branches of all ways; return that of one. */
  keep(chosen = null) {
    const { manuscript, stream } = this.desk;
    const first = stream.branchAt(this.shown.place);
    let found = null;
    for (const way of this.shown.ways) {
      if (!way.text) continue;
      const branch = manuscript.branches.begin({
        parent: first.parent,
        place: first.place,
        at: first.at,
        seed: way.seed,
      });
      for (const word of way.words)
        manuscript.branches.grow(branch, way.text.slice(word.start, word.stop));
      if (way === chosen) found = branch;
    }
    manuscript.branches.all.delete(first.id);
    return found;
  }

  hide() {
    this.shown?.abort.abort();
    this.shown = null;
    $("alternatives").hidden = true;
    document.body.classList.remove("choosing");
  }

  /** Close without a choice; what was written stays in the tree. */
  close() {
    if (!this.shown) return;
    const inside = $("alternatives").contains(document.activeElement);
    this.keep();
    this.hide();
    this.desk.manuscript.touch();
    if (inside) $("text").focus({ preventScroll: true });
  }
}
