"""The benchmarks: every row runs; medians, ranges and lines come out right."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import pytest

from benchmarks.__main__ import table_lines
from benchmarks.compare import Comparison, Size, compare
from benchmarks.rows import ROWS


@pytest.mark.parametrize("measure", ROWS.values(), ids=ROWS)
def test_a_row_at_a_tiny_size_gives_finite_ratios(
    measure: Callable[[Size], list[Comparison]],
) -> None:
    comparisons = measure("tiny")
    assert comparisons
    for comparison in comparisons:
        assert math.isfinite(comparison.ratio)
        assert 0 < comparison.lowest <= comparison.ratio <= comparison.highest


def test_comparison_holds_medians_and_the_range_of_the_ratios() -> None:
    # By hand: the first figures are the warm-up's; 10/5, 30/10 and 20/20 are 2, 3 and 1.
    ours, other = iter([1.0, 10.0, 30.0, 20.0]), iter([1.0, 5.0, 10.0, 20.0])
    result = compare(
        "row", ours=take(ours), other=take(other), rounds=3, against="other", unit="words/s"
    )
    assert (result.ours, result.other) == (20, 10)
    assert (result.lowest, result.ratio, result.highest) == (1, 2, 3)
    assert "(1.00–3.00)" in table_lines(result)[0]


def test_sides_take_turns_in_being_first() -> None:
    called: list[str] = []

    def meter(name: str) -> float:
        called.append(name)
        return 1.0

    compare(
        "row",
        ours=lambda: meter("ours"),
        other=lambda: meter("other"),
        rounds=2,
        against="other",
        unit="s",
        warm_up=False,
    )
    assert called == ["ours", "other", "other", "ours"]


def take(figures: Iterator[float]) -> Callable[[], float]:
    """Return a meter that reads its figures off a list."""
    return lambda: next(figures)
