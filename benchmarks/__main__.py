"""Measure and print a table: python -m benchmarks [--quick] [--json] [ROW …].

Both sides of a row run in turns in one process run; a figure is the median, the ratio is ours /
other with its range. More is better for …/s, less for MB and s. The rows of growth give seconds and
peak memory at several sizes, and the exponents that fit them.

python -m benchmarks peers [--help] is a table of its own: how well peers foretell held-out text.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from dataclasses import asdict


def parse(names: Iterable[str]) -> argparse.Namespace:
    """Read the command line."""
    names = list(names)
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, smaller sizes")
    parser.add_argument("--json", action="store_true", help="print JSON for scripts")
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"of {', '.join(names)}; all")
    options = parser.parse_args()
    unknown = [row for row in options.rows if row not in names]
    if unknown:
        parser.error(f"expected rows of {', '.join(names)}, got {', '.join(unknown)}")
    return options


def main() -> None:
    """Measure the rows asked for, or the peers, and print them as they come."""
    if "peers" in sys.argv[1:]:
        from benchmarks.peers.command import peers

        for line in peers([own for own in sys.argv[1:] if own != "peers"]):
            print(line, flush=True)
        return
    from benchmarks.rows import ROWS
    from benchmarks.table import HEADER, Result, table_lines

    options = parse(ROWS)
    results: list[Result] = []
    if not options.json:
        print(HEADER)
    for name in options.rows or ROWS:
        measured = ROWS[name]("quick" if options.quick else "full")
        results += measured
        if not options.json:
            print(
                *(line for result in measured for line in table_lines(result)), sep="\n", flush=True
            )
    if options.json:
        rows = [asdict(result) for result in results]
        print(json.dumps(rows, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
