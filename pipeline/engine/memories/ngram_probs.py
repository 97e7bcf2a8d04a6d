"""What an n-gram model says after contexts: p of all words, or of those seen there alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.arrays import Floats, Integers
from pipeline.artifacts.ngram import KneserNey, Level
from pipeline.engine.memories.sparse import SparseProbs

_Followers = tuple[Integers, Floats]
_NOBODY = np.empty(0, dtype=np.int64)
_NOTHING = np.empty(0, dtype=np.float32)


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
    if not len(keys):
        return np.full(len(words), -1)
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
