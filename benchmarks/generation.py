"""Writing at a vocabulary of 7,000, against two slower ways: words a second.

The article decodes by a loop over all words in Python, and predicts by Keras one word at a time.
Each is measured by itself, with everything else left to our engine.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import sqrt
from typing import Any

import numpy as np

from benchmarks.compare import Comparison, Size, compare, per_second
from benchmarks.novel import HIDDEN, STEPS, VECTOR_SIZE, random_bundle
from pipeline.artifacts.bundle import WriterBundle
from pipeline.engine.decode import cosines
from pipeline.engine.foretell import Model
from pipeline.engine.generate import write
from pipeline.engine.lstm import Floats
from pipeline.engine.reader import empty_memory, predict_next, read_word
from pipeline.engine.sampling import Sampling

WORDS = {"tiny": 5, "quick": 50, "full": 500}
SLOW_WORDS = {"tiny": 1, "quick": 2, "full": 8}  # of the loops and of Keras
ROUNDS = {"tiny": 1, "quick": 2, "full": 5}

Nearest = Callable[[Floats], int]


def measure(size: Size) -> list[Comparison]:
    """Write with random weights by our engine and by each of the slower ways."""
    bundle = random_bundle()
    words, slow_words = WORDS[size], SLOW_WORDS[size]
    others: dict[str, Callable[[], None]] = {
        "loop in pure Python": partial(write_by, bundle, python_nearest(bundle), slow_words),
        "loop of numpy cosines": partial(write_by, bundle, numpy_nearest(bundle), slow_words),
        "Keras predict": keras_writer(bundle, slow_words),
    }
    return [
        compare(
            "generation",
            ours=per_second(lambda: write_ours(bundle, words), words),
            other=per_second(other, slow_words),
            rounds=ROUNDS[size],
            against=against,
            unit="words/s",
            note=f"V = {len(bundle.words):,}, H = {HIDDEN}, E = {VECTOR_SIZE}; ours samples",
        )
        for against, other in others.items()
    ]


def write_ours(bundle: WriterBundle, words: int) -> None:
    """Write by the engine as it stands, with its default sampling."""
    generator = np.random.default_rng(0)
    for _ in write(Model(bundle), [0], words=words, sampling=Sampling(), generator=generator):
        pass


def write_by(bundle: WriterBundle, nearest: Nearest, words: int) -> None:
    """Write greedily: our LSTM, and the next word by `nearest`."""
    memory = read_word(empty_memory(bundle), 0, bundle)
    for _ in range(words):
        memory = read_word(memory, nearest(predict_next(memory, bundle)), bundle)


def python_nearest(bundle: WriterBundle) -> Nearest:
    """Return the article's decoding: a cosine for each word, all in Python."""
    rows = bundle.output_vectors.tolist()  # V lists of E floats

    def cosine(first: list[float], second: list[float]) -> float:
        product = sum(a * b for a, b in zip(first, second, strict=True))
        lengths = sqrt(sum(a * a for a in first)) * sqrt(sum(b * b for b in second))
        return product / lengths

    def nearest(predicted: Floats) -> int:
        wanted = predicted.tolist()
        return max(range(len(rows)), key=lambda number: cosine(wanted, rows[number]))

    return nearest


def numpy_nearest(bundle: WriterBundle) -> Nearest:
    """Return the same loop with each cosine by numpy."""
    rows = list(bundle.output_vectors)  # V arrays (E,)

    def cosine(first: Floats, second: Floats) -> float:
        return float(first @ second / (np.linalg.norm(first) * np.linalg.norm(second)))

    def nearest(predicted: Floats) -> int:
        return max(range(len(rows)), key=lambda number: cosine(predicted, rows[number]))

    return nearest


def keras_writer(bundle: WriterBundle, words: int) -> Callable[[], None]:
    """Return writing greedily with `predict` for each word, and our decoding."""
    model = keras_model()
    vectors = bundle.output_vectors

    def write_words() -> None:
        ids = [0] * STEPS
        for _ in range(words):
            context = vectors[ids[-STEPS:]][np.newaxis]  # (1, T, E) float32
            predicted = model.predict(context, verbose=0)  # (1, E)
            ids.append(int(np.argmax(cosines(predicted, output_vectors=vectors))))

    return write_words


def keras_model() -> Any:
    """Return the article's network: LSTM and one dense layer."""
    import keras

    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [
            keras.layers.Input((STEPS, VECTOR_SIZE)),
            keras.layers.LSTM(HIDDEN),
            keras.layers.Dense(VECTOR_SIZE),
        ]
    )
