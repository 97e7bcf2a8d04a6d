"""A text gone through block by block: the windows of each, in the order of the n-grams.

A block is all places whose first word lies in a range of the vocabulary, so that blocks one after
another give the n-grams in order, and none has to be merged with another. The places are sorted
into blocks in a file, as the text is gone through. A word that is more frequent than a block is
large has blocks of its own, by the word after it, and so on: they lie between its `Begin` and its
`End`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pipeline.arrays import Integers
from pipeline.column import Column
from pipeline.engine.memories.ngram_windows import Words, most_windows

_STRETCH = 1 << 17  # words of the text that are looked through at once

_Places = Callable[[], Iterator[Integers]]  # (n,) each, in the order of the text


class Windows(NamedTuple):
    """A block's windows: the word before each, its first word, the second …, (1 + K, n).

    They are of the narrowest type that holds a word, as they may go to another machine.
    """

    words: Words


class Followers(NamedTuple):
    """What stands after a frequent history that is as long as can be: words (G,), how often."""

    words: Integers
    counts: Integers


class Begin(NamedTuple):
    """A frequent word after those that have begun: what comes until its `End` stands after it."""

    word: int
    preceding: int  # different words that stand before it and those that have begun
    occurrences: int


class End(NamedTuple):
    """What was begun last has ended."""


Part = Windows | Followers | Begin | End


def count_places(part: Part) -> int:
    """Return of how many places of the text a part is."""
    match part:
        case Windows(words):
            return int(words.shape[1])
        case Followers(_, counts):
            return int(counts.sum())
    return 0  # its places come in the parts within it


def part_text(
    text: Words, *, base: int, order: int, block: int, folder: Path | None
) -> Iterator[Part]:
    """Yield a text's parts; what is in memory at once is a block.

    Parameters
    ----------
    text : uint32 (N,)
        Words from 1 on; 0 between spans, at the beginning and `order` times at the end.
    base : int
        The greatest word.
    order : int, at least 2
        K of windows that stand after nothing.
    block : int, at least 1
        Windows of a block at the most.
    folder : Path, optional
        Where the files lie.
    """
    most = min(block, most_windows(base.bit_length()))
    own = _Parting(text, base, order, most, folder)
    return own.walk(0, partial(_stretches, 1, len(text) - order))


@dataclass(frozen=True)
class _Parting:
    """The text, and how it is parted."""

    text: Words
    base: int
    order: int
    block: int
    folder: Path | None

    def walk(self, depth: int, places: _Places) -> Iterator[Part]:
        """Yield the parts of the places, which so many words have in common."""
        following = self._count_following(depth, places)  # (V + 2,)
        if depth == self.order - 1:
            words = np.flatnonzero(following)
            yield Followers(words, following[words])
            return
        highs = _cut_ranges(following, self.block)  # (R,)
        bounds = np.concatenate([[0], np.cumsum(following)[highs - 1]])  # (R + 1,)
        split = self._split(depth, places, highs, bounds)
        for high, (start, stop) in zip(highs.tolist(), pairwise(bounds.tolist()), strict=True):
            if stop - start > self.block:
                own = partial(_read_stretches, split, start, stop)
                yield Begin(high - 1, self._count_preceding(own), stop - start)
                yield from self.walk(depth + 1, own)
                yield End()
            elif stop > start:
                yield Windows(self._read_windows(split.read(start, stop), depth))

    def _count_following(self, depth: int, places: _Places) -> Integers:
        """Return how often each word stands after `depth` others, (V + 2,); nothing 0 times."""
        counts = np.zeros(self.base + 1, dtype=np.int64)
        for own in places():
            counts += np.bincount(self.text[depth:].take(own), minlength=len(counts))
        counts[0] = 0
        return counts

    def _count_preceding(self, places: _Places) -> int:
        """Return how many different words stand before the places."""
        seen = np.zeros(self.base + 1, dtype=np.bool_)
        for own in places():
            seen[self.text.take(own - 1)] = True
        return int(np.count_nonzero(seen[1:]))

    def _split(
        self, depth: int, places: _Places, highs: Integers, bounds: Integers
    ) -> Column[np.int64]:
        """Sort places by the range of the word after `depth` others: range r's from bounds[r] on.

        The ranges end before `highs` (R,), each where the next one begins; the first begins at 1.
        """
        split = Column(np.int64, self.folder)
        ranges = np.zeros(self.base + 1, dtype=np.min_scalar_type(len(highs)))  # 0 for no word
        ranges[1:] = 1 + np.repeat(np.arange(len(highs)), np.diff(highs, prepend=1))
        ends = bounds[:-1].copy()
        for own in places():
            found = ranges[self.text[depth:].take(own)]
            ordered = own[np.argsort(found, kind="stable")]
            stops = np.cumsum(np.bincount(found, minlength=len(highs) + 1))  # no word's first
            for r in np.flatnonzero(np.diff(stops)).tolist():
                part = ordered[stops[r] : stops[r + 1]]
                split.put(int(ends[r]), part)
                ends[r] += len(part)
        return split

    def _read_windows(self, places: Integers, depth: int) -> Words:
        """Return the windows at these places, without so many first words, (1 + K, n)."""
        shape = (1 + self.order - depth, len(places))
        windows = np.empty(shape, dtype=np.min_scalar_type(self.base))
        windows[0] = self.text.take(places - 1)
        windows[1] = self.text[depth:].take(places)
        for row, offset in enumerate(range(depth + 1, self.order), 2):
            windows[row] = self.text[offset:].take(places) * (windows[row - 1] > 0)
        return windows


def _stretches(start: int, stop: int) -> Iterator[Integers]:
    """Yield the numbers from `start` on, so many at once."""
    for first in range(start, stop, _STRETCH):
        yield np.arange(first, min(first + _STRETCH, stop))


def _read_stretches(column: Column[np.int64], start: int, stop: int) -> Iterator[Integers]:
    """Yield the values of a column from `start` on, so many at once."""
    for first in range(start, stop, _STRETCH):
        yield column.read(first, min(first + _STRETCH, stop))


def _cut_ranges(following: Integers, block: int) -> Integers:
    """Return where ranges of words end that have at most so many places, or are a single word."""
    totals = np.cumsum(following)
    highs, low = [], 1
    while low < len(totals):
        limit = totals[low - 1] + block
        highs.append(low := max(low + 1, int(totals.searchsorted(limit, side="right"))))
    return np.array(highs)
