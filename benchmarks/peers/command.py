"""`python -m benchmarks peers`: bits per character of peers and of xuxie, on the same chapters.

The chapters are those that `evaluate` tests with; line ends count. Peers learn from the training
chapters alone; validation chapters choose a checkpoint or an encoding. The networks train on one
thread for as many processor seconds as xuxie's whole stage `train` took. Peers whose package is
missing are left out: pip install -e '.[peers]'. paq8px is no Python package, and not here.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.compare import LeftOut
from benchmarks.novel import NOVELLA
from benchmarks.peers.novel import Novel, read_novel, train_novel
from benchmarks.peers.rows import Row, measure
from pipeline.errors import XuxieError

_HEADER = f"{'model':<18}{'bits/char':>10}{'seconds':>9}  what it is"
_EVERY = 10.0  # seconds between two lines of progress


def peers(arguments: Sequence[str]) -> Iterator[str]:
    """Yield the lines of the table as they come, or of JSON at the end.

    Raises
    ------
    SystemExit
        The arguments are not right, or there is no such run.
    """
    options = _parse(arguments)
    try:
        novel = read_novel(options.artifacts) if options.artifacts else train_novel(options.source)
    except XuxieError as error:
        raise SystemExit(f"peers: {error}") from error
    seconds = novel.seconds if options.seconds is None else options.seconds
    rows = measure(novel, seconds, _Log().progress)
    if options.json:
        yield json.dumps(_facts(novel, seconds, list(rows)), ensure_ascii=False, indent=2)
        return
    yield _heading(novel, seconds, given=options.seconds is not None)
    yield _HEADER
    yield from map(line, rows)


def line(row: Row) -> str:
    """Return a row as a line of the table."""
    if isinstance(row, LeftOut):
        return f"{row.row:<18}left out: {row.reason}"
    seconds = "" if row.seconds is None else f"{row.seconds:,.0f}"
    return f"{row.row:<18}{row.bits_per_character:>10.3f}{seconds:>9}  {row.note}"


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks peers",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    novel = parser.add_mutually_exclusive_group()
    novel.add_argument(
        "--artifacts", type=Path, metavar="DIR", help="the novel and scores of the last run there"
    )
    novel.add_argument(
        "--source",
        type=Path,
        metavar="FILE",
        default=NOVELLA,
        help="a novel to train on first, with default settings; the novella",
    )
    parser.add_argument(
        "--seconds",
        type=_positive,
        metavar="S",
        help="processor seconds of each network's training; those of `train`",
    )
    parser.add_argument("--json", action="store_true", help="print JSON for scripts")
    return parser.parse_args(arguments)


def _positive(text: str) -> float:
    """Return a number above 0."""
    value = float(text)
    if not 0 < value < float("inf"):
        raise ValueError
    return value


def _heading(novel: Novel, seconds: float, *, given: bool) -> str:
    """Return what is measured on."""
    chapters = sum(part == "test" for part, _ in novel.chapters)
    are = "given" if given else novel.seconds_are
    return (
        f"{len(novel.text('test')):,} characters in {chapters} test chapters after "
        f"{len(novel.text('train')):,}; {seconds:,.0f} processor seconds ({are}) a network"
    )


def _facts(novel: Novel, seconds: float, rows: list[Row]) -> dict[str, object]:
    """Return all that is told as values for JSON."""
    return {
        "training_characters": len(novel.text("train")),
        "test_characters": len(novel.text("test")),
        "seconds": seconds,
        "train_seconds": novel.seconds,
        "train_seconds_are": novel.seconds_are,
        "base": novel.base,
        "rows": [asdict(row) for row in rows],
    }


class _Log:
    """Writes how far a training is to the standard error, now and then."""

    last = 0.0

    def progress(self, done: float, note: str) -> None:
        """Write a line, unless one was written a moment ago."""
        if time.monotonic() - self.last >= _EVERY:
            self.last = time.monotonic()
            sys.stderr.write(f"  {done:>4.0%} {note}\n")
            sys.stderr.flush()
