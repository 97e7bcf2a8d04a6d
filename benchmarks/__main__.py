"""Measure and print a table: python -m benchmarks [--quick] [--json] [ROW …].

Both sides of a row run in turns in one process run; a figure is the median, the ratio is ours /
other with its range. More is better for …/s, less for MB and s.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterable
from dataclasses import asdict

from benchmarks.compare import Comparison

HEADER = (
    f"{'row':<21}{'ours':>11}{'other':>11} {'unit':<13}{'ours/other':>11}  {'(range)':<20}other"
)


def number(value: float) -> str:
    """Return a figure with three significant digits, and no fewer than its whole digits."""
    return f"{value:,.0f}" if value >= 100 else f"{value:#.3g}"


def table_lines(comparison: Comparison) -> list[str]:
    """Return a comparison's line of the table, and its note."""
    c = comparison
    span = f"({number(c.lowest)}–{number(c.highest)})"
    return [
        f"{c.row:<21}{number(c.ours):>11}{number(c.other):>11} {c.unit:<13}"
        f"{number(c.ratio):>11}  {span:<20}{c.against}",
        f"    {c.note}",
    ]


def parse(names: Iterable[str]) -> argparse.Namespace:
    """Read the command line."""
    names = list(names)
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, shorter text")
    parser.add_argument("--json", action="store_true", help="print JSON for scripts")
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"of {', '.join(names)}; all")
    options = parser.parse_args()
    unknown = [row for row in options.rows if row not in names]
    if unknown:
        parser.error(f"expected rows of {', '.join(names)}, got {', '.join(unknown)}")
    return options


def main() -> None:
    """Measure the rows asked for and print them as they come."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    from benchmarks.rows import ROWS

    options = parse(ROWS)
    comparisons: list[Comparison] = []
    if not options.json:
        print(HEADER)
    for name in options.rows or ROWS:
        measured = ROWS[name]("quick" if options.quick else "full")
        comparisons += measured
        if not options.json:
            print(*(line for c in measured for line in table_lines(c)), sep="\n", flush=True)
    if options.json:
        rows = [asdict(comparison) for comparison in comparisons]
        print(json.dumps(rows, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
