"""Counting n-grams in blocks: the memory taken is that of a block, however long the text.

A block is all places whose first word lies in a range of the vocabulary, so that blocks one after
another give the n-grams in order, and none has to be merged with another. The places are sorted
into blocks in a file, as the text is gone through. A word that is more frequent than a block is
large has blocks of its own, by the word after it, and so on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.arrays import Integers
from pipeline.column import Column
from pipeline.engine.memories.ngram_windows import Groups, Words, group_windows, most_windows

_STRETCH = 1 << 17  # words of the text that are looked through at once
_PRUNED = 3  # the least order of which n-grams may be dropped
_FEW = 5  # counts below it are counted

_Places = Callable[[], Iterator[Integers]]  # (n,) each, in the order of the text


@dataclass(frozen=True)
class Counted:
    """The k-grams of one order, k at least 2: G that are kept, over H histories.

    Attributes
    ----------
    keys : int64 (G,), ascending
        The number of the first k − 1 words times (V + 1), plus the last word.
    counts : int64 (G,)
    starts : int64 (H,)
        Where each history's k-grams begin.
    lost : int64 (H,), or nothing where all are kept
        The counts of each history's k-grams that were dropped.
    few : int64 (5,)
        How many k-grams have each count below 5, dropped ones too.
    """

    keys: Column[np.int64]
    counts: Column[np.int64]
    starts: Column[np.int64]
    lost: Column[np.int64]
    few: Integers


@dataclass(frozen=True)
class Counts:
    """`unigram` int64 (V + 1,), the unknown word last, and the orders from 2 on."""

    unigram: Integers
    orders: tuple[Counted, ...]


def count_ngrams(
    text: Words,
    *,
    vocabulary_size: int,
    order: int,
    min_count: int,
    block: int,
    folder: Path | None,
) -> Counts:
    """Count the n-grams of a text: occurrences at the highest order, below it preceding words.

    Parameters
    ----------
    text : uint32 (N,)
        Words from 1 on, V + 1 for the unknown one; 0 between spans, at the beginning and `order`
        times at the end.
    vocabulary_size : int
        V.
    order : int, at least 2
    min_count : int, at least 1
        N-grams of order 3 and more that occur less often are dropped.
    block : int, at least 1
        Windows that are counted at once.
    folder : Path, optional
        Where the files lie.
    """
    counter = _Counter(text, vocabulary_size + 1, order, min_count, block, folder)
    counter.count_all()
    return counter.finish()


class _Counter:
    """What has been counted so far; the n-grams come in ascending order."""

    def __init__(
        self, text: Words, base: int, order: int, min_count: int, block: int, folder: Path | None
    ) -> None:
        self.text, self.base, self.order, self.min_count = text, base, order, min_count
        self.bits = base.bit_length()
        self.block = min(block, most_windows(self.bits))
        self.folder = folder
        self.unigram: Integers = np.zeros(base, dtype=np.int64)
        self.pairs: Integers = np.zeros(base, dtype=np.int64)  # that begin with each word
        self.orders = tuple(
            Counted(
                keys=Column(np.int64, folder),
                counts=Column(np.int64, folder),
                starts=Column(np.int64, folder),
                lost=Column(np.int64, folder),
                few=np.zeros(_FEW, dtype=np.int64),
            )
            for _ in range(2, order + 1)
        )

    def finish(self) -> Counts:
        """Return it all."""
        self.orders[0].starts.append(np.cumsum(self.pairs) - self.pairs)
        return Counts(self.unigram, self.orders)

    def count_all(self) -> None:
        """Count the n-grams of the whole text."""
        self._walk((), 0, partial(_stretches, 1, len(self.text) - self.order))

    def _walk(self, prefix: tuple[int, ...], number: int, places: _Places) -> int:
        """Count the n-grams that begin with a prefix and are longer.

        `number` is the prefix's own, `places` are those where it stands. Returns the counts of
        the n-grams of one word more that are dropped.
        """
        depth = len(prefix)
        following = self._count_following(depth, places)  # (V + 2,)
        if depth == self.order - 1:
            return self._add([_leaves(following)], self.order, number)
        highs = _cut_ranges(following, self.block)  # (R,)
        bounds = np.concatenate([[0], np.cumsum(following)[highs - 1]])  # (R + 1,)
        split = self._split(depth, places, highs, bounds)
        lost = 0
        for high, (start, stop) in zip(highs.tolist(), pairwise(bounds.tolist()), strict=True):
            if stop - start > self.block:
                own = partial(_read_stretches, split, start, stop)
                lost += self._count_frequent((*prefix, high - 1), number, own, stop - start)
            elif stop > start:
                groups = self._group(split.read(start, stop), depth)
                lost += self._add(groups, depth + 1, number)
        return lost

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
            stops = np.cumsum(
                np.bincount(found, minlength=len(highs) + 1)
            )  # those of no word first
            for r in np.flatnonzero(np.diff(stops)).tolist():
                part = ordered[stops[r] : stops[r + 1]]
                split.put(int(ends[r]), part)
                ends[r] += len(part)
        return split

    def _count_frequent(
        self, gram: tuple[int, ...], history: int, places: _Places, occurrences: int
    ) -> int:
        """Count an n-gram of more places than a block has, and those that begin with it."""
        seen = np.zeros(self.base + 1, dtype=np.bool_)
        for own in places():
            seen[self.text.take(own - 1)] = True
        preceding, longer = int(np.count_nonzero(seen[1:])), self.orders[len(gram) - 1]
        start = len(longer.keys)
        if len(gram) == 1:
            self._walk(gram, gram[0] - 1, places)
            self.unigram[gram[0] - 1] = preceding
            self.pairs[gram[0] - 1] = len(longer.keys) - start
            return 0
        level = self.orders[len(gram) - 2]
        lost = self._walk(gram, len(level.keys), places)
        level.few[preceding : preceding + 1] += 1
        if len(gram) >= _PRUNED and occurrences < self.min_count:
            return preceding
        level.keys.append(np.array([history * self.base + gram[-1] - 1]))
        level.counts.append(np.array([preceding]))
        self._add_histories(longer, np.array([start]), np.array([lost]))
        return 0

    def _add(self, groups: Sequence[Groups], first: int, number: int) -> int:
        """Add the groups of `first` words and of more, below the prefix of that number.

        Returns the counts of those of `first` words that are dropped.
        """
        lost = 0
        numbers, held = np.array([number]), _mask(np.ones(1, dtype=np.bool_))  # of shorter ones
        for k, own in enumerate(groups, first):
            counts = own.occurrences if k == self.order else own.preceding
            real = own.words > 0
            least = self.min_count if k >= _PRUNED else 1
            kept = real & (own.occurrences >= least) if least > 1 else real
            chosen = _mask(kept)
            if k == 1:
                numbers, held = own.words - 1, chosen
                self.unigram[numbers] = counts
                continue
            level, parents = self.orders[k - 2], own.parents[chosen]
            children = np.bincount(parents, minlength=len(numbers))
            away = _sum_by(own.parents, counts, real & ~kept, len(numbers))
            if k == first:
                lost = int(away[0])
            elif k == 2:
                self.pairs[numbers] = children
            else:
                starts = len(level.keys) + np.cumsum(children) - children
                self._add_histories(level, starts[held], away[held])
            level.few[:] += np.bincount(np.minimum(counts[_mask(real)], _FEW), minlength=6)[:_FEW]
            keys = numbers[parents] * self.base + own.words[chosen] - 1
            numbers, held = len(level.keys) + np.cumsum(kept) - 1, chosen
            level.keys.append(keys)
            level.counts.append(counts[chosen])
        return lost

    def _add_histories(self, level: Counted, starts: Integers, lost: Integers) -> None:
        """Add where the n-grams of more histories begin, and what they have lost."""
        level.starts.append(starts)
        if self.min_count > 1:
            level.lost.append(lost)

    def _group(self, places: Integers, skipped: int) -> list[Groups]:
        """Return the groups of the windows at these places, without so many first words."""
        words = [self.text[skipped:].take(places)]
        for offset in range(skipped + 1, self.order):
            words.append(self.text[offset:].take(places) * (words[-1] > 0))
        return group_windows(left=self.text.take(places - 1), words=words, bits=self.bits)

    def _count_following(self, depth: int, places: _Places) -> Integers:
        """Return how often each word stands after `depth` others, (V + 2,); nothing 0 times."""
        counts = np.zeros(self.base + 1, dtype=np.int64)
        for own in places():
            counts += np.bincount(self.text[depth:].take(own), minlength=len(counts))
        counts[0] = 0
        return counts


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


def _leaves(following: Integers) -> Groups:
    """Return what stands after a history as the groups of the last words."""
    words = np.flatnonzero(following)
    parents = np.zeros(len(words), dtype=np.int64)
    return Groups(words, parents, occurrences=following[words], preceding=parents)


def _mask(kept: NDArray[np.bool_]) -> NDArray[np.bool_] | slice:
    """Return what chooses the kept ones: where that is all, without copying them."""
    return slice(None) if kept.all() else kept


def _sum_by(groups: Integers, counts: Integers, chosen: NDArray[np.bool_], size: int) -> Integers:
    """Return the sum of each group's chosen counts (size,)."""
    if not chosen.any():
        return np.zeros(size, dtype=np.int64)
    # The sums are of whole numbers, which float64 has exactly.
    weights = counts[chosen]
    return np.bincount(groups[chosen], weights=weights, minlength=size).astype(np.int64)
