"""One training step after another, against the article's way: targets a second.

Ours has a target at every word of a sequence; the article's has one a window, windows are arrays of
floats, and Keras' `fit` minimises the squared error to the target's vector. The networks are equal.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.compare import Comparison, Size, compare, per_second
from benchmarks.generation import keras_model
from benchmarks.novel import HIDDEN, STEPS, VECTOR_SIZE, VOCABULARY
from pipeline.artifacts.embedding import Embedding
from pipeline.artifacts.windows import Windows
from pipeline.engine.export import log_frequencies
from pipeline.stages.train import TrainConfig, batch_maker

BATCHES = {"tiny": 1, "quick": 6, "full": 25}
ROUNDS = {"tiny": 1, "quick": 3, "full": 5}


def measure(size: Size) -> list[Comparison]:
    """Train both on random words for the same number of batches."""
    config = TrainConfig()
    batches = BATCHES[size]
    fit_windows = batches * config.batch_size
    return [
        compare(
            "training",
            ours=per_second(our_training(config, batches), fit_windows * STEPS),
            other=per_second(article_training(config, fit_windows), fit_windows),
            rounds=ROUNDS[size],
            against="Keras fit, one target a window",
            unit="targets/s",
            note=f"V = {VOCABULARY:,}, H = {HIDDEN}, batches of {config.batch_size}; "
            f"{config.objective} against mse",
        )
    ]


def our_training(config: TrainConfig, batches: int) -> Callable[[], None]:
    """Return a function that trains on some batches with the default settings."""
    import keras

    from pipeline.learning.loop import compile_step, prepare_tensorflow
    from pipeline.learning.network import build_network, trainable_variables
    from pipeline.learning.objectives import OBJECTIVES

    prepare_tensorflow()  # as `train` does; it holds for Keras' fit here too
    embed, windows = random_words(config)
    network = build_network(
        embed.vectors,
        log_frequencies(embed.counts),
        hidden=HIDDEN,
        vectors_mode=config.vectors,
        seed=config.seed,
    )
    optimizer = keras.optimizers.Adam(config.learning_rate, global_clipnorm=config.clip_norm)
    optimizer.build(trainable_variables(network))
    step = compile_step(network, OBJECTIVES[config.objective].loss, optimizer)
    make_batches = batch_maker(config, embed, windows)

    def train() -> None:
        for batch in islice(make_batches(np.random.default_rng(0))[1], batches):
            step(batch)

    return train


def random_words(config: TrainConfig) -> tuple[Embedding, Windows]:
    """Return random vectors, and a stream of words just long enough for batches of full size."""
    tokens = (config.batch_size * config.epoch_batches + 1) * STEPS
    generator = np.random.default_rng(0)
    frequencies = 1 / np.arange(1, VOCABULARY + 1)  # (V,), Zipf's law
    ids = generator.choice(VOCABULARY, size=tokens, p=frequencies / frequencies.sum())
    counts = np.bincount(ids, minlength=VOCABULARY) + 1  # (V,)
    vectors = generator.standard_normal((VOCABULARY, VECTOR_SIZE), dtype=np.float32)
    words = tuple(map(str, range(VOCABULARY)))
    windows = Windows(
        ids=ids.astype(np.int32),
        spans={"train": np.array([[0, tokens]], dtype=np.int64)},
        steps=STEPS,
        vocabulary_size=VOCABULARY,
        sections=(),
    )
    return Embedding(words, counts, vectors), windows


def article_training(config: TrainConfig, count: int) -> Callable[[], Any]:
    """Return a function that fits `count` materialised windows once."""
    model = keras_model()
    model.compile(optimizer="adam", loss="mse")
    generator = np.random.default_rng(0)

    def draw(*shape: int) -> NDArray[np.float32]:
        return generator.standard_normal(shape, dtype=np.float32)

    inputs = draw(count, STEPS, VECTOR_SIZE)  # (N, T, E)
    targets = draw(count, VECTOR_SIZE)  # (N, E)
    return lambda: model.fit(inputs, targets, batch_size=config.batch_size, epochs=1, verbose=0)
