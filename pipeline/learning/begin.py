"""Beginning a training with a base: a network that has read other novels.

Its vectors are taken over for the pieces that it knows. What it does not know is a word of known
characters mostly, and begins as their mean; a character that it does not know, as the mean of all.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.arrays import Floats
from pipeline.artifacts.base import Base


def begin_vectors(base: Base, words: Sequence[str]) -> Floats:
    """Return a vector for each of V pieces, in the base's space: float32 (V, E)."""
    table = base.weights["input_vectors"].astype(np.float32)  # (base's V, E)
    rows = {word: row for row, word in enumerate(base.words)}
    mean = table.mean(axis=0)  # (E,)
    found = np.empty((len(words), table.shape[1]), dtype=np.float32)
    for number, word in enumerate(words):
        if word in rows:
            found[number] = table[rows[word]]
        else:
            known = [rows[character] for character in word if character in rows]
            found[number] = table[known].mean(axis=0) if known else mean
    return found


def begin_weights(base: Base, vectors: Floats) -> dict[str, Floats]:
    """Return all arrays of a tied network that begins with vectors (V, E), as `WEIGHT_SHAPES`."""
    others = ("kernel", "recurrent_kernel", "bias", "projection_kernel", "projection_bias")
    return {
        "input_vectors": np.concatenate([vectors, vectors.mean(axis=0, keepdims=True)]),
        "log_scale": np.array(base.log_scale, dtype=np.float32),
        "prior_weight": np.array(base.prior_weight, dtype=np.float32),
        **{name: base.weights[name].astype(np.float32) for name in others},
    }
