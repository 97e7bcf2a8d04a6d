"""How the time of some work grows with what it works on, which no machine's speed changes."""

from __future__ import annotations

import time
from collections.abc import Callable
from timeit import Timer
from typing import TypeVar

T = TypeVar("T")

TIMES = 8  # as much to work on, the second time
_MOST = 2 * TIMES  # times the seconds; with the square of the size they grow to 64 times
_FEW = 0.2  # seconds; what ends within them bothers nobody, and is too short to be measured
_TRIES = 3  # another process may disturb one of two measurements, seldom three times


def assert_linear(work: Callable[[T], object], part: T, whole: T) -> None:
    """Fail if the work on the whole takes twice what eight times that on an eighth of it would.

    What is measured is the processor's time of this process, without the search for garbage (its
    time grows with all that other tests have left), as `timeit` does it.
    """
    growths = []
    for _ in range(_TRIES):
        seconds = _seconds(work, whole)
        if seconds < _FEW:
            return
        growths.append(seconds / _seconds(work, part))
        if growths[-1] < _MOST:
            return
    raise AssertionError(f"{TIMES} times the size takes {min(growths):.0f} times the time")


def _seconds(work: Callable[[T], object], given: T) -> float:
    return Timer(lambda: work(given), timer=time.process_time).timeit(1)
