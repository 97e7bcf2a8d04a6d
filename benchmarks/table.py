"""Results as lines for people."""

from __future__ import annotations

from benchmarks.compare import Bar, Comparison, LeftOut
from benchmarks.growth import Growth

HEADER = (
    f"{'row':<21}{'ours':>11}{'other':>11} {'unit':<13}{'ours/other':>11}  {'(range)':<20}other"
)

Result = Comparison | Growth | LeftOut


def number(value: float) -> str:
    """Return a figure with three significant digits, and no fewer than its whole digits."""
    return f"{value:,.0f}" if value >= 100 else f"{value:#.3g}"


def table_lines(result: Result) -> list[str]:
    """Return a result's lines of the table."""
    if isinstance(result, LeftOut):
        return [f"{result.row:<21}left out: {result.reason}"]
    if isinstance(result, Growth):
        return growth_lines(result)
    c = result
    span = f"({number(c.lowest)}–{number(c.highest)})"
    lines = [
        f"{c.row:<21}{number(c.ours):>11}{number(c.other):>11} {c.unit:<13}"
        f"{number(c.ratio):>11}  {span:<20}{c.against}"
    ]
    if c.bar is not None:
        lines.append(f"    {bar_words(c.bar, c)}: {'met' if c.met else 'NOT MET'}")
    return [*lines, f"    {c.note}"]


def bar_words(bar: Bar, comparison: Comparison) -> str:
    """Return what is asked, as “bar: ours ≥ 1,000 words/s”."""
    value = f"{bar.value:,g}"
    if bar.figure == "ratio":
        return f"bar: ours/other {bar.sense} {value}"
    return f"bar: ours {bar.sense} {value} {comparison.unit}"


def growth_lines(growth: Growth) -> list[str]:
    """Return a line with the exponents and one with what each size took."""
    g = growth
    points = zip(g.sizes, g.seconds, g.megabytes, strict=True)
    found = "   ".join(
        f"{size:,}: {number(seconds)} s, {number(megabytes)} MB"
        for size, seconds, megabytes in points
    )
    return [
        f"{g.row:<21}time ∝ size^{g.time_exponent:.2f}, memory ∝ size^{g.memory_exponent:.2f}"
        f"  {g.work}",
        f"    {g.axis} {found}",
        f"    {g.note}",
    ]
