"""How cost grows with size: seconds and peak memory at several sizes, and the exponents that fit.

Each figure is that of a fresh process, whose memory is its peak less the peak it had reached with
all modules imported.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median

import numpy as np

from benchmarks.process import fresh, peak_megabytes

Work = Callable[[], object]
Prepare = Callable[[int], Work]  # size → the work at that size, ready to be timed


@dataclass(frozen=True)
class Growth:
    """What `work` takes at each of the `sizes`, and a in cost ∝ size^a, fitted to all of them.

    `axis` is what the sizes count; `seconds` are of the work done once, `megabytes` of preparing
    and doing it.
    """

    row: str
    work: str
    axis: str
    sizes: tuple[int, ...]
    seconds: tuple[float, ...]
    megabytes: tuple[float, ...]
    time_exponent: float
    memory_exponent: float
    note: str


def grow(
    row: str,
    prepare: Prepare,
    sizes: Sequence[int],
    *,
    work: str,
    axis: str,
    repeats: int = 1,
    warm_up: bool = False,
    modules: Sequence[str] = (),
    alone: bool = True,
    note: str = "",
) -> Growth:
    """Measure the work at every size.

    Parameters
    ----------
    prepare : a function of a module, with arguments if any by `functools.partial`
        Called with the size in the process that measures.
    sizes : at least one
    repeats : at least 1
        The time is the median of so many.
    warm_up : do the work once before, uncounted
    modules : what the work imports, to be imported before memory is looked at
    alone : each size in a process of its own; else the memory figures mean nothing
    """
    points = []
    for size in sizes:
        measure = partial(cost, prepare, size, repeats, warm_up, modules)
        points.append(fresh(measure)() if alone else measure())
    seconds, megabytes = (tuple(values) for values in zip(*points, strict=True))
    return Growth(
        row=row,
        work=work,
        axis=axis,
        sizes=tuple(sizes),
        seconds=seconds,
        megabytes=megabytes,
        time_exponent=exponent(sizes, seconds),
        memory_exponent=exponent(sizes, megabytes),
        note=note,
    )


def cost(
    prepare: Prepare, size: int, repeats: int, warm_up: bool, modules: Sequence[str]
) -> tuple[float, float]:
    """Return the seconds of the work done once, and the MB that it took with its preparation."""
    for name in modules:
        importlib.import_module(name)
    before = peak_megabytes()
    work = prepare(size)
    if warm_up:
        work()
    seconds = median(seconds_of(work) for _ in range(repeats))
    return seconds, peak_megabytes() - before


def seconds_of(work: Work) -> float:
    """Return how long the work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def exponent(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """Return a of cost ∝ size^a by least squares of the logarithms; 0 for a single size.

    A cost of nothing, as too little memory to be seen, is taken as a thousandth.
    """
    if len(sizes) < 2:
        return 0.0
    logs = np.log(np.maximum(costs, 1e-3))
    return float(np.polyfit(np.log(sizes), logs, 1)[0])
