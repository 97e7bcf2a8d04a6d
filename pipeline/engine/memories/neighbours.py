"""The places of the training text where the network was in the most similar state (kNN-LM).

Khandelwal et al. 2020: every place of the training text is a pair of a key, here the direction of ê
before it, and the word that followed. The nearest keys to the present ê say what may come next:

    p(w) = Σ over the k nearest i with word wᵢ = w of softmax(θ·cos(ê, keyᵢ))

The search is exact: all similarities are computed, block by block, but only the few above a
threshold are kept and sorted. The threshold is a query's similarity to the sampled key of a certain
rank, so low that more than k keys lie above it all but surely; where fewer do, it is lowered.
B queries, P places, E embedding, k neighbours, V vocabulary.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipeline.arrays import Floats, Integers
from pipeline.artifacts.network import Network
from pipeline.engine.memories.sparse import SparseProbs
from pipeline.engine.network.decode import unit_rows
from pipeline.engine.network.predict import READ_AT_ONCE, predict_places

if TYPE_CHECKING:
    from pipeline.stage import Advance

Keys = NDArray[np.float16]

QUERIES = 1024  # that are compared with a block of keys at once
BLOCK = 2048  # keys made float32 at once: 1.6 MB of 200 dimensions, which a core's cache holds
SAMPLE = 8192  # keys that the threshold is taken from
_HALF_BITS = np.int32(-0x70000001)  # 0x8fffffff: sign, exponent and fraction of a widened half
_HALF_SCALE = np.float32(2.0**112)  # the exponents' biases differ by 127 − 15


def build_neighbours(
    ids: NDArray[np.int32],
    starts: NDArray[np.int64],
    network: Network,
    progress: Advance | None = None,
) -> tuple[Keys, NDArray[np.int32]]:
    """Read every training place and keep what the network made of it.

    Parameters
    ----------
    ids : int32 (tokens,)
        The token stream; the ids from V on stand for unknown words.
    starts : int64 (N,)
        As in `predict_places`; one whose target is unknown makes no key.
    network : Network
    progress : called with places done and places in all

    Returns
    -------
    keys : float16 (P, E)
        Unit rows.
    positions : int32 (P,)
        Stream position of each place.
    """
    steps = network.steps
    places = starts[ids[starts + steps] < len(network.words)]  # (P,)
    keys = np.empty((len(places), len(network.projection_bias)), dtype=np.float16)  # (P, E)
    for first in range(0, len(places), READ_AT_ONCE):
        block = places[first : first + READ_AT_ONCE]
        keys[first : first + READ_AT_ONCE] = unit_rows(predict_places(ids, block, network))
        if progress is not None:
            progress(min(first + READ_AT_ONCE, len(places)), len(places))
    return keys, (places + steps).astype(np.int32)


def neighbour_probs(
    predicted: Floats,
    *,
    keys: Keys,
    next_ids: NDArray[np.int32],
    count: int,
    sharpness: float,
    vocabulary_size: int,
) -> Floats:
    """Return what the nearest places say comes next.

    Parameters
    ----------
    predicted : float32 (B, E)
        ê, of any length.
    keys : float16 (P, E)
        Unit rows, P at least 1.
    next_ids : int32 (P,)
        The word that followed each place.
    count : int, at least 1
        k; more than P means P.
    sharpness : float
        θ.
    vocabulary_size : int
        V.

    Returns
    -------
    float32 (B, V), rows of sum one
    """
    similarities, rows = neighbour_search(predicted, keys=keys, count=count)  # (B, k) each
    weights = _neighbour_weights(similarities, sharpness=sharpness)  # (B, k)
    queries = np.arange(len(rows))[:, None] * vocabulary_size  # (B, 1)
    sums = np.bincount(
        (queries + next_ids[rows]).ravel(),
        weights=weights.ravel(),
        minlength=len(rows) * vocabulary_size,
    )  # (B·V,)
    return sums.reshape(len(rows), vocabulary_size).astype(np.float32)


def nearest_words(
    predicted: Floats, *, keys: Keys, next_ids: NDArray[np.int32], count: int, sharpness: float
) -> SparseProbs:
    """Return what the nearest places to N ê (N, E) say comes next; see `neighbour_probs`."""
    similarities, rows = neighbour_search(predicted, keys=keys, count=count)  # (N, k) each
    weights = _neighbour_weights(similarities, sharpness=sharpness)  # (N, k)
    return SparseProbs(
        np.ones(len(rows), dtype=np.bool_),
        np.repeat(np.arange(len(rows)), rows.shape[1]),
        next_ids[rows].ravel().astype(np.int64),
        weights.ravel(),
    )


def _neighbour_weights(similarities: Floats, *, sharpness: float) -> Floats:
    """softmax(θ·cos) of similarities (B, k), best first → float32 (B, k)."""
    weights = np.exp(np.float32(sharpness) * (similarities - similarities[:, :1]))
    result: Floats = weights / weights.sum(axis=1, keepdims=True)
    return result


def neighbour_search(predicted: Floats, *, keys: Keys, count: int) -> tuple[Floats, Integers]:
    """Return the nearest keys of each query by cosine, best first; ties in the order of the keys.

    Parameters
    ----------
    predicted : float32 (B, E)
    keys : float16 (P, E)
        Unit rows.
    count : int
        k; more than P means P.

    Returns
    -------
    similarities : float32 (B, k)
    rows : int64 (B, k)
        The neighbours' rows in `keys`.
    """
    queries = unit_rows(predicted)  # (B, E)
    count = min(count, len(keys))
    similarities = np.empty((len(queries), count), dtype=np.float32)  # (B, k)
    rows = np.empty((len(queries), count), dtype=np.int64)  # (B, k)
    for first in range(0, len(queries), QUERIES):
        part = slice(first, first + QUERIES)
        similarities[part], rows[part] = _search_batch(queries[part], keys, count)
    return similarities, rows


def _search_batch(queries: Floats, keys: Keys, count: int) -> tuple[Floats, Integers]:
    """Search for unit queries (B, E), few enough for (B, BLOCK) similarities to stay in memory."""
    similarities = np.empty((len(queries), count), dtype=np.float32)  # (B, k)
    rows = np.empty((len(queries), count), dtype=np.int64)  # (B, k)
    sample = np.linspace(0, len(keys) - 1, min(SAMPLE, len(keys))).astype(np.int64)  # (S,)
    sampled = queries @ widen(keys[sample]).T  # (B, S)
    rank = first_rank(count * len(sample) / len(keys))
    waiting = np.arange(len(queries))  # (W,)
    while len(waiting):
        limits = _rank_values(sampled[waiting], rank)  # (W,)
        found, places, values = keys_above(queries[waiting], keys, limits)  # (F,) each
        enough = np.bincount(found, minlength=len(waiting)) >= count  # (W,)
        best = _best_of_each(found, values, len(waiting), count)[enough]  # (done, k)
        similarities[waiting[enough]] = values[best]
        rows[waiting[enough]] = places[best]
        waiting = waiting[~enough]
        rank *= 4
    return similarities, rows


def first_rank(expected: float) -> int:
    """Return a rank in the sample above which enough keys lie, given how many sampled ones would.

    The number that do is about a Poisson variable; three deviations and a few more are allowed for.
    """
    return math.ceil(expected + 3 * math.sqrt(expected)) + 4


def _rank_values(sampled: Floats, rank: int) -> Floats:
    """Return the `rank`-th greatest of each row (W, S) → (W,); −∞ where there are not so many."""
    size = sampled.shape[1]
    if rank >= size:
        return np.full(len(sampled), -np.inf, dtype=np.float32)
    result: Floats = np.partition(sampled, size - rank, axis=1)[:, size - rank]
    return result


def keys_above(queries: Floats, keys: Keys, limits: Floats) -> tuple[Integers, Integers, Floats]:
    """Return the similarities of at least `limits` (B,): query, key and value, (F,) each.

    They come block by block, so that those of one query are in the order of the keys.
    """
    found, places, values = [], [], []
    for first in range(0, len(keys), BLOCK):
        block = widen(keys[first : first + BLOCK])  # (K, E)
        cosine = queries @ block.T  # (B, K)
        flat = np.flatnonzero(~(cosine < limits[:, None]))  # NaN is kept, so that every search ends
        found.append(flat // len(block))
        places.append(flat % len(block) + first)
        values.append(cosine.ravel()[flat])
    return np.concatenate(found), np.concatenate(places), np.concatenate(values)


def _best_of_each(found: Integers, values: Floats, queries: int, count: int) -> Integers:
    """Return where the `count` best of each query lie in (F,): int64 (B, k).

    A row of a query with fewer than `count` means nothing.
    """
    order = np.lexsort((-values, found))  # (F,): by query, then best first; stable
    begins = np.searchsorted(found[order], np.arange(queries))  # (B,)
    picks = begins[:, None] + np.arange(count)  # (B, k)
    result: Integers = order[np.minimum(picks, len(order) - 1)]
    return result


def widen(halves: Keys) -> Floats:
    """Convert finite float16 (K, E) to float32 exactly, several times faster than `astype`.

    A half's exponent and fraction, moved 13 bits up, are those of a float32 that is 2¹¹² times
    smaller; the sign is in place because the number was widened as a signed integer, whose copies
    of the sign are then cleared from the exponent.
    """
    wide = np.ascontiguousarray(halves).view(np.int16).astype(np.int32)  # (K, E)
    np.left_shift(wide, 13, out=wide)
    np.bitwise_and(wide, _HALF_BITS, out=wide)
    result: Floats = wide.view(np.float32)
    np.multiply(result, _HALF_SCALE, out=result)
    return result
