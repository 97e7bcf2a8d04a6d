"""Jobs for worker processes, which import them from here, and workers for tests of jobs."""

from __future__ import annotations

import os
import pickle
import signal
import time
from collections.abc import Callable, Generator, Iterable
from pathlib import Path

from pipeline.errors import DataError
from pipeline.workers import Item, Result


class Spiky(Exception):
    """An exception that can be packed and not unpacked."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} {second}")


def square(number: int) -> tuple[int, int]:
    """Return the square, and which process found it."""
    return number * number, os.getpid()


def slower_if_early(number: int) -> int:
    """Return the number, the lower the later."""
    time.sleep(max(0.0, 0.05 * (4 - number)))
    return number


def refuse(number: int, *, path: Path) -> int:
    """Refuse 3 as a stage does."""
    if number == 3:
        raise DataError("expected no 3, got it; take another", path=path, stage="segment")
    return number


def fail(number: int) -> int:
    """Fail in a way that cannot be told whole."""
    raise Spiky("bad", str(number))


def die(number: int) -> int:
    """End this process at 2, as the system does where memory runs out."""
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def note_and_sleep(number: int, *, folder: Path) -> int:
    """Leave a file called as this process, and take a minute."""
    (folder / str(os.getpid())).touch()
    time.sleep(60)
    return number


class LastFirst:
    """Workers that get jobs as bytes, take them last first and keep nothing of them."""

    count, lasting = 3, True
    done = 0  # jobs so far

    def map(
        self, function: Callable[[Item], Result], items: Iterable[Item], *, most: int = 0
    ) -> Generator[Result, None, None]:
        jobs = [pickle.dumps((function, item)) for item in items]
        done = [pickle.dumps(call(item)) for call, item in map(pickle.loads, reversed(jobs))]
        self.done += len(done)
        yield from map(pickle.loads, reversed(done))
