"""Kneser–Ney with all n-grams in memory at once: `engine.memories.ngram` in numpy, the short way.

It is what counting in blocks is measured against and, in the tests, compared with, bit for bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.arrays import Floats, Integers
from pipeline.artifacts.ngram import KneserNey, Level


def train_in_memory(
    ids: NDArray[np.int32], spans: NDArray[np.int64], *, vocabulary_size: int, order: int = 5
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
    """
    base = vocabulary_size + 1
    text = np.concatenate([ids[start:stop] for start, stop in spans])  # (N,)
    text = np.minimum(text, vocabulary_size).astype(np.int64)  # (N,)
    place = np.concatenate([np.arange(stop - start) for start, stop in spans])  # (N,)
    grams = [Grams(keys=np.arange(base), numbers=text, counts=np.bincount(text, minlength=base))]
    for k in range(2, order + 1):
        shorter, longer = extend(grams[-1], text, place >= k - 1, base=base)
        grams[-1:] = [shorter, longer]
    levels = tuple(
        build_level(longer.keys, longer.counts, histories=len(shorter.keys), base=base)
        for shorter, longer in pairwise(grams)
    )
    return KneserNey(unigram=build_unigram(grams[0].counts), levels=levels)


@dataclass(frozen=True)
class Grams:
    """All k-grams of a text: `keys` (G,), the number of the one that ends at each token, counts.

    `numbers` int64 (N,) holds −1 where no k-gram ends; `counts` int64 (G,).
    """

    keys: Integers
    numbers: Integers
    counts: Integers


def extend(
    grams: Grams, text: Integers, inside: NDArray[np.bool_], *, base: int
) -> tuple[Grams, Grams]:
    """Return the k-grams with continuation counts, and the (k + 1)-grams with plain counts.

    `inside` (N,) says where a (k + 1)-gram ends without crossing the start of a span.
    """
    ends = np.flatnonzero(inside)
    joined = grams.numbers[ends - 1] * base + text[ends]
    keys, first, found, counts = np.unique(
        joined, return_index=True, return_inverse=True, return_counts=True
    )
    numbers = np.full(len(text), -1, dtype=np.int64)  # (N,)
    numbers[ends] = found
    # Each different longer n-gram is one different word before the shorter one that it ends with.
    suffixes = grams.numbers[ends[first]]
    preceding = np.bincount(suffixes, minlength=len(grams.keys))
    return Grams(grams.keys, grams.numbers, preceding), Grams(keys, numbers, counts)


def discounts(counts: Integers) -> NDArray[np.float64]:
    """Return D for counts 0, 1, 2 and 3 or more, float64 (4,), from the counts of counts.

    A text that is too short to have n-grams of every count from 1 to 4, or of such repetitions that
    the formulas would take nothing off, gets one discount for all, 0.75: what takes nothing off
    leaves a word that has not been seen after a history without any probability.
    """
    n1, n2, n3, n4 = (int((counts == c).sum()) for c in (1, 2, 3, 4))
    if not all((n1, n2, n3, n4)):
        return np.array([0.0, 0.75, 0.75, 0.75])
    y = n1 / (n1 + 2 * n2)
    found = [1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3]
    return np.array([0.0, *(found if min(found) > 0 else [0.75] * 3)])


def build_unigram(counts: Integers) -> Floats:
    """Return p_1 of all words and the unknown one: (V + 1,) continuation counts → float32."""
    taken = discounts(counts)[np.minimum(counts, 3)]
    uniform = taken.sum() / len(counts)  # the mass that discounting frees, given to all alike
    result: Floats = ((counts - taken + uniform) / counts.sum()).astype(np.float32)
    return result


def build_level(keys: Integers, counts: Integers, *, histories: int, base: int) -> Level:
    """Discount the k-grams `keys` (G,) with `counts` (G,) over so many (k − 1)-grams."""
    history = keys // base  # (G,)
    taken = discounts(counts)[np.minimum(counts, 3)]  # (G,)
    totals = np.bincount(history, weights=counts, minlength=histories)  # (H,)
    freed = np.bincount(history, weights=taken, minlength=histories)  # (H,)
    seen = totals > 0
    backoff = np.divide(freed, totals, out=np.ones(histories), where=seen)
    share = np.divide(counts - taken, totals[history], out=np.zeros(len(keys)), where=counts > 0)
    return Level(
        keys=keys,
        weights=share.astype(np.float32),
        offsets=np.searchsorted(history, np.arange(histories + 1)),
        backoff=backoff.astype(np.float32),
    )
