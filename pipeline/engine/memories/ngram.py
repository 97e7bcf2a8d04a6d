"""The n-gram model: interpolated modified Kneser–Ney (Chen & Goodman 1999).

    p_k(w | h) = (c(hw) − D(c(hw))) / c(h·) + γ(h) · p_{k−1}(w | h')

h' is h without its first word; c are counts at the highest order, and below it the number of
different words that precede an n-gram. The three discounts of each order follow from its counts of
counts n₁ to n₄: Y = n₁ / (n₁ + 2n₂), D₁ = 1 − 2Y·n₂/n₁, D₂ = 2 − 3Y·n₃/n₂, D₃₊ = 3 − 4Y·n₄/n₃.

The k-grams of an order are numbered; a k-gram's key is the number of its first k − 1 words times
(V + 1), plus its last word. Sorted keys put the continuations of one history side by side. The
unknown word, id V, is counted like any other and takes its share of the probability.

N-grams that are dropped because they are rare leave their counts to the weight of the lower order:
γ(h) = (Σ D of those kept + Σ c of those dropped) / c(h·). The discounts follow from the counts of
all. `ngram_counts.py` counts, `ngram_probs.py` asks the model.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.arrays import Floats, Integers
from pipeline.artifacts.ngram import KneserNey, Level
from pipeline.column import Column
from pipeline.engine.memories.ngram_counts import Counted, count_ngrams
from pipeline.engine.memories.ngram_windows import Words
from pipeline.stage import Advance, no_progress
from pipeline.workers import HERE, Workers

BLOCK = 1 << 17  # windows, or n-grams, that are in memory at once
_STRETCH = 1 << 17  # tokens that are copied at once


def train_kneser_ney(
    ids: NDArray[np.int32],
    spans: NDArray[np.int64],
    *,
    vocabulary_size: int,
    order: int = 5,
    min_count: int = 1,
    scratch_path: Path | None = None,
    block: int = BLOCK,
    workers: Workers = HERE,
    advance: Advance = no_progress,
) -> KneserNey:
    """Count and discount all n-grams up to `order` that lie within a span.

    Parameters
    ----------
    ids : int32 (tokens,)
        The token stream; the ids from V on stand for unknown words, which are all one.
    spans : int64 (S, 2)
        Token ranges [start, stop) of the training text.
    vocabulary_size : int
        V.
    order : int, at least 2
    min_count : int, at least 1
        N-grams of three words and more that occur less often are dropped.
    scratch_path : Path, optional
        The folder for the model's arrays, which lie in nameless files and are mapped; by default
        where the system has such files.
    block : int, at least 1
        How much each that counts has in memory at once; the model is the same for any.
    workers : Workers, optional
        Who counts the blocks, if they last; the model is the same whoever they are.
    advance : callable
        Told how far the counting is, which takes most of the time.
    """
    counts = count_ngrams(
        _lay_out(ids, spans, vocabulary_size, order, scratch_path),
        vocabulary_size=vocabulary_size,
        order=order,
        min_count=min_count,
        block=block,
        folder=scratch_path,
        workers=workers,
        advance=advance,
    )
    levels = tuple(_build_level(own, block, scratch_path) for own in counts.orders)
    return KneserNey(_build_unigram(counts.unigram), levels, min_count)


def _lay_out(
    ids: NDArray[np.int32],
    spans: NDArray[np.int64],
    vocabulary_size: int,
    order: int,
    folder: Path | None,
) -> Words:
    """Return the training text as `count_ngrams` wants it: words from 1 on, 0 between spans."""
    text = Column(np.uint32, folder)
    nothing = np.zeros(order, dtype=np.uint32)
    text.append(nothing[:1])
    for start, stop in spans.tolist():
        for place in range(start, stop, _STRETCH):
            text.append(np.minimum(ids[place : min(place + _STRETCH, stop)], vocabulary_size) + 1)
        text.append(nothing[:1])
    text.append(nothing)
    return text.mapped()


def count_few(counts: Integers) -> Integers:
    """Return how many counts are 0, 1, 2, 3 and 4, int64 (5,)."""
    return np.bincount(np.minimum(counts, 5), minlength=5)[:5]


def discounts(few: Integers) -> NDArray[np.float64]:
    """Return D for counts 0, 1, 2 and 3 or more, float64 (4,), from the counts of counts (5,).

    A text that is too short to have n-grams of every count from 1 to 4, or of such repetitions that
    the formulas would take nothing off, gets one discount for all, 0.75: what takes nothing off
    leaves a word that has not been seen after a history without any probability.
    """
    n1, n2, n3, n4 = few[1:].tolist()
    if not all((n1, n2, n3, n4)):
        return np.array([0.0, 0.75, 0.75, 0.75])
    y = n1 / (n1 + 2 * n2)
    found = [1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3]
    return np.array([0.0, *(found if min(found) > 0 else [0.75] * 3)])


def _build_unigram(counts: Integers) -> Floats:
    """Return p_1 of all words and the unknown one: (V + 1,) continuation counts → float32."""
    taken = discounts(count_few(counts))[np.minimum(counts, 3)]
    uniform = taken.sum() / len(counts)  # the mass that discounting frees, given to all alike
    result: Floats = ((counts - taken + uniform) / counts.sum()).astype(np.float32)
    return result


def _build_level(own: Counted, block: int, folder: Path | None) -> Level:
    """Discount the k-grams of one order, so many at once."""
    weights, backoff = Column(np.float32, folder), Column(np.float32, folder)
    taken = discounts(own.few)
    histories = len(own.starts)
    own.starts.append(np.array([len(own.keys)]))
    for first, offsets in _stretches(own.starts, histories, block):
        counts = own.counts.read(int(offsets[0]), int(offsets[-1]))
        number = len(offsets) - 1
        lost = own.lost.read(first, first + number) if len(own.lost) else 0
        shares, left = _discount(counts, offsets - offsets[0], lost, taken)
        weights.append(shares)
        backoff.append(left)
    return Level(
        keys=own.keys.mapped(),
        weights=weights.mapped(),
        offsets=own.starts.mapped(),
        backoff=backoff.mapped(),
    )


def _stretches(
    starts: Column[np.int64], histories: int, block: int
) -> Iterator[tuple[int, Integers]]:
    """Yield the first of consecutive histories (n,), and where the n-grams of each lie (n + 1,).

    They have at most `block` n-grams together, or are one history alone.
    """
    for first in range(0, histories, block):
        offsets = starts.read(first, min(first + block, histories) + 1)
        low = 0
        while low < len(offsets) - 1:
            found = int(offsets.searchsorted(offsets[low] + block, side="right"))
            high = max(low + 1, found - 1)
            yield first + low, offsets[low : high + 1]
            low = high


def _discount(
    counts: Integers, offsets: Integers, lost: Integers | int, discount: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the shares of k-grams (G,) and γ of their histories (H,).

    `counts` int64 (G,) are the k-grams', whose histories begin at `offsets` int64 (H + 1,);
    `lost` int64 (H,) are the counts of those that were dropped.
    """
    histories = len(offsets) - 1
    history = np.repeat(np.arange(histories), np.diff(offsets))  # (G,)
    taken = discount[np.minimum(counts, 3)]  # (G,)
    totals = np.bincount(history, weights=counts, minlength=histories) + lost  # (H,)
    freed = np.bincount(history, weights=taken, minlength=histories) + lost  # (H,)
    seen = totals > 0
    backoff = np.divide(freed, totals, out=np.ones(histories), where=seen)
    share = (counts - taken) / np.where(seen, totals, 1.0)[history]
    return share, backoff
