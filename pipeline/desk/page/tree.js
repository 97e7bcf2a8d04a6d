// The branches at the side: at each place what stands and what might stand, to walk among.

import { endOf } from "./branches.js";
import { $, el } from "./dom.js";
import { t } from "./language.js";

export class Tree {
  constructor(desk) {
    this.desk = desk;
    const again = () => desk.side.shown === "branches" && this.draw();
    desk.manuscript.addEventListener("change", (event) => !(event.detail && desk.stream.writes) && again());
    desk.manuscript.addEventListener("meta", again);
    addEventListener("language", again);
  }

  toggle() {
    if (this.desk.side.shown === "branches") this.desk.side.close();
    else this.draw(true);
  }

  draw(focus = false) {
    const { branches, words } = this.desk.manuscript;
    const focused = document.activeElement?.dataset?.branch;
    const stand = new Set(words.map((word) => word.run));
    const places = branches.places().filter((roots) => roots.some((one) => one.text));
    const body = places.length
      ? el("ul.tree", { role: "tree", "aria-label": t("branches") }, ...places.map((roots) => this.place(roots, stand)))
      : el("p.quiet", {}, t("no-branches"));
    this.desk.side.open("branches", t("branches"), [el("p.quiet", {}, t("branches-hint")), body]);
    const items = [...$("side-body").querySelectorAll("[role=treeitem]")];
    const first = items.find((one) => one.dataset.branch === focused) ?? items.find((one) => one.getAttribute("aria-selected") === "true") ?? items[0];
    if (first) first.tabIndex = 0;
    if (focused || focus) (first ?? $("side-title")).focus();
    $("side-body").onkeydown = (event) => this.walk(event, items);
  }

  place(roots, stand) {
    const { text } = this.desk.manuscript;
    const at = Math.min(roots[0].at, text.length);
    const lead = text.slice(Math.max(0, at - 16), at).replace(/\s+/g, " ");
    return el("li.place", { role: "none" }, el("p.quiet.lead", {}, lead ? `…${lead}` : t("at-beginning")), this.group(roots, stand, 1));
  }

  group(list, stand, level) {
    const shown = list.filter((one) => one.text || this.desk.manuscript.branches.children(one.id).length);
    return el("ul", { role: level > 1 ? "group" : "none" }, ...shown.map((one) => this.item(one, stand, level)));
  }

  item(branch, stand, level) {
    const children = this.desk.manuscript.branches.children(branch.id);
    const here = stand.has(branch.id);
    const text = branch.text.replace(/\s+/g, " ").trim();
    const says = text.length > 60 ? `${text.slice(0, 40)}…${text.slice(-12)}` : text;
    const given = { role: "treeitem", tabIndex: -1, "data-branch": branch.id, "aria-level": level, "aria-selected": here, "aria-label": `${says} ${here ? t("stands") : ""}` };
    if (children.length) given["aria-expanded"] = "true";
    const item = el("li", given, el("span.says", {}, says || "…"), children.length ? this.group(children, stand, level + 1) : null);
    item.addEventListener("click", (event) => {
      event.stopPropagation();
      this.choose(branch.id);
    });
    return item;
  }

  walk(event, items) {
    const item = document.activeElement.closest?.("[role=treeitem]");
    if (!item) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    let next = step ? items[items.indexOf(item) + step] : null;
    if (event.key === "ArrowLeft") next = item.parentElement.closest("[role=treeitem]");
    if (event.key === "ArrowRight") next = item.querySelector("[role=treeitem]");
    if (event.key === "Home") next = items[0];
    if (event.key === "End") next = items[items.length - 1];
    if (event.key === "Enter" || event.key === " ") this.choose(item.dataset.branch);
    else if (!next) return;
    event.preventDefault();
    if (!next) return;
    item.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }

  /** Let a branch stand in the text, with those that it hangs on, in the place of what stands there. */
  choose(id) {
    const { editor, stream } = this.desk;
    stream.stop();
    editor.whenFree(() => this.stand(id));
  }

  stand(id) {
    const { manuscript, say, editor } = this.desk;
    const { branches, words } = manuscript;
    const path = branches.path(id);
    const stands = (one) => words.some((word) => word.run === one.id);
    let kept = path.length;
    while (kept > 0 && !stands(path[kept - 1])) kept -= 1;
    if (kept === path.length) {
      const own = words.filter((word) => word.run === id);
      editor.select(own[0].start, own[own.length - 1].stop);
      return;
    }
    const [start, stop] = kept ? this.after(path[kept - 1]) : this.at(path[0]);
    this.put(start, stop, path.slice(kept));
    say.status(t("branch-stands"));
  }

  /** Return what follows a branch in the text and hangs on it. */
  after(branch) {
    const { branches, words } = this.desk.manuscript;
    const own = words.filter((word) => word.run === branch.id);
    const start = own[own.length - 1].stop;
    const runs = branches.below(branch.id);
    runs.delete(branch.id);
    return [start, endOf(words, start, runs)];
  }

  /** Return what stands at the place of a branch without parent. */
  at(root) {
    const { branches, words, text } = this.desk.manuscript;
    const runs = new Set();
    for (const one of branches.all.values()) {
      if (!one.parent && one.place === root.place) for (const id of branches.below(one.id)) runs.add(id);
    }
    const first = words.find((word) => runs.has(word.run));
    const start = first ? first.start : Math.min(root.at, text.length);
    return [start, endOf(words, start, runs)];
  }

  put(start, stop, path) {
    const { manuscript, editor } = this.desk;
    const words = [];
    let text = "";
    for (const one of path) {
      let place = text.length;
      for (const length of one.lengths) {
        words.push({ start: place, stop: place + length, run: one.id });
        place += length;
      }
      text += one.text;
    }
    manuscript.history.part();
    manuscript.replace(start, stop, text, { words });
    editor.select(start + text.length);
  }
}
