// Which models there are, and which one writes.

import { get } from "./api.js";
import { set, settings } from "./settings.js";

export class Library {
  constructor(desk) {
    this.desk = desk;
    this.rows = [];
    this.usual = null;
    this.known = false; // the server has told
    this.casts = new Map();
  }

  /** Ask the server anew; a model that has gone is no longer chosen. */
  async read() {
    try {
      const { models, default: usual } = await get("/models");
      Object.assign(this, { rows: models, usual, known: true });
    } catch (error) {
      this.desk.failed(error);
      return;
    }
    const names = new Set(this.rows.map((row) => row.name));
    const gone = {};
    if (settings.model && !names.has(settings.model)) gone.model = null;
    if (settings.second && !names.has(settings.second)) gone.second = null;
    if (Object.keys(gone).length) set(gone);
    dispatchEvent(new Event("library"));
  }

  /** Return the name of the model that writes, or null. */
  get name() {
    return settings.model ?? this.usual ?? this.rows[0]?.name ?? null;
  }

  /** Return what a model is called by people. */
  title(name) {
    const row = this.rows.find((one) => one.name === name);
    return row?.title || name || "";
  }

  /** Return a model's main characters; none where it tells none. */
  async cast(name) {
    if (!name) return [];
    if (!this.casts.has(name)) {
      const asked = get(`/models/${encodeURIComponent(name)}/cast`).then(({ cast }) => cast);
      this.casts.set(
        name,
        asked.catch(() => (this.casts.delete(name), [])),
      );
    }
    return this.casts.get(name);
  }
}
