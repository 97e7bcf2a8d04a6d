"""Ctrl-C: every command ends with one line and exit code 130, whatever was under way.

An interrupt becomes a `KeyboardInterrupt`, so that what was begun is tidied up. Two things keep it
from being lost. Within an import none is raised: libraries answer it with errors of their own or
swallow it, and as nothing has to be tidied up there that a killed run would not leave behind, the
process ends on the spot. And that there was one is remembered: `check` raises it again.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import NoReturn

INTERRUPTED = 130  # what a shell calls the end by SIGINT
_CALM = 1.0  # seconds in which further interrupts, such as an impatient second one, are ignored
_IMPORTING = "<frozen importlib"  # how the files that import modules are called


class _State:
    """What is known of interrupts: when the last one came, and what is to be said and done then."""

    came: float | None = None
    advice: str = ""
    tidy: Callable[[], None] | None = None


_state = _State()


def heed() -> None:
    """Answer interrupts from here on; where the process was told to ignore them, it does."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        return
    signal.signal(signal.SIGINT, _answer)
    sys.unraisablehook = _tell_of_others


def interrupted() -> bool:
    """Return whether there was an interrupt."""
    return _state.came is not None


def check() -> None:
    """Raise an interrupt once more, in case a library swallowed it.

    Raises
    ------
    KeyboardInterrupt
        There was one.
    """
    if interrupted():
        raise KeyboardInterrupt


@contextmanager
def advising(advice: str, tidy: Callable[[], None]) -> Iterator[None]:
    """Say what to do after an interrupt meanwhile; `tidy` restores the terminal if it comes."""
    _state.advice, _state.tidy = advice, tidy
    try:
        yield
    finally:
        _state.tidy = None
        if not interrupted():
            _state.advice = ""


def line() -> str:
    """Return what is said of an interrupt."""
    start = "\n" if sys.stderr.isatty() else ""  # below the ^C, or the text begun
    return f"{start}xuxie: interrupted{_state.advice}"


def close() -> bool:
    """Ignore interrupts from here on, as the process ends; return whether there was one."""
    if signal.getsignal(signal.SIGINT) is _answer:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    return interrupted()


def _answer(_number: int, frame: FrameType | None) -> None:
    """Raise `KeyboardInterrupt`, or end the process within an import."""
    now = time.monotonic()
    if _state.came is not None and now - _state.came < _CALM:
        return
    _state.came = now
    if _is_importing(frame):
        leave()
    raise KeyboardInterrupt


def _is_importing(frame: FrameType | None) -> bool:
    """Return whether a module is being imported in this frame or one that called it."""
    while frame is not None:
        if frame.f_code.co_filename.startswith(_IMPORTING):
            return True
        frame = frame.f_back
    return False


def leave() -> NoReturn:
    """End the process at once as an interrupt does, the terminal restored, the output written."""
    with suppress(Exception):
        if _state.tidy is not None:
            _state.tidy()
    with suppress(Exception):
        sys.stdout.flush()
    with suppress(Exception):
        sys.stderr.write(line() + "\n")
        sys.stderr.flush()
    os._exit(INTERRUPTED)


def _tell_of_others(report: sys.UnraisableHookArgs) -> None:
    """Tell of errors that nothing could catch, but not of an interrupt: it is remembered."""
    if not issubclass(report.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(report)
