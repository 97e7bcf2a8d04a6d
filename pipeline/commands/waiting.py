"""How far a long job is that is no stage: a bar with the time left, or a line now and then."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipeline.commands.progress import fit_note, open_bar
from pipeline.interrupts import check
from pipeline.shown import shown

if TYPE_CHECKING:
    from rich.progress import Progress

_LOG_SECONDS = 10.0
_BESIDE = 60  # columns of a bar's other parts, at most


class Waiting:
    """Tells how far a job is, on a stream."""

    def __init__(self, name: str, total: float) -> None:
        self.name, self.total, self.done = name, max(total, 1.0), 0.0
        self.began = self.told = time.monotonic()
        self.bar: Progress | None = None
        if sys.stderr.isatty():
            self.bar = open_bar(sys.stderr)
            self.bar.add_task(name, total=None, note="")
            self.bar.start()

    def advance(self, amount: float, note: str = "") -> None:
        """Say that so much more is done; an interrupt that came meanwhile is heard."""
        check()
        self.done += amount
        if self.bar is not None:
            room = self.bar.console.width - _BESIDE
            note = fit_note(note, room) if room > 0 else ""
            task = self.bar.task_ids[0]
            self.bar.update(task, completed=self.done, total=self.total, note=note)
            return
        now = time.monotonic()
        if now - self.told >= _LOG_SECONDS:
            self.told = now
            left = (now - self.began) * (self.total - self.done) / max(self.done, 1e-9)
            share = f"{self.done / self.total:.0%}"
            print(
                f"{self.name}: {share}, {left:,.0f} s left  {shown(note)}",
                file=sys.stderr,
                flush=True,
            )

    def close(self) -> None:
        """Remove the bar."""
        if self.bar is not None:
            self.bar.stop()
            self.bar = None


@contextmanager
def waiting(name: str, total: float) -> Iterator[Waiting]:
    """Yield what tells how far a job of `total` units is; nothing of it stays on a terminal."""
    own = Waiting(name, total)
    try:
        yield own
    finally:
        own.close()
