"""Ctrl-C ends a run once: a second one, pressed at once, does not break the clean-up."""

from __future__ import annotations

import atexit
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

DEAF_SECONDS = 3.0  # after the first Ctrl-C; the clean-up takes a small part of it


class _Ear:
    """A handler that raises `KeyboardInterrupt`, but not again for some seconds."""

    heard: float | None = None

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Hear a signal."""
        now = time.monotonic()
        if self.heard is not None and now - self.heard < DEAF_SECONDS:
            return
        if self.heard is None:
            atexit.register(_ignore)  # while Python ends, the signal would kill it
        self.heard = now
        raise KeyboardInterrupt


@contextmanager
def heard_once() -> Iterator[None]:
    """Hear the first Ctrl-C and be deaf to those that follow within some seconds.

    The deafness lasts beyond the block, until whoever called has said its last word. Handlers of
    others and other threads than the main one are left alone.
    """
    before = signal.getsignal(signal.SIGINT)
    main = threading.current_thread() is threading.main_thread()
    if not main or before is not signal.default_int_handler:
        yield
        return
    ear = _Ear()
    signal.signal(signal.SIGINT, ear)
    try:
        yield
    finally:
        if ear.heard is None:
            signal.signal(signal.SIGINT, before)


def _ignore() -> None:
    """Ignore Ctrl-C for good."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
