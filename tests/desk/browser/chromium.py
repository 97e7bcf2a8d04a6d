"""Headless Chromium at a desk in a process of its own: what its tests share."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from models import WORDS, small_model
from pipelines import SECONDS, start

from pipeline.engine.bundle.model import save_model

try:
    from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright
except ImportError:
    pytest.skip("no playwright on this machine", allow_module_level=True)

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 20_000  # milliseconds; on a quiet machine nothing needs a twentieth of it
NAME = "甲"
BEGIN = f"{WORDS[5]}{WORDS[9]}"  # what the made-up novel's writer understands

expect.set_options(timeout=PATIENCE)


@dataclass
class Server:
    """A desk in a process of its own, which can be killed and started again at the same port."""

    artifacts: Path
    port: str = "0"
    address: str = ""
    process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start, and wait until it answers."""
        options = ("--artifacts", str(self.artifacts), "--port", self.port, "--no-open")
        self.process = start(["desk", *options])
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()
        self.port = self.address.rstrip("/").rpartition(":")[2]

    def kill(self) -> None:
        """End at once, whatever is under way."""
        if self.process is not None:
            self.process.kill()
            self.process.communicate(timeout=SECONDS)


@dataclass
class Tab:
    """A page of the desk, and what went wrong in it."""

    page: Page
    troubles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE)
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("dialog", lambda dialog: self.troubles.append(f"dialog: {dialog.message}"))

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.troubles.append(message.text)

    @property
    def text(self) -> str:
        """The manuscript."""
        return self.page.input_value("#text")

    @property
    def drawn(self) -> str:
        """What is drawn behind the manuscript: the same, or marks stand beside their words."""
        lines: list[str] = self.page.locator("#backdrop > div").evaluate_all(
            "lines => lines.map(line => line.textContent)"
        )
        return "\n".join(lines)

    def open(self, address: str) -> None:
        """Open the page, and wait until it can be used."""
        self.page.goto(address)
        self.page.wait_for_selector("html[data-ready]")

    def reload(self) -> None:
        """Load the page anew."""
        self.page.reload()
        self.page.wait_for_selector("html[data-ready]")

    def press(self, *keys: str) -> None:
        """Press keys, each with those that are held."""
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        """Type at the manuscript's end."""
        self.page.focus("#text")
        self.press("Control+End")
        self.page.keyboard.type(text)

    def until_idle(self) -> None:
        """Wait until nothing is being written."""
        self.page.wait_for_selector("body:not(.busy)")

    def begin(self, way: str, *, count: int = 0) -> None:
        """Go on at the caret with the keyboard."""
        self.page.select_option("#way", way)
        if count:
            self.page.fill("#count", str(count))
        self.page.focus("#text")
        self.press("Control+Enter")

    def write(self, way: str = "sentence", *, count: int = 0) -> str:
        """Go on at the caret; what the writer wrote at the end."""
        before = self.text
        self.begin(way, count=count)
        self.until_text("value.length > before.length", before)
        self.until_idle()
        return self.text.removeprefix(before)

    def until_text(self, condition: str, before: str) -> None:
        """Wait until something is true of the manuscript's `value` and what was `before`."""
        self.page.wait_for_function(
            f"before => {{const {{value}} = document.querySelector('#text'); return {condition}}}",
            arg=before,
        )

    def until_saved(self) -> None:
        """Save, and wait until the desk has it."""
        self.page.focus("#text")
        self.press("Control+s")
        self.page.wait_for_selector("#saved[data-state=saved]")

    def click_word(self, number: int) -> None:
        """Click a word that the writer wrote: in the made-up novel, a character."""
        x, y = self.page.locator("#backdrop .written").first.evaluate(
            """(run, number) => {
                const range = document.createRange();
                range.setStart(run.firstChild, number);
                range.setEnd(run.firstChild, number + 1);
                const {x, y, width, height} = range.getBoundingClientRect();
                return [x + width / 4, y + height / 2];
            }""",
            number,
        )
        self.page.mouse.click(x, y)


@contextmanager
def browser() -> Iterator[Browser]:
    """Debian's Chromium; tests are skipped where there is none."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("no chromium on this machine")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield opened
        opened.close()


@contextmanager
def serving(folder: Path, *, title: str | None = NAME, chapter: str = "第一回") -> Iterator[Server]:
    """A desk in a folder, with a small model of a novel, or with what is there."""
    artifacts = folder / "artifacts"
    if title is not None:
        model = small_model(title=title)
        chapters = ((chapter, 0, len(model.memories.text_ids)),)
        model = replace(model, memories=replace(model.memories, chapters=chapters))
        (artifacts / "models").mkdir(parents=True)
        save_model(model, artifacts / "models" / f"{NAME}.safetensors")
    server = Server(artifacts)
    server.start()
    try:
        yield server
    finally:
        server.kill()
