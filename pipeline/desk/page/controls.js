// The controls at the side, in a writer's words: boldness, words that must and must not come, who
// is to appear, whose voice it is. The exact numbers are a click away.

import { chips } from "./chips.js";
import { $, el, fill, percent } from "./dom.js";
import { t } from "./language.js";
import { CARES, EXACT, exactly, set, settings } from "./settings.js";

export class Controls {
  constructor(desk) {
    this.desk = desk;
    const again = () => desk.side.shown === "controls" && this.draw();
    addEventListener("language", again);
    addEventListener("library", again);
  }

  toggle() {
    if (this.desk.side.shown === "controls") this.desk.side.close();
    else this.draw(true);
  }

  draw(focus = false) {
    const cast = el("div.field");
    const parts = [
      this.boldness(),
      this.care(),
      this.voice(),
      this.mix(),
      this.learn(),
      chips(
        "must",
        t("must"),
        () => settings.must,
        (must) => this.mustCome(must),
      ),
      cast,
      chips(
        "ban",
        t("ban"),
        () => settings.ban,
        (ban) => set({ ban }),
      ),
    ];
    this.cast(cast);
    this.desk.side.open("controls", t("controls"), el("div.controls", {}, ...parts), { focus });
  }

  /** Note what must come, and whose names are among it. */
  mustCome(must) {
    set({ must });
    for (const one of document.querySelectorAll("button.person"))
      one.setAttribute("aria-pressed", String(must.includes(one.dataset.name)));
  }

  boldness() {
    const told = el("output.quiet", { for: "bold" });
    const numbers = el("div.numbers");
    const tell = () =>
      (told.textContent = t("bold-means", {
        temperature: exactly("temperature"),
        top_p: exactly("top_p"),
      }));
    const slider = el("input", {
      id: "bold",
      type: "range",
      min: 0,
      max: 100,
      step: 5,
      value: settings.bold,
      oninput: () => {
        const { temperature, top_p: topP, ...exact } = settings.exact;
        set({ bold: Number(slider.value), exact });
        tell();
        fill(numbers, ...this.numbers(tell));
      },
    });
    tell();
    fill(numbers, ...this.numbers(tell));
    const ends = el(
      "div.ends.quiet",
      { "aria-hidden": "true" },
      el("span", {}, t("timid")),
      el("span", {}, t("daring")),
    );
    return el(
      "div.field",
      {},
      el("label", { for: "bold" }, t("bold")),
      slider,
      ends,
      told,
      el("details", {}, el("summary", {}, t("exact")), numbers),
    );
  }

  /** Whether a sentence is written at once, or chosen from several. */
  care() {
    const options = CARES.map((care) =>
      el("option", { value: care, selected: care === settings.care }, t(`care-${care}`)),
    );
    const choose = (event) => {
      const { best_of: drafts, ...exact } = settings.exact;
      set({ care: event.target.value, exact });
      this.draw();
      $("care").focus();
    };
    const select = el("select", { id: "care", onchange: choose }, ...options);
    return el(
      "div.field",
      {},
      el("label", { for: "care" }, t("care")),
      select,
      el("small", {}, t("care-means")),
    );
  }

  numbers(tell) {
    const rows = EXACT.map(([name, min, max, step]) => {
      const input = el("input", {
        id: `exact-${name}`,
        type: "number",
        min,
        max,
        step,
        value: exactly(name) ?? "",
        placeholder: t("any"),
        onchange: () => {
          const { [name]: old, ...exact } = settings.exact;
          const value = Number(input.value);
          if (input.value !== "" && Number.isFinite(value))
            exact[name] = Math.min(max, Math.max(min, value));
          set({ exact });
          input.value = exactly(name) ?? "";
          tell();
        },
      });
      return [el("label", { for: input.id }, t(`exact-${name}`), el("small", {}, name)), input];
    });
    const usual = () => {
      set({ exact: {}, bold: 50, care: "auto" });
      this.draw();
    };
    return [...rows.flat(), el("button", { type: "button", onclick: usual }, t("usual"))];
  }

  voice() {
    const { library } = this.desk;
    const options = library.rows.map((row) =>
      el("option", { value: row.name, selected: row.name === library.name }, row.title || row.name),
    );
    const choose = (event) => {
      set({
        model: event.target.value,
        ...(settings.second === event.target.value ? { second: null } : {}),
      });
      this.draw();
    };
    const select = el(
      "select",
      { id: "model", onchange: choose, disabled: !options.length },
      ...options,
    );
    return el("div.field", {}, el("label", { for: "model" }, t("model")), select);
  }

  /** A second model that has its say, where there are two. */
  mix() {
    const { library } = this.desk;
    const others = library.rows.filter((row) => row.name !== library.name);
    if (!others.length) return null;
    const none = el("option", { value: "", selected: !settings.second }, t("alone"));
    const options = others.map((row) =>
      el(
        "option",
        { value: row.name, selected: row.name === settings.second },
        row.title || row.name,
      ),
    );
    const choose = (event) => {
      set({ second: event.target.value || null, model: library.name });
      this.draw();
    };
    const select = el("select", { id: "second", onchange: choose }, none, ...options);
    const field = [el("label", { for: "second" }, t("mix-with")), select];
    if (!settings.second) return el("div.field", {}, ...field);
    const told = el("output.quiet", { for: "weight" });
    const tell = () => {
      const share = settings.weight / 100;
      const own = `${library.title(library.name)} ${percent(1 - share)}`;
      told.textContent = `${own} · ${library.title(settings.second)} ${percent(share)}`;
    };
    const slider = el("input", {
      id: "weight",
      type: "range",
      min: 5,
      max: 95,
      step: 5,
      value: settings.weight,
      "aria-label": t("weight"),
      oninput: () => (set({ weight: Number(slider.value) }), tell()),
    });
    tell();
    return el("div.field", {}, ...field, slider, told);
  }

  learn() {
    const box = el("input", {
      id: "learn",
      type: "checkbox",
      checked: settings.learn,
      onchange: () => set({ learn: box.checked }),
    });
    return el(
      "div.field.check",
      {},
      box,
      el("label", { for: "learn" }, t("learn")),
      el("small", {}, t("learn-means")),
    );
  }

  async cast(field) {
    const { library } = this.desk;
    const label = el("p.label", { id: "cast-label" }, t("cast"));
    fill(field, label, el("p.quiet", {}, t("looking")));
    const people = await library.cast(library.name);
    if (!people.length) {
      field.remove();
      return;
    }
    const buttons = people.map(({ name, count }) =>
      el(
        "button.chip.person",
        {
          type: "button",
          "data-name": name,
          "aria-pressed": settings.must.includes(name),
          title: t("times", { count }),
          onclick: () => {
            const must = settings.must.includes(name)
              ? settings.must.filter((one) => one !== name)
              : [...settings.must, name];
            set({ must });
            this.draw();
            document.querySelector(`button.person[data-name="${CSS.escape(name)}"]`)?.focus();
          },
        },
        name,
      ),
    );
    fill(
      field,
      label,
      el("div.chips", { role: "group", "aria-labelledby": "cast-label" }, ...buttons),
    );
  }
}
