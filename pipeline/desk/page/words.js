// A word that is looked at: what else was likely there, which part of the model spoke, and where
// the novel writes alike. Choosing another word parts the branch, and the text goes on from it.

import { post } from "./api.js";
import { before } from "./asking.js";
import { $, el, fill, percent, roving } from "./dom.js";
import { t } from "./language.js";
import { settings, voice } from "./settings.js";

const PARTS = ["network", "cache", "ngram", "neighbours", "topic"];

export class Words {
  constructor(desk) {
    this.desk = desk;
    this.asked = 0;
    $("text").addEventListener("click", () => {
      const [start, stop] = desk.editor.selection;
      if (start === stop && !desk.stream.writes) this.openAt(start, false);
    });
    // The editor has moved the mark along; with its word it is gone, and so is what is told of it.
    desk.manuscript.addEventListener("change", () => {
      if (desk.side.shown === "word" && !desk.editor.layers.now?.length) desk.side.close();
    });
  }

  /** Look at the word at a place, or at the one before it. */
  openAt(place, focus = true) {
    const { manuscript, heat, say } = this.desk;
    const index = [place, place - 1].map((one) => manuscript.wordAt(one)).find((one) => one >= 0);
    const word = index === undefined ? heat.pieceAt(place) : manuscript.words[index];
    if (word) this.open(word, focus);
    else if (focus) say.status(t("no-word-here"));
  }

  async open(word, focus) {
    const { editor, manuscript, side } = this.desk;
    const asked = ++this.asked;
    const text = manuscript.text.slice(word.start, word.stop);
    const body = el("div.word");
    const mark = { start: word.start, stop: word.stop, kind: "now" };
    editor.layer("now", [mark]);
    side.open("word", t("word"), body, { closed: () => editor.layer("now", null), focus });
    const place = { text: before(manuscript.text, word.start), ...voice() };
    const info = word.info ?? {};
    const passages = el("div.passages", {}, el("p.quiet", {}, t("looking")));
    const show = (told) => {
      fill(
        body,
        this.top(text, told, word),
        this.list(mark, text, told),
        shares(told.shares),
        told.error ? null : [el("h3", {}, t("passages")), passages],
      );
      // What it shows may have covered the word.
      editor.show(word.stop);
    };
    show(info);
    const found = await this.look(place, text, info).catch((error) => ({ error }));
    if (asked !== this.asked || side.shown !== "word") return;
    show(found.error ? { ...info, error: found.error } : found);
    if (found.error) return;
    if (focus) body.querySelector(".choice")?.focus();
    const evidence = await tell("/evidence", {
      ...place,
      word: found.word ?? info.word ?? text,
    }).catch((error) => ({ error }));
    if (asked === this.asked) fill(passages, this.passages(evidence));
  }

  /** Return what is known of a word: as it was when it was written, or as the model sees it now. */
  async look(place, text, info) {
    if (info.candidates?.length) return info;
    const { candidates } = await tell("/candidates", { ...place, count: 10 });
    const own = candidates.find((one) => (one.text ?? one.word) === text) ?? {};
    return { ...own, ...info, word: own.word ?? info.word ?? text, candidates };
  }

  top(text, told, word) {
    const facts = [];
    const copy = this.desk.heat.copyAt(word.start);
    if (told.probability !== undefined && told.probability !== null)
      facts.push(t("probability", { p: percent(told.probability) }));
    // A piece that has no probability has neither, and the text's first has no rank.
    if (Number.isFinite(word.bits)) facts.push(t("bits", { bits: word.bits.toFixed(1) }));
    if (word.rank) facts.push(t("rank", { rank: word.rank }));
    if (told.cosine !== undefined && told.cosine !== null)
      facts.push(t("cosine", { cosine: told.cosine.toFixed(2) }));
    return [
      el("p.shown-word", {}, visible(text)),
      el("p.quiet", {}, facts.join(" · ") || (told.candidates ? t("not-likeliest") : "")),
      copy ? el("p.copied", {}, t("copied-from", { chapter: copy.chapter })) : null,
    ];
  }

  list(mark, text, { candidates, error }) {
    if (error) return el("p", { role: "alert" }, error.message);
    if (!candidates?.length) return el("p.quiet", {}, t("looking"));
    const most = Math.max(...candidates.map((one) => one.probability ?? 0), 1e-9);
    const rows = candidates.slice(0, 10).map((one) => {
      const bar = el("span.bar", { "aria-hidden": "true" });
      bar.style.inlineSize = `${Math.max(2, (100 * (one.probability ?? 0)) / most)}%`;
      const name = visible(one.text ?? one.word);
      const cosine = one.cosine === null || one.cosine === undefined ? "–" : one.cosine.toFixed(2);
      const current = (one.text ?? one.word) === text;
      const choice = el(
        "button.choice",
        {
          type: "button",
          title: t("choose-word"),
          "aria-current": current ? "true" : undefined,
          onclick: () => this.choose(mark, one, candidates),
        },
        el("span.is", {}, name),
        el("span.track", {}, bar),
        el("span.p", {}, el("span.unseen", {}, t("spoken-probability")), percent(one.probability)),
        el("span.cos", {}, el("span.unseen", {}, t("spoken-cosine")), cosine),
      );
      return el("li", {}, choice);
    });
    const list = el("ol.choices", { "aria-label": t("likeliest") }, ...rows);
    roving(list, ".choice");
    const heads = el(
      "p.columns.quiet",
      { "aria-hidden": "true" },
      el("span", {}, t("likeliest")),
      el("span", {}, t("cosine-head")),
    );
    return [heads, list];
  }

