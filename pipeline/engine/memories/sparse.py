"""What a memory says of places: for few words it differs from what is there anyway.

    p(w) = α·p_network(w) + β·b(w) + Σ_i v_i·[w_i = w]

b is a distribution that all places share, such as how frequent words are. To write p out for each
of V words and each memory would cost more than all else that is thought about a word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.arrays import Doubles, Floats, Integers


@dataclass(frozen=True)
class SparseProbs:
    """Distributions over V words, one for each of N places; none where there is nothing to say.

    Attributes
    ----------
    speaks : bool (N,)
        Where there is something to say. Elsewhere nothing else here counts.
    rows, ids, values : int64 (n,), int64 (n,), float32 (n,)
        What single words have besides: at which place, which word, how much. A word may come again.
    network : float64 (N,) or 0
        α: how much of each is the network's.
    shared : float32 (V,) or None
        b.
    share : float64 (N,) or 0
        β.
    """

    speaks: NDArray[np.bool_]
    rows: Integers
    ids: Integers
    values: Floats
    network: Doubles | float = 0.0
    shared: Floats | None = None
    share: Doubles | float = 0.0

    def of(self, rows: Integers, word_ids: Integers, own: Floats) -> Doubles:
        """Return p of a word at each of M different places, float64 (M,).

        Parameters
        ----------
        rows : int64 (M,)
            The places.
        word_ids : int64 (M,)
        own : float32 (M,)
            What the network says of these words.
        """
        found = _at(self.network, rows) * own.astype(np.float64)  # (M,)
        if self.shared is not None:
            found += _at(self.share, rows) * self.shared[word_ids]
        size = len(self.speaks)
        if size == len(rows) == 1:  # most often, and so quicker
            found += self.values[self.ids == word_ids[0]].sum()
        elif len(self.ids):
            wanted = np.full(size, -1)  # (N,)
            wanted[rows] = word_ids
            hits = np.flatnonzero(self.ids == wanted[self.rows])
            found += sum_rows(self.rows[hits], self.values[hits], size)[rows]
        return found * self.speaks[rows]

    def add_to(self, mixed: Floats, weights: Doubles) -> None:
        """Add λ·p to a mixture (N, V) in place, but for what is the network's; λ (N,) is given."""
        if self.shared is not None:
            mixed += (weights * self.share).astype(np.float32)[:, None] * self.shared
        if not len(self.ids):
            return
        values = weights.astype(np.float32)[self.rows] * self.values  # (n,)
        np.add.at(mixed.reshape(-1), self.rows * mixed.shape[1] + self.ids, values)

    def whole(self, own: Floats) -> Floats:
        """Return p of all words, float32 (N, V), given what the network says; zeros if nothing."""
        speaks = self.speaks.astype(np.float64)  # (N,)
        probs: Floats = (speaks * self.network).astype(np.float32)[:, None] * own
        self.add_to(probs, speaks)
        return probs


def _at(values: Doubles | float, rows: Integers) -> Doubles | float:
    """Return the values of these places; one number counts for all."""
    return values if isinstance(values, float) else values[rows]


@lru_cache(64)
def network_alone(places: int) -> SparseProbs:
    """Return what the network says, of so many places."""
    nothing = np.empty(0, dtype=np.int64)
    return SparseProbs(
        np.ones(places, dtype=np.bool_), nothing, nothing, nothing.astype(np.float32), 1.0
    )


def in_rows(parts: Sequence[NDArray[Any]]) -> tuple[Integers, NDArray[Any]]:
    """Return N arrays in one, (n,), and the number of the array that each value is from, (n,)."""
    return np.repeat(np.arange(len(parts)), [len(own) for own in parts]), np.concatenate(parts)


def sum_rows(rows: Integers, values: NDArray[np.floating[Any]], count: int) -> Doubles:
    """Return the sum of the values (n,) of each of N rows, float64 (N,)."""
    # Where there is nothing at all, bincount counts in whole numbers whatever its weights are.
    return np.bincount(rows, values, minlength=count).astype(np.float64, copy=False)
