"""The speeches of a novel: what is said, who says it, and the word that introduces it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.arrays import Ids, Integers
from pipeline.engine.text_blocks import text_blocks
from pipeline.engine.writing.constraints.marks import Marks, Role, id_array


@dataclass(frozen=True)
class Speeches:
    """Quotations that a word and a pause introduce, as in 宝玉笑道：“; not those within others.

    Attributes
    ----------
    starts, stops : int64 (speeches,)
        The places of the marks that open and close them.
    speakers : int32 (speeches,)
        The words that begin the sentences that introduce them.
    verbs : int32 (speeches,)
        The words before the pauses.
    """

    starts: Integers
    stops: Integers
    speakers: Ids
    verbs: Ids


def find_speeches(text_ids: Ids, marks: Marks) -> Speeches:
    """Return the speeches of a text, in which ids outside the vocabulary are gaps."""
    table = np.array([*marks.roles, Role.BREAK], dtype=np.int8)  # (V + 1,)
    found = [_find(ids, table[ids], first, marks) for first, ids in _stretches(text_ids, table)]
    return Speeches(
        starts=np.concatenate([own.starts for own in found]),
        stops=np.concatenate([own.stops for own in found]),
        speakers=np.concatenate([own.speakers for own in found]),
        verbs=np.concatenate([own.verbs for own in found]),
    )


def _stretches(text_ids: Ids, table: NDArray[np.int8]) -> Iterator[tuple[int, Ids]]:
    """Yield a text some whole paragraphs at a time, and where they begin; no speech leaves one."""
    rest, first = np.empty(0, dtype=np.int32), 0
    for block, _ in text_blocks(text_ids, len(table) - 1, reach=0):
        ids = np.concatenate([rest, block])
        breaks = np.flatnonzero(table[ids] == Role.BREAK)
        whole = int(breaks[-1]) + 1 if len(breaks) else 0
        yield first, ids[:whole]
        first, rest = first + whole, ids[whole:]
    yield first, rest


def _find(ids: Ids, roles: NDArray[np.int8], first: int, marks: Marks) -> Speeches:
    """Return the speeches of some paragraphs that begin at the place `first`."""
    introduced = np.zeros(len(ids), dtype=bool)
    introduced[2:] = (roles[1:-1] == Role.PAUSE) & (roles[:-2] == Role.WORD)
    starts, stops = _quotations(ids, introduced, roles == Role.BREAK, marks)
    words = np.flatnonzero(roles == Role.WORD)
    ending = np.isin(ids, quote_closers(marks)) | np.isin(roles, (Role.END, Role.BREAK))
    ends = np.concatenate([[-1], np.flatnonzero(ending)])  # of sentences
    before = ends[np.searchsorted(ends, starts) - 1]  # the end of the sentence before each
    return Speeches(
        starts=first + starts,
        stops=first + stops,
        speakers=ids[words[np.searchsorted(words, before, side="right")]].astype(np.int32),
        verbs=ids[starts - 2].astype(np.int32),
    )


def places_within(speeches: Speeches, first: int, last: int) -> tuple[Integers, Integers]:
    """Return the places of all that some speeches say, (places,), and to which each belongs.

    `first` and `last` tell which: of a large shelf those of all would take gigabytes.
    """
    starts, stops = speeches.starts[first:last] + 1, speeches.stops[first:last]
    lengths = stops - starts
    owners = np.repeat(np.arange(len(lengths)), lengths)
    before = np.cumsum(lengths) - lengths  # how many places the speeches before each have
    return np.arange(len(owners)) + (starts - before)[owners], first + owners


def quote_closers(marks: Marks) -> Ids:
    """Return the marks that close a quotation."""
    return id_array(sorted({int(c) for quote in marks.quotes for c in marks.closers[quote]}))


def _quotations(
    ids: Ids, introduced: NDArray[np.bool_], broken: NDArray[np.bool_], marks: Marks
) -> tuple[Integers, Integers]:
    """Return where the introduced quotations of a text start and stop, but those within others.

    A straight mark opens where it is introduced; a paragraph's end stops what is open.
    """
    starts, stops = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for opening in sorted(marks.quotes):
        own = np.flatnonzero(introduced & (ids == opening))
        closing = np.flatnonzero(broken | np.isin(ids, marks.closers[opening]))
        closing = np.append(closing, len(ids))
        starts.append(own)
        stops.append(closing[np.searchsorted(closing, own, side="right")])
    order = np.argsort(np.concatenate(starts))
    start, stop = np.concatenate(starts)[order], np.concatenate(stops)[order]
    reached = np.maximum.accumulate(np.concatenate([[-1], stop]))[:-1]
    outer = start > reached
    return start[outer], stop[outer]
