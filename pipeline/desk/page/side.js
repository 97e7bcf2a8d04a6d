// What stands at the side, one thing at a time: a word, the branches, or the controls. On a
// narrow screen it comes from below.

import { $, fill } from "./dom.js";

export class Side {
  constructor() {
    this.shown = null; // which
    this.closed = () => {};
    $("close-side").onclick = () => this.close();
  }

  /**
   * Show something.
   * @param {string} which  "word", "branches" or "controls"
   * @param {function} [closed]  called when it goes
   */
  open(which, title, content, { closed = () => {}, focus = false } = {}) {
    if (this.shown !== which) this.leave();
    this.shown = which;
    this.closed = closed;
    $("side-title").textContent = title;
    fill($("side-body"), content);
    $("side").hidden = false;
    $("side").dataset.shows = which;
    $("side-body").scrollTop = 0;
    document.body.classList.add("beside");
    for (const id of ["branches", "controls"])
      $(id).setAttribute("aria-expanded", String(which === id));
    if (focus) $("side-title").focus({ preventScroll: true });
  }

  leave() {
    const { closed } = this;
    this.closed = () => {};
    closed();
  }

  close() {
    if (!this.shown) return;
    this.leave();
    this.shown = null;
    const inside = $("side").contains(document.activeElement);
    $("side").hidden = true;
    document.body.classList.remove("beside");
    for (const id of ["branches", "controls"]) $(id).setAttribute("aria-expanded", "false");
    if (inside) $("text").focus({ preventScroll: true });
  }
}
