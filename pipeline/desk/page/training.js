// A training that runs on the server: started from a file, watched as it goes, stopped by a button.

import { address, events, get, post, remove, upload } from "./api.js";
import { el, fill } from "./dom.js";
import { number, t } from "./language.js";
import { said, told } from "./said.js";

const LINES = 200;

export class Training {
  constructor(desk, trained) {
    Object.assign(this, { desk, trained });
    this.box = el("div.training", { id: "training", "aria-live": "off" });
    this.box.hidden = true;
    this.id = null;
  }

  async begin(asked, name) {
    try {
      const { id } = await asked;
      this.watch(id, name);
    } catch (error) {
      this.desk.failed(error);
      this.say(error.message);
    }
  }

  start(file, quick) {
    this.begin(
      upload(`/trainings?name=${encodeURIComponent(file.name)}${quick ? "&quick=true" : ""}`, file),
      file.name,
    );
  }

  novella() {
    this.begin(post("/trainings/novella"), t("novella"));
  }

  /** Find the training that is under way, if one is. */
  async find() {
    if (this.id) return;
    const { trainings } = await get("/trainings").catch(() => ({ trainings: [] }));
    const runs = trainings.find((one) => one.state === "running");
    if (runs) this.watch(runs.id, runs.name || t("novella"));
  }

  say(text) {
    this.box.hidden = false;
    fill(this.box, el("p", {}, text));
  }

  async watch(id, name) {
    this.id = id;
    const parts = {
      stage: el("p.stage", { role: "status" }, t("training", { name })),
      bar: el("progress", { max: 1, value: 0, "aria-label": t("training", { name }) }),
      note: el("p.quiet.note"),
      lines: el("pre.lines", { tabIndex: 0, role: "region", "aria-label": t("details") }),
    };
    const stop = el(
      "button",
      { type: "button", id: "stop-training", onclick: () => this.stop(id) },
      t("stop-training"),
    );
    this.box.hidden = false;
    fill(
      this.box,
      parts.stage,
      parts.bar,
      parts.note,
      el("div.row", {}, stop),
      el("details", {}, el("summary", {}, t("details")), parts.lines),
    );
    try {
      for await (const { event, data } of events("GET", `/trainings/${id}/events`)) {
        if (event === "end") {
          this.end(data, parts, stop);
          return;
        }
        this.show(event, data, parts);
      }
      throw new Error(t("no-server"));
    } catch (error) {
      parts.note.textContent = error.message;
    } finally {
      if (this.id === id) this.id = null;
    }
  }

  show(event, data, parts) {
    if (event === "line") {
      const lines = [...parts.lines.textContent.split("\n").filter(Boolean), data.text];
      parts.lines.textContent = lines.slice(-LINES).join("\n");
      return;
    }
    const stage = data.stage ? t(`stage-${data.stage}`) : "";
    const named = stage.startsWith("stage-") ? data.stage : stage;
    if (named && parts.stage.textContent !== named) parts.stage.textContent = named;
    if (data.total) parts.bar.value = data.done / data.total;
    else parts.bar.removeAttribute("value");
    const facts = [
      data.total ? `${number(data.done)} / ${number(data.total)}` : "",
      ...told(data.note ?? ""),
      data.seconds_left ? left(data.seconds_left) : "",
    ];
    parts.note.textContent = facts.filter(Boolean).join(" · ");
  }

  end(data, parts, stop) {
    stop.remove();
    parts.bar.value = data.ok ? 1 : 0;
    parts.stage.textContent = t(data.ok ? "trained" : "not-trained");
    parts.note.textContent = said(data.message);
    if (data.ok && data.model) {
      parts.note.append(
        el(
          "a",
          {
            href: address(`/models/${encodeURIComponent(data.model)}/report`),
            target: "_blank",
            rel: "noopener",
          },
          t("its-report"),
        ),
      );
    }
    this.desk.say.status(parts.stage.textContent);
    this.trained();
  }

  async stop(id) {
    await remove(`/trainings/${id}`).catch((error) => this.desk.failed(error));
  }
}

/** Return how long it still takes. */
function left(seconds) {
  return seconds < 90
    ? t("seconds-left", { n: Math.ceil(seconds) })
    : t("minutes-left", { n: Math.round(seconds / 60) });
}
