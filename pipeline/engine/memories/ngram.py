"""The n-gram model: interpolated modified Kneser–Ney (Chen & Goodman 1999).

    p_k(w | h) = (c(hw) − D(c(hw))) / c(h·) + γ(h) · p_{k−1}(w | h')

h' is h without its first word; c are counts at the highest order, and below it the number of
different words that precede an n-gram. The three discounts of each order follow from its counts of
counts n₁ to n₄: Y = n₁ / (n₁ + 2n₂), D₁ = 1 − 2Y·n₂/n₁, D₂ = 2 − 3Y·n₃/n₂, D₃₊ = 3 − 4Y·n₄/n₃.

The k-grams of an order are numbered; a k-gram's key is the number of its first k − 1 words times
(V + 1), plus its last word. Sorted keys put the continuations of one history side by side. The
unknown word, id V, is counted like any other and takes its share of the probability.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.arrays import Floats, Integers
from pipeline.artifacts.ngram import KneserNey, Level
from pipeline.engine.memories.sparse import SparseProbs

_Followers = tuple[Integers, Floats]
_NOBODY = np.empty(0, dtype=np.int64)
_NOTHING = np.empty(0, dtype=np.float32)


def train_kneser_ney(
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
    grams = [_Grams(keys=np.arange(base), numbers=text, counts=np.bincount(text, minlength=base))]
    for k in range(2, order + 1):
        shorter, longer = _extend(grams[-1], text, place >= k - 1, base=base)
        grams[-1:] = [shorter, longer]
    levels = tuple(
        _build_level(longer.keys, longer.counts, histories=len(shorter.keys), base=base)
        for shorter, longer in pairwise(grams)
    )
    return KneserNey(unigram=_build_unigram(grams[0].counts), levels=levels)


@dataclass(frozen=True)
class _Grams:
    """All k-grams of a text: `keys` (G,), the number of the one that ends at each token, counts.

    `numbers` int64 (N,) holds −1 where no k-gram ends; `counts` int64 (G,).
    """

    keys: Integers
    numbers: Integers
    counts: Integers


def _extend(
    grams: _Grams, text: Integers, inside: NDArray[np.bool_], *, base: int
) -> tuple[_Grams, _Grams]:
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
    return _Grams(grams.keys, grams.numbers, preceding), _Grams(keys, numbers, counts)


def discounts(counts: Integers) -> NDArray[np.float64]:
    """Return D for counts 0, 1, 2 and 3 or more, float64 (4,), from the counts of counts.

    A text too short to have n-grams of every count from 1 to 4 gets one discount for all, 0.75.
    """
    n1, n2, n3, n4 = (int((counts == c).sum()) for c in (1, 2, 3, 4))
    if not all((n1, n2, n3, n4)):
        return np.array([0.0, 0.75, 0.75, 0.75])
    y = n1 / (n1 + 2 * n2)
    found = [1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3]
    return np.array([0.0, *np.clip(found, 0.0, [1.0, 2.0, 3.0])])


def _build_unigram(counts: Integers) -> Floats:
    """Return p_1 of all words and the unknown one: (V + 1,) continuation counts → float32."""
    taken = discounts(counts)[np.minimum(counts, 3)]
    uniform = taken.sum() / len(counts)  # the mass that discounting frees, given to all alike
    result: Floats = ((counts - taken + uniform) / counts.sum()).astype(np.float32)
    return result


def _build_level(keys: Integers, counts: Integers, *, histories: int, base: int) -> Level:
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


def _find_histories(model: KneserNey, contexts: NDArray[np.int32]) -> list[Integers]:
    """Return for each level the number of the history that ends a context, −1 for an unseen one.

    `contexts` int32 (B, T); each result is int64 (B,). A history longer than T is an unseen one.
    """
    base = len(model.unigram)
    words = np.minimum(contexts, base - 1).astype(np.int64)
    found = [words[:, -1]]
    for length in range(2, len(model.levels) + 1):
        if length > words.shape[1]:
            found.append(np.full(len(words), -1))
            continue
        # Numbers are built word by word from the left, so each length starts one word further back.
        number = words[:, -length]
        for k, position in enumerate(range(-length + 1, 0)):
            number = _look_up(model.levels[k].keys, number, words[:, position], base=base)
        found.append(number)
    return found


def _look_up(keys: Integers, histories: Integers, words: Integers, *, base: int) -> Integers:
    """Return the number of each (history, word) among ascending `keys`, −1 where there is none."""
    wanted = histories * base + words
    place = np.minimum(keys.searchsorted(wanted), len(keys) - 1)
    return np.where((histories >= 0) & (keys[place] == wanted), place, -1)


def next_probabilities(model: KneserNey, contexts: NDArray[np.int32]) -> Floats:
    """Return p(w | context) for contexts int32 (B, T): float32 (B, V + 1), unknown word last."""
    base = len(model.unigram)
    probs = np.tile(model.unigram, (len(contexts), 1))  # (B, V + 1)
    for level, histories in zip(model.levels, _find_histories(model, contexts), strict=True):
        rows = np.flatnonzero(histories >= 0)  # (R,)
        known = histories[rows]
        probs[rows] *= level.backoff[known][:, None]
        lengths = level.offsets[known + 1] - level.offsets[known]  # (R,)
        # The continuations of all rows, one after the other: row r's start at offsets[known[r]].
        shift = np.repeat(level.offsets[known] - (np.cumsum(lengths) - lengths), lengths)
        entries = np.arange(lengths.sum()) + shift
        probs[np.repeat(rows, lengths), level.keys[entries] % base] += level.weights[entries]
    return probs


def next_known(model: KneserNey, contexts: Sequence[Sequence[int]]) -> SparseProbs:
    """Return p(w | context) shared among the known words alone; nothing where none may follow.

    The same as `next_probabilities`, for N contexts of any length, without writing out what words
    have that none of the histories has been seen before. They are looked up one by one: numpy takes
    as long for each of many.
    """
    known = model.unigram[:-1]  # (V,)
    mass = float(known.sum())
    lengths, ids, values = [], [_NOBODY], [_NOTHING]
    share, totals = np.zeros((2, len(contexts)))  # (N,) each
    for row, context in enumerate(contexts):
        backoff, found = _followers(model, context)
        total = backoff * mass + sum(float(own.sum()) for _, own in found)
        totals[row] = total
        share[row] = backoff / (total or 1)
        lengths.append(sum(len(own) for own, _ in found))
        ids += [own for own, _ in found]
        values += [own / np.float32(total or 1) for _, own in found]
    rows = np.repeat(np.arange(len(contexts)), lengths)
    return SparseProbs(
        totals > 0, rows, np.concatenate(ids), np.concatenate(values), shared=known, share=share
    )


def _followers(model: KneserNey, context: Sequence[int]) -> tuple[float, list[_Followers]]:
    """Return how much is left to single words after a context, and what has followed it, weighed.

    Of each history that ends the context and has been seen, the longest first: known words and
    their weights, (n,) each.
    """
    base = len(model.unigram)
    backoff = 1.0
    found: list[_Followers] = []
    for level, history in reversed(_seen_histories(model, context)):
        rows = slice(level.offsets[history], level.offsets[history + 1])
        ids, weights = level.keys[rows] - history * base, level.weights[rows]
        if len(ids) and ids[-1] == base - 1:  # ascending: what the vocabulary lacks is last
            ids, weights = ids[:-1], weights[:-1]
        found.append((ids, np.float32(backoff) * weights))
        backoff *= float(level.backoff[history])
    return backoff, found


def _seen_histories(model: KneserNey, context: Sequence[int]) -> list[tuple[Level, int]]:
    """Return the levels whose history is at the end of a context, shortest first."""
    found: list[tuple[Level, int]] = []
    for length, level in enumerate(model.levels, 1):
        history = _find_history(model, context[-length:]) if length <= len(context) else -1
        if history < 0:
            break  # nor has a longer one been seen
        found.append((level, history))
    return found


def _find_history(model: KneserNey, words: Sequence[int]) -> int:
    """Return the number of the n-gram of these words, −1 for an unseen one."""
    base = len(model.unigram)
    number = words[0]
    for level, word in zip(model.levels, words[1:], strict=False):
        wanted = number * base + word
        number = int(level.keys.searchsorted(wanted))
        if number == len(level.keys) or level.keys[number] != wanted:
            return -1
    return number


def share_among_known(probs: Floats) -> Floats:
    """Return probs (…, V + 1), unknown word last, as those of the V known words alone.

    They are zero where no known word has any, as after a word that rare ones alone follow.
    """
    known = probs[..., :-1]  # (…, V)
    totals = known.sum(axis=-1, keepdims=True)  # (…, 1)
    result: Floats = known / np.maximum(totals, np.finfo(np.float32).tiny)
    return result
