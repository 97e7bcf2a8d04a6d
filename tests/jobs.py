"""Jobs for worker processes, which import them from here."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from pipeline.errors import DataError


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
