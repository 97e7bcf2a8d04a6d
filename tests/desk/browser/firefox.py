"""Headless Firefox by its own protocol, Marionette, with its own input method."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

SECONDS = 30.0
KEYS = {
    "Control": "\ue009",
    "Shift": "\ue008",
    "Enter": "\ue007",
    "Escape": "\ue00c",
    "Backspace": "\ue003",
}
# Firefox hears of keys and compositions by this, whatever input method the system has.
METHOD = """
    window.method ??= Cc["@mozilla.org/text-input-processor;1"]
        .createInstance(Ci.nsITextInputProcessor);
    window.method.beginInputTransactionForTests(window);
    const [text] = arguments;
"""
COMPOSE = """
    method.setPendingCompositionString(text);
    method.appendClauseToPendingComposition(text.length, method.ATTR_RAW_CLAUSE);
    method.setCaretInPendingComposition(text.length);
    method.flushPendingComposition();
"""
DRAWN = (
    "[...document.querySelectorAll('#backdrop > div')].map((one) => one.textContent).join('\\n')"
)


class Firefox:
    """A browser with one tab."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._file = connection.makefile("rb")
        self._count = 0
        self._read()  # a greeting
        self.ask("WebDriver:NewSession", capabilities={})

    def _read(self) -> Any:
        length = b""
        while (character := self._file.read(1)) != b":":
            length += character
        return json.loads(self._file.read(int(length)))

    def ask(self, name: str, **given: Any) -> Any:
        """Ask for something, and return what came of it."""
        self._count += 1
        message = json.dumps([0, self._count, name, given]).encode("ascii")
        self._connection.sendall(str(len(message)).encode() + b":" + message)
        _, _, error, value = self._read()
        assert error is None, error["message"]
        return value

    def run(self, script: str, *given: Any, inside: str = "content") -> Any:
        """Run a script in the page, or in the browser itself ("chrome")."""
        self.ask("Marionette:SetContext", value=inside)
        return self.ask("WebDriver:ExecuteScript", script=script, args=list(given))["value"]

    def open(self, address: str) -> None:
        """Open the page, and wait until it can be used."""
        self.ask("Marionette:SetContext", value="content")
        self.ask("WebDriver:Navigate", url=address)
        self.until("document.documentElement.dataset.ready !== undefined")
        self.run("document.querySelector('#text').focus()")

    def until(self, condition: str) -> None:
        """Wait until something is true of the page."""
        limit = time.monotonic() + SECONDS
        while not self.run(f"return Boolean({condition})"):
            assert time.monotonic() < limit, condition
            time.sleep(0.02)

    def until_idle(self) -> None:
        """Wait until nothing is being written."""
        self.until("!document.body.classList.contains('busy')")

    def press(self, *keys: str) -> None:
        """Press keys together."""
        self.ask("Marionette:SetContext", value="content")
        values = [KEYS.get(key, key) for key in keys]
        downs = [{"type": "keyDown", "value": value} for value in values]
        ups = [{"type": "keyUp", "value": value} for value in reversed(values)]
        keyboard = {"type": "key", "id": "keyboard", "actions": downs + ups}
        self.ask("WebDriver:PerformActions", actions=[keyboard])

    def type(self, text: str) -> None:
        """Type a text, key by key."""
        for character in text:
            self.press(character)

    def compose(self, text: str) -> None:
        """Show what is composed so far."""
        self.run(METHOD + COMPOSE, text, inside="chrome")
        self.until(f"document.querySelector('#text').value.includes({json.dumps(text)})")

    def commit(self, text: str) -> None:
        """Put in what was composed."""
        self.run(METHOD + "method.commitCompositionWith(text);", text, inside="chrome")
        self.until(f"document.querySelector('#text').value.includes({json.dumps(text)})")

    @property
    def text(self) -> str:
        """The manuscript."""
        value: str = self.run("return document.querySelector('#text').value")
        return value

    @property
    def drawn(self) -> str:
        """What is drawn behind the manuscript."""
        value: str = self.run(f"return {DRAWN}")
        return value


def _connected(profile: Path, ends: Callable[[], int | None]) -> socket.socket:
    """Return a connection to a Firefox that is starting."""
    port, limit = profile / "MarionetteActivePort", time.monotonic() + SECONDS
    while not (port.is_file() and port.read_text().strip()):
        assert ends() is None, "Firefox has ended"
        assert time.monotonic() < limit, "Firefox does not start"
        time.sleep(0.05)
    return socket.create_connection(("127.0.0.1", int(port.read_text())), timeout=SECONDS)


@contextmanager
def firefox(profile: Path) -> Iterator[Firefox]:
    """Debian's Firefox with a profile of its own; tests are skipped where there is none."""
    path = shutil.which("firefox-esr") or shutil.which("firefox")
    if path is None:
        pytest.skip("no firefox on this machine")
    (profile / "user.js").write_text('user_pref("marionette.port", 0);\n', encoding="utf-8")
    options = ["--headless", "--no-remote", "--marionette", "--remote-allow-system-access"]
    process = subprocess.Popen(
        [path, *options, "--profile", str(profile), "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "HOME": str(profile)},
    )
    try:
        with _connected(profile, process.poll) as connection:
            yield Firefox(connection)
    finally:
        process.terminate()
        process.wait(SECONDS)
