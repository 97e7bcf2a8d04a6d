"""Counting n-grams in blocks: the memory taken is that of a block, however long the text.

A block is all places whose first word lies in a range of the vocabulary, so that blocks one after
another give the n-grams in order, and none has to be merged with another. A word that is more
frequent than a block is large has blocks of its own, by the word after it, and so on. For each
block the text, which lies in a file, is gone through once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.arrays import Integers
from pipeline.column import Column
from pipeline.engine.memories.ngram_windows import Groups, Words, group_windows, most_windows

_STRETCH = 1 << 17  # words of the text that are looked through at once
_PRUNED = 3  # the least order of which n-grams may be dropped
_FEW = 5  # counts below it are counted


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
    counter.walk((), 0)
    return counter.finish()


class _Counter:
    """What has been counted so far; the n-grams come in ascending order."""

    def __init__(
        self, text: Words, base: int, order: int, min_count: int, block: int, folder: Path | None
    ) -> None:
        self.text, self.base, self.order, self.min_count = text, base, order, min_count
        self.bits = base.bit_length()
        self.block = min(block, most_windows(self.bits))
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

    def walk(self, prefix: tuple[int, ...], number: int) -> int:
        """Count the n-grams that begin with a prefix and are longer; `number` is the prefix's own.

        Returns the counts of those of one word more that are dropped.
        """
        following = self._count_following(prefix)  # (V + 2,)
        if len(prefix) == self.order - 1:
            return self._add([_leaves(following)], len(prefix) + 1, number)
        lost = 0
        totals = np.cumsum(following)
        for low, high in _ranges(totals, self.block):
            if (occurrences := int(totals[high - 1] - totals[low - 1])) > self.block:
                lost += self._count_frequent((*prefix, low), number, occurrences)
            elif occurrences:
                places = np.concatenate(list(self._places((*prefix, low), high - low)))
                lost += self._add(self._group(places, len(prefix)), len(prefix) + 1, number)
        return lost

    def _count_frequent(self, gram: tuple[int, ...], history: int, occurrences: int) -> int:
        """Count an n-gram of more places than a block has, and those that begin with it."""
        seen = np.zeros(self.base + 1, dtype=np.bool_)
        for places in self._places(gram):
            seen[self.text[places - 1]] = True
        preceding, longer = int(np.count_nonzero(seen[1:])), self.orders[len(gram) - 1]
        start = len(longer.keys)
        if len(gram) == 1:
            self.walk(gram, gram[0] - 1)
            self.unigram[gram[0] - 1] = preceding
            self.pairs[gram[0] - 1] = len(longer.keys) - start
            return 0
        own = self.orders[len(gram) - 2]
        lost = self.walk(gram, len(own.keys))
        own.few[preceding : preceding + 1] += 1
        if len(gram) >= _PRUNED and occurrences < self.min_count:
            return preceding
        own.keys.append(np.array([history * self.base + gram[-1] - 1]))
        own.counts.append(np.array([preceding]))
        self._add_histories(longer, np.array([start]), np.array([lost]))
        return 0

    def _add(self, groups: Sequence[Groups], first: int, number: int) -> int:
        """Add the groups of `first` words and of more, below the prefix of that number.

        Returns the counts of those of `first` words that are dropped.
        """
        lost = 0
        numbers, held = np.array([number]), np.ones(1, dtype=np.bool_)  # of the shorter ones
        for k, own in enumerate(groups, first):
            counts = own.occurrences if k == self.order else own.preceding
            real = own.words > 0
            kept = real & (own.occurrences >= self.min_count) if k >= _PRUNED else real
            if k == 1:
                numbers, held = own.words - 1, kept
                self.unigram[numbers] = counts
                continue
            level = self.orders[k - 2]
            children = np.bincount(own.parents[kept], minlength=len(held))
            dropped = real & ~kept
            away = _sum_by(own.parents[dropped], counts[dropped], len(held))
            if k == first:
                lost = int(away[0])
            elif k == 2:
                self.pairs[numbers] = children
            else:
                starts = len(level.keys) + np.cumsum(children) - children
                self._add_histories(level, starts[held], away[held])
            level.few[:] += np.bincount(np.minimum(counts[real], _FEW), minlength=_FEW)[:_FEW]
            keys = numbers[own.parents[kept]] * self.base + own.words[kept] - 1
            numbers, held = len(level.keys) + np.cumsum(kept) - 1, kept
            level.keys.append(keys)
            level.counts.append(counts[kept])
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

    def _count_following(self, prefix: tuple[int, ...]) -> Integers:
        """Return how often each word stands after a prefix, (V + 2,); nothing counts 0 times."""
        counts = np.zeros(self.base + 1, dtype=np.int64)
        if prefix:
            for places in self._places(prefix):
                following = self.text[len(prefix) :].take(places)
                counts += np.bincount(following, minlength=len(counts))
        else:
            for start in range(0, len(self.text), _STRETCH):
                counts += np.bincount(self.text[start : start + _STRETCH], minlength=len(counts))
        counts[0] = 0
        return counts

    def _places(self, gram: tuple[int, ...], width: int = 1) -> Iterator[Integers]:
        """Yield where an n-gram stands, or one of whose last words are the `width` from its own."""
        lows = np.array(gram, dtype=np.uint32)
        widths = np.ones(len(gram), dtype=np.uint32)
        widths[-1] = width
        stop = len(self.text) - self.order
        for start in range(1, stop, _STRETCH):
            # What lies below the range wraps round to a large number.
            stretch = self.text[start : min(start + _STRETCH, stop)] - lows[0]
            places = np.flatnonzero(stretch < widths[0]) + start
            for offset in range(1, len(gram)):
                words = self.text[offset:].take(places) - lows[offset]
                places = places[words < widths[offset]]
            yield places


def _ranges(totals: Integers, block: int) -> Iterator[tuple[int, int]]:
    """Yield ranges [low, high) of words that have at most so many places, or of a single word."""
    low = 1
    while low < len(totals):
        high = max(low + 1, int(totals.searchsorted(totals[low - 1] + block, side="right")))
        yield low, high
        low = high


def _leaves(following: Integers) -> Groups:
    """Return what stands after a history as the groups of the last words."""
    words = np.flatnonzero(following)
    parents = np.zeros(len(words), dtype=np.int64)
    return Groups(words, parents, occurrences=following[words], preceding=parents)


def _sum_by(groups: Integers, counts: Integers, size: int) -> Integers:
    """Return the sum of the counts of each group (size,)."""
    # The sums are of whole numbers, which float64 has exactly.
    return np.bincount(groups, weights=counts, minlength=size).astype(np.int64)
