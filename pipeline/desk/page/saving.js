// Keeping the manuscript: in the browser within a second, on the server soon after. Whoever saved
// first is never written over: the later one is asked.

import { Failure, get, post, put } from "./api.js";
import { fromDraft, fromServer, toDraft, toServer } from "./copies.js";
import { $, later } from "./dom.js";
import { t } from "./language.js";
import * as store from "./store.js";

const LAST = "xuxie.last";

export class Saving {
  constructor(desk) {
    this.desk = desk;
    this.tab = null;
    this.sending = null;
    this.wait = 1500;
    this.retry = 0;
    this.told = false; // that the server cannot be reached
    this.local = later(() => this.keepDraft(this.tab), 300, 800);
    this.remote = later(() => this.now(), 1500, 6000);
    const { manuscript } = desk;
    const changed = (event) => event.detail !== null && this.changed();
    manuscript.addEventListener("change", changed);
    manuscript.addEventListener("meta", () => this.changed());
    manuscript.addEventListener("change", () => ($("name").value = manuscript.name));
    $("name").oninput = () => this.rename($("name").value);
    addEventListener(
      "visibilitychange",
      () => document.hidden && this.local.waits() && this.local.now(),
    );
    addEventListener("pagehide", () => this.local.waits() && this.local.now());
    addEventListener("online", () => this.now());
    addEventListener("language", () => this.show());
  }

  /** Open what this tab had open, what an ended tab left unsaved, or the last manuscript. */
  async begin() {
    try {
      this.tab = await store.tab();
      const own = await store.find(this.tab);
      const draft = own ?? (await this.left());
      if (draft) {
        this.restore(draft);
        if (!draft.saved) this.changed();
        else await this.compare(draft);
        return;
      }
    } catch (error) {
      this.desk.say.problem(t("no-draft", { why: error.message }));
    }
    await this.openLast();
  }

  /** Return the newest draft that an ended tab could not save, and take it over. */
  async left() {
    const living = await store.living();
    if (!living) return null; // nobody can tell whose drafts are whose
    const ended = (await store.all()).filter((one) => !living.has(one.key));
    for (const one of ended) if (one.saved || !one.text) await store.drop(one.key);
    const drafts = ended.filter((one) => !one.saved && one.text);
    const found = drafts.sort((one, other) => other.changed - one.changed)[0];
    if (!found) return null;
    await store.keep({ ...found, key: this.tab });
    await store.drop(found.key);
    return found;
  }

  restore(draft) {
    this.desk.manuscript.open(fromDraft(draft));
    this.show(draft.saved ? "saved" : "local");
  }

  /** Where the draft is as it was saved, show what the server has by now. */
  async compare(draft) {
    if (!draft.id) return;
    const now = await get(`/manuscripts/${draft.id}`).catch(() => null);
    if (now && now.version > draft.version) this.desk.manuscript.open(fromServer(now));
  }

  async openLast() {
    try {
      const id = localStorage.getItem(LAST);
      if (id) this.desk.manuscript.open(fromServer(await get(`/manuscripts/${id}`)));
    } catch {
      // gone, or not to be had: begin with an empty one
    }
    this.show(this.desk.manuscript.id ? "saved" : "");
  }

  changed() {
    this.show(this.desk.manuscript.id ? "changed" : "");
    this.local();
    this.remote();
  }

  rename(name) {
    this.desk.manuscript.name = name;
    this.desk.manuscript.touch();
  }

  /** Return what the manuscript is called, or how it begins. */
  get title() {
    const { name, text } = this.desk.manuscript;
    return name || text.trimStart().split("\n", 1)[0].slice(0, 16) || t("unnamed");
  }

  /** Save before another manuscript is opened; what the server does not take is kept as left. */
  async leave() {
    this.desk.stream.stop();
    this.desk.alternatives.close();
    await this.now();
    if (this.desk.manuscript.saved || !this.desk.manuscript.text) return;
    await this.keepDraft(Math.random().toString(36).slice(2));
  }

