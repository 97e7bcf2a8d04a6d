"""Comparing two ways of doing the same: alternating rounds in one run, medians and the range."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Literal

# `tiny` only shows that a row works; its figures mean nothing.
Size = Literal["tiny", "quick", "full"]
Meter = Callable[[], float]


@dataclass(frozen=True)
class Comparison:
    """One line of the table.

    `ours` and `other` are medians in `unit`; `ratio` is the median of ours / other over the rounds,
    `lowest` and `highest` its range. `note` says what was measured and on what.
    """

    row: str
    against: str
    unit: str
    ours: float
    other: float
    ratio: float
    lowest: float
    highest: float
    note: str


def compare(
    row: str,
    *,
    ours: Meter,
    other: Meter,
    rounds: int,
    against: str,
    unit: str,
    note: str = "",
    warm_up: bool = True,
) -> Comparison:
    """Call both meters in turns and return what came of it.

    Parameters
    ----------
    ours, other : functions that do the work once and return its figure in `unit`
    rounds : at least 1
        Every other round begins with the other one, so that neither profits from its place.
    against : what `other` is
    warm_up : call both once before, uncounted; a single round is for show and goes without
    """
    if warm_up and rounds > 1:
        ours(), other()
    pairs = [turn(ours, other, swapped=bool(number % 2)) for number in range(rounds)]
    ratios = [mine / theirs for mine, theirs in pairs]
    return Comparison(
        row=row,
        against=against,
        unit=unit,
        ours=median(mine for mine, _ in pairs),
        other=median(theirs for _, theirs in pairs),
        ratio=median(ratios),
        lowest=min(ratios),
        highest=max(ratios),
        note=note,
    )


def turn(ours: Meter, other: Meter, *, swapped: bool) -> tuple[float, float]:
    """Call both meters, the second first if `swapped`; return (ours, other)."""
    if swapped:
        theirs = other()
        return ours(), theirs
    return ours(), other()


def per_second(work: Callable[[], object], amount: float) -> Meter:
    """Return a meter of how much of `amount` the work gets done in a second."""

    def meter() -> float:
        began = time.perf_counter()
        work()
        return amount / (time.perf_counter() - began)

    return meter