  passages({ passages, error }) {
    if (error) return el("p.quiet", {}, error.message);
    if (!passages.length) return el("p.quiet", {}, t("no-passages"));
    return passages.map((one) =>
      el(
        "figure",
        {},
        el("blockquote", {}, one.before, el("mark", {}, one.word), one.after),
        el(
          "figcaption",
          {},
          one.chapter,
          one.cosine === null || one.cosine === undefined
            ? ""
            : ` · ${t("cosine", { cosine: one.cosine.toFixed(2) })}`,
        ),
      ),
    );
  }

  /** Write another word here, drop what the writer wrote after it, and go on from there. */
  choose(mark, candidate, candidates) {
    const { editor, manuscript, stream, side } = this.desk;
    const text = candidate.text ?? candidate.word;
    editor.whenFree(() => {
      if (!editor.layers.now?.includes(mark)) return;
      side.close();
      const info = { ...candidate, candidates };
      const { start, stop } = mark;
      const index = manuscript.words.findIndex((one) => one.start === start && one.stop === stop);
      if (index < 0) {
        this.replaceOwn(mark, text, info);
        return;
      }
      const { branch, runs } = this.fork(index);
      stream.cut(start, runs, branch);
      stream.put(start, text, [{ start: 0, stop: text.length, run: branch.id, info }], branch);
      manuscript.branches.grow(branch, text);
      $("text").focus({ preventScroll: true });
      stream.goOn(settings.way, branch);
    });
  }

  /** A person's own word gives way to the writer's, and nothing else changes. */
  replaceOwn(word, text, info) {
    const { manuscript, editor } = this.desk;
    const branch = manuscript.branches.begin({ at: word.start });
    manuscript.branches.grow(branch, text);
    manuscript.history.part();
    manuscript.replace(word.start, word.stop, text, {
      words: [{ start: 0, stop: text.length, run: branch.id, info }],
    });
    editor.select(word.start + text.length);
    $("text").focus({ preventScroll: true });
  }

  /** Return a new branch that parts from a word's, and the runs that give way to it. */
  fork(index) {
    const { branches, words } = this.desk.manuscript;
    const { run, start } = words[index];
    let first = index;
    while (
      first > 0 &&
      words[first - 1].run === run &&
      words[first - 1].stop === words[first].start
    )
      first -= 1;
    const old = branches.all.get(run);
    const count = index - first;
    const whole =
      old && words.slice(first, index).every((one, i) => one.stop - one.start === old.lengths[i]);
    if (!whole)
      return {
        branch: branches.begin({ at: start }),
        runs: old ? branches.below(run) : new Set([run]),
      };
    if (count === 0)
      return {
        branch: branches.begin({ parent: old.parent, place: old.place, at: start }),
        runs: branches.below(run),
      };
    const child = branches.part(old, count);
    for (let i = index; i < words.length && words[i].run === run; i += 1) words[i].run = child.id;
    return { branch: branches.begin({ parent: run, at: start }), runs: branches.below(child.id) };
  }
}

/** Return what the model tells of a place; there is nothing to tell where no text is before it. */
async function tell(path, place) {
  if (!place.text.trim()) throw new Error(t("first-word"));
  return post(path, place);
}

/** Return a word that can be seen: a paragraph's end is a sign. */
const visible = (text) => (text.trim() ? text : text.includes("\n") ? t("new-paragraph") : "␣");

/** Return how much each part of the model said, as a bar and a list. */
function shares(told) {
  const parts = Object.entries(told ?? {}).filter(([, share]) => share > 0);
  const sum = parts.reduce((total, [, share]) => total + share, 0);
  if (!sum) return [];
  parts.sort((one, other) => other[1] - one[1]);
  const bar = el("div.shares", { "aria-hidden": "true" });
  const list = el("ul.parts");
  for (const [name, share] of parts) {
    const kind = PARTS.includes(name) ? name : "other";
    const piece = el(`span.part-${kind}`);
    piece.style.flexGrow = String(share / sum);
    bar.append(piece);
    const text = t(`part-${name}`);
    list.append(
      el(
        "li",
        {},
        el(`span.dot.part-${kind}`, { "aria-hidden": "true" }),
        text.startsWith("part-") ? name : text,
        el("span.p", {}, percent(share / sum)),
      ),
    );
  }
  return [el("h3", {}, t("who-spoke")), bar, list];
}
