// All manuscripts: open, begin, import, export, older versions, throw away.

import { address, get, remove, upload } from "./api.js";
import { fromServer } from "./copies.js";
import { $, el, fill } from "./dom.js";
import { heading } from "./keys.js";
import { number, t, when } from "./language.js";
import { moved } from "./marks.js";
import { said, told } from "./said.js";

export class Manuscripts {
  constructor(desk) {
    this.desk = desk;
    addEventListener("language", () => $("manuscripts").open && this.draw());
  }

  async open() {
    fill(
      $("manuscripts"),
      heading("manuscripts-title", t("manuscripts"), $("manuscripts")),
      el("p.quiet", {}, t("looking")),
    );
    if (!$("manuscripts").open) $("manuscripts").showModal();
    await this.desk.saving.now();
    await this.draw();
  }

  /** List them, with what went wrong: the dialog lies over the place for problems. */
  async draw(failure = null) {
    let rows = [];
    try {
      rows = (await get("/manuscripts")).manuscripts;
    } catch (error) {
      failure ??= error;
    }
    const sorted = [...rows].sort((one, other) => other.changed - one.changed);
    const file = el("input.unseen", {
      id: "manuscript-file",
      type: "file",
      onchange: () => file.files[0] && this.import(file.files[0]),
    });
    const list = sorted.length
      ? el("ul.manuscripts", {}, ...sorted.map((row) => this.row(row)))
      : el("p.quiet", {}, t("no-manuscripts"));
    fill(
      $("manuscripts"),
      heading("manuscripts-title", t("manuscripts"), $("manuscripts")),
      el(
        "div.row",
        {},
        el(
          "button.first",
          { type: "button", id: "new-manuscript", onclick: () => this.begin() },
          t("new"),
        ),
      ),
      failure && el("p", { role: "alert" }, failure.message),
      list,
      el(
        "div.drop",
        {},
        el(
          "div.row",
          {},
          file,
          el("label.button", { for: "manuscript-file" }, t("import")),
          el("small", {}, t("import-means")),
        ),
      ),
    );
  }

  row(row) {
    const here = row.id === this.desk.manuscript.id;
    const open = el(
      "button.bare.title",
      {
        type: "button",
        "aria-current": here ? "true" : undefined,
        onclick: () => this.load(row.id),
      },
      row.name || t("unnamed"),
    );
    const forms = ["txt", "epub", "md"].map((form) =>
      el(
        "a",
        {
          href: address(`/manuscripts/${row.id}/export?form=${form}`),
          download: "",
          "aria-label": t("export-as", { name: row.name, form }),
        },
        form,
      ),
    );
    const versions = el("div.versions");
    versions.hidden = true;
    const older = el(
      "button",
      {
        type: "button",
        "aria-expanded": "false",
        onclick: () => this.versions(row, versions, older),
      },
      t("older"),
    );
    const gone = el("button", { type: "button", onclick: () => this.discard(row) }, t("discard"));
    return el(
      "li.manuscript",
      { "data-id": row.id },
      open,
      el(
        "span.quiet",
        {},
        `${t("characters", { count: number(row.characters) })} · ${when(row.changed)}`,
      ),
      el(
        "span.row.small",
        {},
        el("span.forms", {}, `${t("export")} `, ...forms.flatMap((one) => [one, " "])),
        older,
        gone,
      ),
      versions,
    );
  }

  async load(id) {
    try {
      const { manuscript, saving } = this.desk;
      if (id !== manuscript.id) {
        const found = await get(`/manuscripts/${id}`);
        await saving.leave();
        this.take(found);
        if (found.note) this.desk.say.problem(said(found.note));
      }
      $("manuscripts").close();
      $("text").focus();
    } catch (error) {
      this.desk.failed(error);
      $("manuscripts").close();
    }
  }

  take(found) {
    const { manuscript, saving } = this.desk;
    manuscript.open(fromServer(found));
    saving.show("saved");
    saving.local();
    saving.remember();
    scrollTo(0, 0);
  }

  async begin() {
    await this.desk.saving.leave();
    this.blank();
    $("manuscripts").close();
    $("text").focus();
  }

  blank() {
    const { manuscript, saving } = this.desk;
    manuscript.open({});
    saving.show("");
    saving.local();
  }

  async import(file) {
    try {
      const { id, note } = await upload(
        `/manuscripts/import?name=${encodeURIComponent(file.name)}`,
        file,
      );
      await this.load(id);
      const facts = [t("imported", { name: file.name }), ...told(note)];
      this.desk.say.status(facts.join(" · "));
    } catch (error) {
      this.desk.failed(error);
      $("manuscripts").close();
    }
  }

  async versions(row, box, button) {
    box.hidden = !box.hidden;
    button.setAttribute("aria-expanded", String(!box.hidden));
    if (box.hidden) return;
    try {
      const { versions } = await get(`/manuscripts/${row.id}/history`);
      const items = [...versions]
        .sort((one, other) => other.version - one.version)
        .map((one) =>
          el(
            "li",
            {},
            el(
              "button.bare",
              { type: "button", onclick: () => this.restore(row.id, one.version) },
              `${when(one.changed)} · ${t("characters", { count: number(one.characters) })}`,
            ),
          ),
        );
      fill(box, items.length ? el("ul", {}, ...items) : el("p.quiet", {}, t("no-versions")));
    } catch (error) {
      fill(box, el("p", {}, error.message));
    }
  }

  /** Put an older version in the place of the text, as a change that can be taken back. */
  async restore(id, version) {
    try {
      const old = fromServer(await get(`/manuscripts/${id}?version=${version}`));
      await this.load(id);
      const { manuscript } = this.desk;
      for (const one of old.branches)
        if (!manuscript.branches.all.has(one.id)) manuscript.branches.all.set(one.id, one);
      manuscript.history.part();
      manuscript.replace(0, manuscript.text.length, old.text, { words: moved(old.words, 0) });
      this.desk.say.status(t("restored"));
    } catch (error) {
      this.desk.failed(error);
    }
  }

  async discard(row) {
    const answer = await this.desk.say.ask(
      t("discard-ask", { name: row.name }),
      t("discard-text"),
      [
        ["no", t("cancel")],
        ["yes", t("discard")],
      ],
    );
    if (answer !== "yes") return;
    let failure = null;
    try {
      await remove(`/manuscripts/${row.id}`);
      if (row.id === this.desk.manuscript.id) this.blank();
    } catch (error) {
      failure = error;
    }
    await this.draw(failure);
  }
}
