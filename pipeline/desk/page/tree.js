// The branches at the side: at each place what stands and what might stand, to walk among.

import { endOf } from "./branches.js";
import { $, el } from "./dom.js";
import { t } from "./language.js";

export class Tree {
  constructor(desk) {
    this.desk = desk;
    const again = () => desk.side.shown === "branches" && this.draw();
    desk.manuscript.addEventListener(
      "change",
      (event) => !(event.detail && desk.stream.writes) && again(),
    );
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
      ? el(
          "ul.tree",
          { role: "tree", "aria-label": t("branches") },
          ...places.map((roots) => this.place(roots, stand)),
        )
      : el("p.quiet", {}, t("no-branches"));
    this.desk.side.open("branches", t("branches"), [el("p.quiet", {}, t("branches-hint")), body]);
    const items = [...$("side-body").querySelectorAll(".branch")];
    const first =
      items.find((one) => one.dataset.branch === focused) ??
      items.find((one) => one.getAttribute("aria-selected") === "true") ??
      items[0];
    if (first) first.tabIndex = 0;
    if (focused || focus) (first ?? $("side-title")).focus();
    $("side-body").onkeydown = (event) => this.walk(event, items);
  }

  /** Return what hangs at a place: its branches below each other, indented by their level. */
  place(roots, stand) {
    const { text } = this.desk.manuscript;
    const at = Math.min(roots[0].at, text.length);
    const lead = text.slice(Math.max(0, at - 16), at).replace(/\s+/g, " ");
    const items = this.items(roots, stand, 1);
    return el(
      "li.place",
      { role: "none" },
      el("p.quiet.lead", {}, lead ? `…${lead}` : t("at-beginning")),
      el("ul", { role: "none" }, ...items),
    );
  }

  items(list, stand, level) {
    const { branches } = this.desk.manuscript;
    const shown = list.filter((one) => one.text || branches.children(one.id).length);
    return shown.flatMap((one, i) => {
      const children = branches.children(one.id);
      const given = { "aria-level": level, "aria-posinset": i + 1, "aria-setsize": shown.length };
      if (children.length) given["aria-expanded"] = "true";
      return [
        this.item(one, stand.has(one.id), level, given),
        ...this.items(children, stand, level + 1),
      ];
    });
  }

  item(branch, here, level, given) {
    const text = branch.text.replace(/\s+/g, " ").trim();
    const says = text.length > 60 ? `${text.slice(0, 40)}…${text.slice(-12)}` : text;
    const item = el(
      "li.branch",
      {
        role: "treeitem",
        tabIndex: -1,
        "data-branch": branch.id,
        "aria-selected": here,
        ...given,
        onclick: () => this.choose(branch.id),
      },
      says || "…",
      here ? el("span.unseen", {}, t("stands")) : null,
    );
    // Beyond some levels the line would be too short to read.
    item.style.marginInlineStart = `${Math.min(level - 1, 8) * 0.9}rem`;
    return item;
  }

  walk(event, items) {
    const item = document.activeElement.closest?.(".branch");
    if (!item) return;
    const here = items.indexOf(item);
    const level = (one) => Number(one.getAttribute("aria-level"));
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    let next = step ? items[here + step] : null;
    if (event.key === "ArrowLeft")
      next =
        items
          .slice(0, here)
          .reverse()
          .find((one) => level(one) < level(item)) ?? null;
    if (event.key === "ArrowRight")
      next = items[here + 1] && level(items[here + 1]) > level(item) ? items[here + 1] : null;
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

  /** Let a branch stand in the text, with those that it hangs on, for what stands there. */
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
      if (!one.parent && one.place === root.place)
        for (const id of branches.below(one.id)) runs.add(id);
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
