// The page: makes its parts, and lets them know of each other.

import { Alternatives } from "./alternatives.js";
import { Controls } from "./controls.js";
import { $ } from "./dom.js";
import { Editor } from "./editor.js";
import { Heat } from "./heat.js";
import { listen, showKeys } from "./keys.js";
import { spoken, t, translate, turn } from "./language.js";
import { Library } from "./library.js";
import { Manuscript } from "./manuscript.js";
import { Manuscripts } from "./manuscripts.js";
import { Saving } from "./saving.js";
import * as say from "./say.js";
import { set, settings } from "./settings.js";
import { Shelf } from "./shelf.js";
import { Side } from "./side.js";
import { Stream } from "./stream.js";
import { Tree } from "./tree.js";
import { Words } from "./words.js";

const manuscript = new Manuscript();
const desk = { manuscript, say, busy, failed };
Object.assign(desk, {
  editor: new Editor($("text"), $("backdrop"), manuscript),
  side: new Side(),
  library: new Library(desk),
});
desk.stream = new Stream(desk);
desk.words = new Words(desk);
desk.alternatives = new Alternatives(desk);
desk.tree = new Tree(desk);
desk.heat = new Heat(desk);
desk.controls = new Controls(desk);
desk.saving = new Saving(desk);
desk.manuscripts = new Manuscripts(desk);
desk.shelf = new Shelf(desk);

/** Show whether something is being written. */
function busy(writes) {
  document.body.classList.toggle("busy", writes);
  const inside = $("dock").contains(document.activeElement);
  $("go-on").hidden = writes;
  $("stop").hidden = !writes;
  if (inside) $(writes ? "stop" : "go-on").focus();
}

/** Tell what went wrong, with what can be done about it. */
function failed(error) {
  if (error.status === 404 && !desk.library.rows.length) desk.shelf.welcome();
  if (error.body?.error?.option === "mix") set({ second: null }); // the first writes on alone
  say.problem(error.message);
}

function dress() {
  if (settings.theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = settings.theme;
  $("theme").textContent = t(`theme-${settings.theme}`);
  $("theme").setAttribute("aria-label", t("theme", { which: t(`theme-${settings.theme}`) }));
  $("language").textContent = spoken() === "zh" ? "English" : "中文";
  $("language").lang = spoken() === "zh" ? "en" : "zh-CN";
  document.title = manuscript.name ? `${manuscript.name} · ${t("title")}` : t("title");
}

function wire() {
  const themes = ["auto", "light", "dark"];
  $("theme").onclick = () => set({ theme: themes[(themes.indexOf(settings.theme) + 1) % 3] });
  $("language").onclick = turn;
  $("open-keys").onclick = showKeys;
  $("go-on").onclick = () => desk.stream.goOn();
  $("stop").onclick = () => desk.stream.stop();
  $("three").onclick = () => desk.alternatives.open();
  $("heat").onclick = () => desk.heat.toggle();
  $("branches").onclick = () => desk.tree.toggle();
  $("controls").onclick = () => desk.controls.toggle();
  $("open-manuscripts").onclick = () => desk.manuscripts.open();
  $("open-shelf").onclick = () => desk.shelf.open();
  $("sheet").onclick = (event) => event.target === $("sheet") && $("text").focus();
  $("way").onchange = () => set({ way: $("way").value });
  $("count").onchange = () =>
    set({ words: Math.min(5000, Math.max(1, Math.round(Number($("count").value)) || 50)) });
  addEventListener("settings", length);
  addEventListener("settings", dress);
  addEventListener("language", dress);
  manuscript.addEventListener("change", (event) => event.detail === null && dress());
  manuscript.addEventListener("meta", dress);
  listen(desk);
}

function length() {
  $("way").value = settings.way;
  $("count").value = settings.words;
  $("count").hidden = settings.way !== "words";
}

async function start() {
  // The token has become a cookie by now; it need not stay in the address.
  if (location.search.includes("token=")) history.replaceState(null, "", location.pathname);
  translate();
  dress();
  length();
  wire();
  await Promise.all([desk.saving.begin(), desk.library.read()]);
  if (!desk.library.rows.length && desk.library.known) desk.shelf.welcome();
  document.documentElement.dataset.ready = "";
  if (matchMedia("(pointer: fine)").matches) $("text").focus({ preventScroll: true });
}

start().catch(failed);
