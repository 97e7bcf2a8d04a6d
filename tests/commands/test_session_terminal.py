"""Sessions on a real pseudo-terminal: line editing, history, Ctrl-D and Ctrl-C."""

from __future__ import annotations

import os
import select
import sys
import time

import pytest
from commands import SEED_PHRASE, model_options
from pipelines import ROOT, Trained, environment

pty = pytest.importorskip("pty", reason="there are no pseudo-terminals")


def on_a_terminal(trained: Trained, keys: list[str]) -> tuple[int, str]:
    """A session on a pseudo-terminal, keys one after the other; exit code and all that it shows."""
    arguments = ["generate", SEED_PHRASE, "--interactive", "--rng-seed", "1"]
    child, terminal = pty.fork()
    if child == 0:
        command = [sys.executable, str(ROOT / "cli.py"), *arguments, *model_options(trained)]
        os.execve(sys.executable, command, {**environment(), "TERM": "xterm"})
    shown = b""
    try:
        for key in keys:  # each ends a line, so that another is asked for
            shown += until_quiet(terminal, ended=False)
            os.write(terminal, key.encode())
        shown += until_quiet(terminal, ended=True)
        _, status = os.waitpid(child, 0)
    finally:
        os.close(terminal)
    return os.waitstatus_to_exitcode(status), shown.decode("utf-8", "replace")


def until_quiet(terminal: int, *, ended: bool) -> bytes:
    """What is shown until a line is asked for and half a second nothing more, or until the end."""
    shown, deadline = b"", time.monotonic() + 30
    while time.monotonic() < deadline:
        ready, _, _ = select.select([terminal], [], [], 0.5)
        if not ready and not ended and b"?2004h" in shown:  # the editor has begun
            break
        if ready:
            try:
                piece = os.read(terminal, 65536)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            shown += piece
    return shown


@pytest.mark.slow
def test_a_terminal_has_history_and_ends_with_ctrl_d(trained: Trained) -> None:
    up = "\x1b[A"
    code, shown = on_a_terminal(trained, ["来喜\r", f"{up}\r", "\x04"])
    assert code == 0
    assert shown.replace("\r", "").rstrip().endswith(SEED_PHRASE + "来喜来喜")


@pytest.mark.slow
def test_ctrl_c_on_a_terminal_keeps_the_text(trained: Trained) -> None:
    code, shown = on_a_terminal(trained, ["来喜\r", "not entered\x03"])
    assert code == 130
    assert shown.replace("\r", "").rstrip().endswith(SEED_PHRASE + "来喜")
    assert "Traceback" not in shown
