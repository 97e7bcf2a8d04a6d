"""What the article did: its network in Keras, and its decoding, a loop over the vocabulary."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from typing import Any

import numpy as np

from benchmarks.made_up import HIDDEN, STEPS, VECTOR_SIZE
from pipeline.arrays import Floats
from pipeline.artifacts.network import Network

Nearest = Callable[[Floats], int]  # ê (E,) → the id of the nearest word


def keras_model() -> Any:
    """Return the article's network: LSTM and one dense layer."""
    from pipeline.learning.backend import keras

    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [
            keras.layers.Input((STEPS, VECTOR_SIZE)),
            keras.layers.LSTM(HIDDEN),
            keras.layers.Dense(VECTOR_SIZE),
        ]
    )


def keras_writer(network: Network, nearest: Nearest, words: int) -> Callable[[], None]:
    """Return writing greedily: a window of vectors and a `predict` for each word."""
    model = keras_model()
    vectors = network.output_vectors

    def write_words() -> None:
        ids = [0] * STEPS
        for _ in range(words):
            context = vectors[ids[-STEPS:]][np.newaxis]  # (1, T, E) float32
            ids.append(nearest(model.predict(context, verbose=0)[0]))

    return write_words


def python_nearest(network: Network) -> Nearest:
    """Return the article's decoding: a cosine for each word, all in Python."""
    rows = network.output_vectors.tolist()  # V lists of E floats

    def cosine(first: list[float], second: list[float]) -> float:
        product = sum(a * b for a, b in zip(first, second, strict=True))
        lengths = sqrt(sum(a * a for a in first)) * sqrt(sum(b * b for b in second))
        return product / lengths

    def nearest(predicted: Floats) -> int:
        wanted = predicted.tolist()
        return max(range(len(rows)), key=lambda number: cosine(wanted, rows[number]))

    return nearest


def numpy_nearest(network: Network) -> Nearest:
    """Return the same loop with each cosine by numpy."""
    rows = list(network.output_vectors)  # V arrays (E,)

    def cosine(first: Floats, second: Floats) -> float:
        return float(first @ second / (np.linalg.norm(first) * np.linalg.norm(second)))

    def nearest(predicted: Floats) -> int:
        return max(range(len(rows)), key=lambda number: cosine(predicted, rows[number]))

    return nearest
