"""Vectors for characters that word2vec could not learn: composed from the words that hold them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray


def compose_vectors(
    characters: Sequence[str], counts: Mapping[str, int], vectors: Mapping[str, NDArray[np.float32]]
) -> NDArray[np.float32]:
    """Return a vector for each character: the mean of its words' vectors, weighed by their counts.

    Parameters
    ----------
    characters : sequence of str, length C
    counts : piece → occurrences
    vectors : piece → float32 (E,)
        Of some pieces; where no piece with a vector holds a character, it gets the mean of all.

    Returns
    -------
    float32 (C, E)
    """
    holders: dict[str, list[str]] = {character: [] for character in characters}
    for piece in vectors:
        for character in holders.keys() & set(piece):
            holders[character].append(piece)
    everything = list(vectors)
    rows = [
        np.average(
            [vectors[piece] for piece in holders[character] or everything],
            axis=0,
            weights=[max(counts[piece], 1) for piece in holders[character] or everything],
        )
        for character in characters
    ]
    size = next(iter(vectors.values())).shape[0]
    return np.array(rows, dtype=np.float32).reshape(len(rows), size)
