"""Counting n-grams in blocks: the memory taken is that of a few, however long the text.

The text comes in parts (`ngram_blocks.py`), in the order of the n-grams. Each is counted by itself
(`ngram_tallies.py`), by whoever works, and added here in its turn, where the n-grams get their
numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from pipeline.arrays import Integers
from pipeline.column import Column
from pipeline.engine.memories.ngram_blocks import Begin, End, part_text
from pipeline.engine.memories.ngram_tallies import FEW, PRUNED, Tallied, Tally, tally_part
from pipeline.engine.memories.ngram_windows import Words
from pipeline.stage import Advance
from pipeline.workers import Workers, lasting_or_here

_UNDER_WAY = 8  # blocks at once, a few MB each: more workers than that have nothing to gain


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
    workers: Workers,
    advance: Advance,
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
    workers : Workers
        Who counts the blocks, if they last.
    advance : callable
        Told of how many of all words the n-grams that begin there are counted.
    """
    base = vocabulary_size + 1
    counter = _Counter(base, order, min_count, folder)
    parts = part_text(text, base=base, order=order, block=block, folder=folder)
    count = partial(tally_part, bits=base.bit_length(), order=order, min_count=min_count)
    done = 0
    with closing(lasting_or_here(workers).map(count, parts, most=_UNDER_WAY)) as tallied:
        for places, own in tallied:
            counter.take(own)
            done += places
            advance(done, len(text))
    return counter.finish()


@dataclass
class _Begun:
    """A frequent n-gram, and what is known of those that begin with it.

    `number` is its own, `start` where those of one word more begin, `lost` the counts of those of
    them that are dropped.
    """

    last: Begin
    number: int
    start: int
    lost: int = 0


class _Counter:
    """What has been counted so far; the n-grams come in ascending order."""

    def __init__(self, base: int, order: int, min_count: int, folder: Path | None) -> None:
        self.base, self.order, self.min_count = base, order, min_count
        self.begun: list[_Begun] = []
        self.unigram: Integers = np.zeros(base, dtype=np.int64)
        self.pairs: Integers = np.zeros(base, dtype=np.int64)  # that begin with each word
        self.orders = tuple(
            Counted(
                keys=Column(np.int64, folder),
                counts=Column(np.int64, folder),
                starts=Column(np.int64, folder),
                lost=Column(np.int64, folder),
                few=np.zeros(FEW, dtype=np.int64),
            )
            for _ in range(2, order + 1)
        )

    def finish(self) -> Counts:
        """Return it all."""
        self.orders[0].starts.append(np.cumsum(self.pairs) - self.pairs)
        return Counts(self.unigram, self.orders)

    def take(self, tallied: Tallied) -> None:
        """Add what comes next."""
        match tallied:
            case Begin():
                self._begin(tallied)
            case End():
                self._end(self.begun.pop())
            case _:
                self._add(tallied)

    def _begin(self, last: Begin) -> None:
        """Give a frequent n-gram the number that it will have when all after it has come."""
        k = len(self.begun) + 1
        number = last.word - 1 if k == 1 else len(self.orders[k - 2].keys)
        self.begun.append(_Begun(last, number, start=len(self.orders[k - 1].keys)))

    def _end(self, own: _Begun) -> None:
        """Add a frequent n-gram itself."""
        k, preceding = len(self.begun) + 1, own.last.preceding
        longer = self.orders[k - 1]
        if k == 1:
            self.unigram[own.number] = preceding
            self.pairs[own.number] = len(longer.keys) - own.start
            return
        level, before = self.orders[k - 2], self.begun[-1]
        level.few[preceding : preceding + 1] += 1
        if k >= PRUNED and own.last.occurrences < self.min_count:
            before.lost += preceding
            return
        level.keys.append(np.array([before.number * self.base + own.last.word - 1]))
        level.counts.append(np.array([preceding]))
        longer.starts.append(np.array([own.start]))
        if self.min_count > 1:
            longer.lost.append(np.array([own.lost]))

    def _add(self, tallies: Sequence[Tally]) -> None:
        """Add the n-grams of a block, below those that have begun."""
        first = self.order + 1 - len(tallies)
        numbers = np.array([self.begun[-1].number if self.begun else 0])  # of one word less
        for k, own in enumerate(tallies, first):
            words, children = own.words.astype(np.int64), own.children.astype(np.int64)
            if k == 1:
                numbers = words - 1
                self.unigram[numbers] = own.counts
                continue
            level = self.orders[k - 2]
            start = len(level.keys)
            if k == first:
                self.begun[-1].lost += int(own.lost.sum())
            elif k == 2:
                self.pairs[numbers] = children
            else:
                level.starts.append(start + np.cumsum(children) - children)
                level.lost.append(own.lost)
            level.few[:] += own.few
            level.keys.append(np.repeat(numbers * self.base - 1, children) + words)
            level.counts.append(own.counts)
            numbers = start + np.arange(len(words))
