"""Ctrl-C, once or twice, at any moment: one line, exit code 130, never a traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from commands import SEED_PHRASE, model_options
from pipelines import ROOT, SECONDS, Trained, arguments_for, start

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")

# Python itself answers interrupts until it has come to the first line of the program.
STARTED = 0.1


def interrupt(arguments: Sequence[str], delay: float, pause: float | None) -> tuple[int, str]:
    """Start a command, interrupt it after so many seconds and again; return its end and stderr."""
    process = start(arguments)
    try:
        time.sleep(STARTED + delay)
        process.send_signal(signal.SIGINT)
        if pause is not None:
            time.sleep(pause)
            process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=SECONDS)
    finally:
        process.kill()
    return process.returncode, errors


def assert_one_line(code: int, errors: str, ending: str = "") -> None:
    assert (code, "Traceback" in errors, "Exception" in errors) == (130, False, False), errors
    told = [line for line in errors.splitlines() if line.startswith("xuxie: ")]
    assert [line.startswith(f"xuxie: interrupted{ending}") for line in told] == [True], errors


@pytest.mark.slow
@pytest.mark.parametrize("number", range(14))
def test_while_libraries_load_and_words_are_written(trained: Trained, number: int) -> None:
    options = ["--words", "1000000", *model_options(trained)]
    pause = (None, 0.002, 0.03)[number % 3]
    assert_one_line(*interrupt(["generate", SEED_PHRASE, *options], 0.04 * number, pause))


@pytest.mark.slow
@pytest.mark.parametrize("number", range(6))
def test_while_stages_run_and_tensorflow_loads(
    trained: Trained, tmp_path: Path, number: int
) -> None:
    options = arguments_for(tmp_path / "artifacts", trained.novel)
    pause = (None, 0.01)[number % 2]
    code, errors = interrupt(
        ["run-all", *options, "--set", "train.epochs=1000"], 0.8 * number, pause
    )
    assert_one_line(code, errors)


# Loads a module that answers an interrupt as libraries do, and says in the end what came of it.
PROBE = """
import os, signal, sys, time
from pipeline import interrupts
interrupts.heed()
how = sys.argv[1]
if how == "import":
    sys.path.insert(0, sys.argv[2])
    import swallowing
else:
    class Swallowing:
        def __del__(self):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.01)
    Swallowing()
    try:
        interrupts.check()
    except KeyboardInterrupt:
        print(interrupts.line(), file=sys.stderr)
        sys.exit(130)
print("went on")
"""
SWALLOWING = """
import os, signal, time
try:
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0.01)
except BaseException as error:
    raise ImportError("something is wrong with this library") from error
"""


@pytest.mark.parametrize("how", ["import", "finaliser"])
def test_what_swallows_an_interrupt_does_not_lose_it(tmp_path: Path, how: str) -> None:
    (tmp_path / "swallowing.py").write_text(SWALLOWING, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", PROBE, how, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        timeout=SECONDS,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "xuxie: interrupted\n")


@pytest.mark.slow
def test_who_is_told_to_ignore_interrupts_does(trained: Trained) -> None:
    """As under `nohup`, or a shell's `&` in a script."""
    process = subprocess.Popen(
        [sys.executable, "cli.py", "score", "-", "--artifacts", str(trained.artifacts)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )
    try:
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate("青棠听了，".encode(), timeout=SECONDS)
    finally:
        process.kill()
    assert process.returncode == 0
    assert "summary" in output.decode("utf-8")
