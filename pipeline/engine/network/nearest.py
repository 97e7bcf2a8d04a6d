"""The nearest words of a word: those whose vectors point the same way."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.arrays import Floats


def nearest_words(
    word_ids: NDArray[np.int64], *, vectors: Floats, count: int
) -> tuple[NDArray[np.int64], Floats]:
    """Return the words of greatest cosine to each of some words, the words themselves left out.

    Parameters
    ----------
    word_ids : int64 (n,)
    vectors : float32 (V, E)
        Unit rows.
    count : int
        How many; fewer where the vocabulary has no more.

    Returns
    -------
    ids : int64 (n, count), the nearest first
    cosines : float32 (n, count)
    """
    cosines = vectors[word_ids] @ vectors.T  # (n, V)
    np.put_along_axis(cosines, word_ids[:, None], -np.inf, axis=1)
    count = min(count, len(vectors) - 1)
    ids = np.argsort(-cosines, axis=1, kind="stable")[:, :count]  # (n, count)
    return ids, np.take_along_axis(cosines, ids, axis=1)
