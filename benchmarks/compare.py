"""Comparing two ways of doing the same: alternating rounds in one run, medians and the range."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Literal, NamedTuple

# `tiny` only shows that a row works; its figures mean nothing.
Size = Literal["tiny", "quick", "full"]
Meter = Callable[[], float]


class Bar(NamedTuple):
    """What is asked of a comparison: its ratio, or our own figure, at least or at most `value`."""

    figure: Literal["ratio", "ours"]
    sense: Literal["≥", "≤"]
    value: float


@dataclass(frozen=True)
class Comparison:
    """One line of the table.

    `ours` and `other` are medians in `unit`; `ratio` is the median of ours / other over the rounds,
    `lowest` and `highest` its range. `note` says what was measured and on what. `bar` is what is
    asked for, `met` whether it was reached; None where nothing is asked.
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
    bar: Bar | None = None
    met: bool | None = None


@dataclass(frozen=True)
class LeftOut:
    """A row that could not be measured here, and why."""

    row: str
    reason: str


def compare(
    row: str,
    *,
    ours: Meter,
    other: Meter,
    rounds: int,
    against: str,
    unit: str,
    note: str = "",
    bar: Bar | None = None,
    warm_up: bool = True,
) -> Comparison:
    """Call both meters in turns and return what came of it.

    Parameters
    ----------
    ours, other : functions that do the work once and return its figure in `unit`
    rounds : at least 1
        Every other round begins with the other one, so that neither profits from its place.
    against : what `other` is
    bar : what is asked of the figures, if anything
    warm_up : call both once before, uncounted; a single round is for show and goes without
    """
    if warm_up and rounds > 1:
        ours(), other()
    pairs = [turn(ours, other, swapped=bool(number % 2)) for number in range(rounds)]
    ratios = [mine / theirs for mine, theirs in pairs]
    figures = {"ours": median(mine for mine, _ in pairs), "ratio": median(ratios)}
    return Comparison(
        row=row,
        against=against,
        unit=unit,
        ours=figures["ours"],
        other=median(theirs for _, theirs in pairs),
        ratio=figures["ratio"],
        lowest=min(ratios),
        highest=max(ratios),
        note=note,
        bar=bar,
        met=None if bar is None else reaches(figures[bar.figure], bar),
    )


def reaches(figure: float, bar: Bar) -> bool:
    """Return whether a figure is at or beyond the bar."""
    return figure >= bar.value if bar.sense == "≥" else figure <= bar.value


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
