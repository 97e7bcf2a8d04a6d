// Going on: the words come as they are written, into the place where the caret was.

import { events } from "./api.js";
import { asking, wordOf } from "./asking.js";
import { endOf } from "./branches.js";
import { number, t } from "./language.js";
import { settings } from "./settings.js";

export class Stream {
  constructor(desk) {
    this.desk = desk;
    this.going = null; // {abort, branch, place}
    this.arrived = [];
    desk.manuscript.addEventListener("change", (event) => this.keepPlace(event.detail));
  }

  get writes() {
    return this.going !== null;
  }

  /** Stop; what has come stays. */
  stop() {
    this.going?.abort.abort();
  }

  /**
   * Go on at the caret.
   * @param {string} [way]  word, sentence, paragraph or words; else what is set
   * @param {object} [branch]  to grow; else a new one
   */
  async goOn(way = settings.way, branch = null) {
    const { editor, manuscript, say } = this.desk;
    if (this.writes || editor.composing) return;
    const place = editor.selection[1];
    if (!manuscript.text.slice(0, place).trim()) {
      say.status(t("write-first"));
      return;
    }
    const going = {
      abort: new AbortController(),
      branch: branch ?? this.branchAt(place),
      place,
      words: 0,
      edition: manuscript.edition,
    };
    this.going = going;
    if (!branch) manuscript.history.part();
    this.desk.busy(true);
    say.status(t("writing"));
    try {
      const body = asking(manuscript.text, place, way, {
        words: way === "words" ? settings.words : undefined,
      });
      for await (const { event, data } of events("POST", "/write", {
        body,
        signal: going.abort.signal,
      })) {
        this.take(event, data, going);
        if (event === "end") break;
      }
      this.flush(going);
      say.status(
        [t("wrote", { words: number(going.words) }), going.unknown].filter(Boolean).join(" · "),
      );
    } catch (error) {
      this.flush(going);
      if (error.name === "AbortError") say.status(t("stopped", { words: number(going.words) }));
      else this.desk.failed(error);
    } finally {
      // What waits for an input method goes in first, and its place is kept till then.
      editor.whenFree(() => this.end(going));
    }
  }

  take(event, data, going) {
    if (event === "begin") {
      Object.assign(going.branch, { seed: data.rng_seed ?? null, model: data.model ?? null });
      if (data.unknown?.length) going.unknown = t("unknown", { what: data.unknown.join(" ") });
    }
    if (event !== "word") return;
    this.arrived.push(data);
    going.words += 1;
    if (this.arrived.length > 1) return;
    // What comes within a frame is put in at once; a hidden page has no frames.
    const put = () => this.desk.editor.whenFree(() => this.flush(going));
    if (document.hidden || going.words === 1) put();
    else requestAnimationFrame(put);
  }

  /** Put in what has arrived. */
  flush(going) {
    const { editor, manuscript } = this.desk;
    if (editor.composing) {
      editor.whenFree(() => this.flush(going));
      return;
    }
    const arrived = this.arrived.splice(0);
    if (!arrived.length || manuscript.edition !== going.edition) return;
    const words = [];
    let text = "";
    for (const data of arrived) {
      words.push(wordOf(data, text.length, going.branch.id));
      text += data.text;
      manuscript.branches.grow(going.branch, data.text);
    }
    const place = going.place;
    const follows = editor.selection[0] === place && editor.selection[1] === place;
    manuscript.replace(place, place, text, { words, kind: `run ${going.branch.id}` });
    going.place = place + text.length;
    if (follows) editor.select(going.place);
  }

  /** An edit somewhere else moves the place where the next words go. */
  keepPlace(detail) {
    if (!this.going) return;
    if (detail === null) {
      this.stop();
      return;
    }
    for (const { at, out, in: put } of detail.changes) {
      if (at + out.length <= this.going.place && (out.length || at < this.going.place)) {
        this.going.place += put.length - out.length;
      } else if (at < this.going.place) this.going.place = at;
    }
  }

  end(going) {
    const { manuscript } = this.desk;
    if (!going.branch.text) manuscript.branches.all.delete(going.branch.id);
    manuscript.history.part();
    this.going = null;
    this.desk.busy(false);
    manuscript.touch();
  }

  /** Return a new branch at a place: a child of the one that ends there, if one does. */
  branchAt(place) {
    const { branches, words } = this.desk.manuscript;
    const index = place > 0 ? this.desk.manuscript.wordAt(place - 1) : -1;
    const word = index < 0 ? null : words[index];
    const parent = word && word.stop === place && branches.all.has(word.run) ? word.run : null;
    const inside = words[index + 1]?.start === place && words[index + 1]?.run === parent;
    return branches.begin({ parent: inside ? null : parent, at: place });
  }

  /** Take out what follows a place in some runs, as a part of what is written there next. */
  cut(place, runs, branch) {
    const { editor, manuscript } = this.desk;
    manuscript.history.part();
    manuscript.replace(place, endOf(manuscript.words, place, runs), "", {
      kind: `run ${branch.id}`,
    });
    editor.select(place);
  }

  /** Put in a branch that is written already, or a part of it. */
  put(place, text, words, branch) {
    const { editor, manuscript } = this.desk;
    manuscript.replace(place, place, text, { words, kind: `run ${branch.id}` });
    editor.select(place + text.length);
  }
}