  async keepDraft(key = this.tab, saved = this.desk.manuscript.saved && !this.sending) {
    const { manuscript, editor } = this.desk;
    try {
      await store.keep({
        ...toDraft(manuscript, editor.selection),
        key,
        saved,
        changed: Date.now(),
      });
      if (!manuscript.saved && $("saved").dataset.state === "changed") this.show("local");
    } catch (error) {
      this.desk.say.problem(
        t("no-draft", { why: error.name === "QuotaExceededError" ? t("quota") : error.message }),
      );
    }
  }

  /** Save to the server; one at a time, and once more where something changed meanwhile. */
  async now(asked = false) {
    const { manuscript } = this.desk;
    if (this.sending) return this.sending.then(() => this.now(asked));
    if (manuscript.saved || (!manuscript.id && !manuscript.text && !manuscript.name)) {
      if (asked) this.show("saved");
      return undefined;
    }
    this.sending = this.send(manuscript.edition).finally(() => (this.sending = null));
    return this.sending;
  }

  async send(edition) {
    const { manuscript } = this.desk;
    const { id } = manuscript;
    manuscript.saved = true; // until the next change
    try {
      const body = toServer(manuscript, this.title);
      const kept = id ? await put(`/manuscripts/${id}`, body) : await post("/manuscripts", body);
      if (manuscript.edition !== edition) return;
      Object.assign(manuscript, { id: id ?? kept.id, version: kept.version });
      this.remember();
      this.wait = 1500;
      if (this.told) this.desk.say.settle();
      this.told = false;
      // Before it is called saved: a reload right now would bring back an older draft.
      await this.keepDraft(this.tab, manuscript.saved);
      if (manuscript.edition !== edition) return;
      this.show(manuscript.saved ? "saved" : "changed");
    } catch (error) {
      if (manuscript.edition !== edition) return;
      manuscript.saved = false;
      if (error instanceof Failure && error.status === 409) await this.conflict(error.body.current);
      else if (error instanceof Failure && error.status === 404 && id) await this.again();
      else this.failed(error);
    }
  }

  /** Open this manuscript again in the next tab. */
  remember() {
    try {
      localStorage.setItem(LAST, this.desk.manuscript.id);
    } catch {
      // the list of manuscripts has it
    }
  }

  failed(error) {
    this.show("failed");
    this.local();
    if (!this.told)
      this.desk.say.problem(t("not-saved", { why: error.message }), [
        t("try-again"),
        () => this.now(),
      ]);
    this.told = true;
    this.wait = Math.min(this.wait * 2, 30_000);
    clearTimeout(this.retry); // or every pause in the typing would begin a round of its own
    this.retry = setTimeout(() => this.now(), this.wait);
  }

  /** The manuscript has gone from the server: this text becomes a new one. */
  async again() {
    Object.assign(this.desk.manuscript, { id: null, version: 0 });
    this.desk.say.status(t("was-gone"));
    this.remote();
  }

  /** Another tab has saved another version: ask which holds. */
  async conflict(current) {
    const { manuscript, say } = this.desk;
    this.show("failed");
    const theirs =
      current?.text === undefined ? await get(`/manuscripts/${manuscript.id}`) : current;
    if (theirs.text === manuscript.text) {
      manuscript.version = theirs.version;
      this.remote();
      return;
    }
    const answer = await say.ask(t("conflict"), t("conflict-text", { name: this.title }), [
      ["copy", t("keep-copy")],
      ["theirs", t("take-theirs")],
    ]);
    if (answer === "theirs") {
      manuscript.open(fromServer(theirs));
      this.show("saved");
      this.local();
      return;
    }
    const name = t("copy-of", { name: this.title });
    Object.assign(manuscript, { id: null, version: 0, name });
    manuscript.dispatchEvent(new CustomEvent("change", { detail: { changes: [], shown: true } }));
  }

  show(state = $("saved").dataset.state) {
    $("saved").dataset.state = state;
    $("saved").textContent = state ? t(`save-${state}`) : "";
  }
}
