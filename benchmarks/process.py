"""Measuring in a process of its own: what it takes of memory is then nobody else's."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TypeVar

MEGABYTE = 1e6

Result = TypeVar("Result")


def fresh(work: Callable[[], Result]) -> Callable[[], Result]:
    """Return a function that does the work in a new process each time."""

    def meter() -> Result:
        # Forked, it would begin with this process's memory.
        spawn = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(max_workers=1, mp_context=spawn) as pool:
            return pool.submit(work).result()

    return meter


def peak_megabytes() -> float:
    """Return the most memory that this process has had resident.

    Linux's ru_maxrss cannot be used: a process inherits there the peak of the one that started it.
    """
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text().splitlines()
        kilobytes = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
        return kilobytes * 1024 / MEGABYTE
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE  # bytes on macOS
