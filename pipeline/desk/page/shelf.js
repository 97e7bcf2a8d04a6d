// The shelf: the models that are there, the one that writes, and how to get another.

import { address, post } from "./api.js";
import { $, el, fill } from "./dom.js";
import { heading } from "./keys.js";
import { number, t, when } from "./language.js";
import { said } from "./said.js";
import { set } from "./settings.js";
import { Training } from "./training.js";

export class Shelf {
  constructor(desk) {
    this.desk = desk;
    this.training = new Training(desk, () => this.trained());
    addEventListener("library", () => this.draw());
    addEventListener("language", () => {
      this.draw();
      if (!$("welcome").hidden) this.welcome();
    });
    // A file that is dropped anywhere on the page, and not on a field of its own.
    addEventListener(
      "dragover",
      (event) => event.dataTransfer?.types.includes("Files") && event.preventDefault(),
    );
    addEventListener("drop", (event) => this.drop(event));
  }

  async open() {
    this.draw();
    if (!$("shelf").open) $("shelf").showModal();
    this.training.find();
    await this.desk.library.read();
  }

  /** No model at all: offer what leads to one. */
  welcome() {
    const start = () => {
      this.open();
      this.training.novella();
    };
    fill(
      $("welcome"),
      el("h2", {}, t("no-model")),
      el("p", {}, t("no-model-text")),
      el(
        "div.row",
        {},
        el(
          "button.first",
          { type: "button", id: "train-novella", onclick: start },
          t("train-novella"),
        ),
        el("button", { type: "button", onclick: () => this.open() }, t("train-own")),
      ),
    ).hidden = false;
  }

  trained() {
    this.desk.library.read().then(() => {
      if (this.desk.library.rows.length) $("welcome").hidden = true;
    });
  }

  draw() {
    const { library } = this.desk;
    if (library.rows.length) $("welcome").hidden = true;
    const rows = library.rows.map((row) => this.row(row));
    const list = rows.length ? el("ul.models", {}, ...rows) : el("p.quiet", {}, t("no-model"));
    fill(
      $("shelf"),
      heading("shelf-title", t("shelf"), $("shelf")),
      list,
      el("h3", {}, t("train")),
      this.training.box,
      this.dropZone(),
    );
  }

  row(row) {
    const { library } = this.desk;
    const chosen = row.name === library.name;
    const facts = [
      row.bits_per_character === null || row.bits_per_character === undefined
        ? null
        : t("bits-per-character", { bits: row.bits_per_character.toFixed(2) }),
      row.words ? t("knows-words", { words: number(row.words) }) : null,
      row.bytes ? t("megabytes", { size: (row.bytes / 1e6).toFixed(1) }) : null,
      row.made ? when(row.made) : null,
    ];
    const use = el(
      "button",
      {
        type: "button",
        disabled: Boolean(row.error),
        "aria-pressed": chosen,
        onclick: () => this.use(row.name),
      },
      t(chosen ? "writes" : "use"),
    );
    const newer = row.newer_on_disk
      ? el("button.first", { type: "button", onclick: () => this.reload(row.name) }, t("reload"))
      : null;
    const report = el(
      "a.button",
      {
        href: address(`/models/${encodeURIComponent(row.name)}/report`),
        target: "_blank",
        rel: "noopener",
      },
      t("report"),
    );
    return el(
      "li.model",
      { "data-model": row.name },
      el(
        "div",
        {},
        el("strong", {}, row.title || row.name),
        row.title && row.title !== row.name ? el("small", {}, ` ${row.name}`) : null,
        el("p.quiet", {}, said(row.error) || facts.filter(Boolean).join(" · ")),
        row.newer_on_disk ? el("p", {}, t("newer")) : null,
      ),
      el("div.row", {}, use, newer, report),
    );
  }

  use(name) {
    set({ model: name });
    this.draw();
    $("shelf")
      .querySelector(`[data-model="${CSS.escape(name)}"] button`)
      ?.focus();
    dispatchEvent(new Event("library"));
  }

  async reload(name) {
    try {
      await post(`/models/${encodeURIComponent(name)}/reload`);
      this.desk.say.status(t("reloaded"));
    } catch (error) {
      this.desk.failed(error);
    }
    this.desk.library.casts.delete(name);
    await this.desk.library.read();
  }

  dropZone() {
    const input = el("input.unseen", {
      id: "novel-file",
      type: "file",
      accept: ".txt,.epub,.zip,.html,.htm,.docx,.mobi,.azw3,.md",
      onchange: () => input.files[0] && this.train(input.files[0]),
    });
    const quick = el("input", { id: "quick", type: "checkbox" });
    const zone = el(
      "div.drop",
      { id: "drop" },
      el("p", {}, t("drop-here")),
      el(
        "div.row",
        {},
        input,
        el("label.button", { for: "novel-file" }, t("or-choose")),
        el("span.check", {}, quick, el("label", { for: "quick" }, t("quick"))),
      ),
      el("p.quiet", {}, t("or")),
      el(
        "button",
        { type: "button", id: "train-bundled", onclick: () => this.training.novella() },
        t("train-novella"),
      ),
    );
    zone.addEventListener("dragenter", () => zone.classList.add("over"));
    zone.addEventListener(
      "dragleave",
      (event) => !zone.contains(event.relatedTarget) && zone.classList.remove("over"),
    );
    return zone;
  }

  drop(event) {
    const file = event.dataTransfer?.files[0];
    if (!file) return;
    event.preventDefault();
    if ($("manuscripts").open) this.desk.manuscripts.import(file);
    else this.train(file);
  }

  async train(file) {
    const quick = $("quick")?.checked;
    if (!$("shelf").open) {
      const answer = await this.desk.say.ask(t("dropped", { name: file.name }), t("dropped-text"), [
        ["train", t("train-it")],
        ["import", t("import-it")],
        ["", t("cancel")],
      ]);
      if (answer === "import") this.desk.manuscripts.import(file);
      if (answer !== "train") return;
      await this.open();
    }
    this.training.start(file, quick);
  }
}
