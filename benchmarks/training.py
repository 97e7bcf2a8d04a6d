"""One training step after another, against the article's way: targets a second.

Ours has a target at every word of a sequence; the article's has one a window, its windows are
arrays of floats, and Keras' `fit` minimises the squared error to the target's vector by plain
gradient descent. The networks are equal. The making of the article's windows is not counted.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.article import keras_model
from benchmarks.compare import Bar, Comparison, Size, compare, per_second
from benchmarks.made_up import (
    HIDDEN,
    STEPS,
    VECTOR_SIZE,
    VOCABULARY,
    made_up_embedding,
    made_up_windows,
)
from pipeline.artifacts.embedding import Embedding, log_frequencies
from pipeline.artifacts.windows import Windows
from pipeline.stages.train import batch_maker, training_plan
from pipeline.stages.train_settings import TrainConfig

if TYPE_CHECKING:
    from pipeline.learning.batches import Batch

BATCHES = {"tiny": 1, "quick": 8, "full": 50}
FIT_WINDOWS = {"tiny": 64, "quick": 640, "full": 3200}
ROUNDS = {"tiny": 1, "quick": 3, "full": 7}
ARTICLE_BATCH = 10
ARTICLE_RATE = 0.1

Data = tuple[Embedding, Windows]
Step = Callable[["Batch"], float]


def measure(size: Size) -> list[Comparison]:
    """Train ours, and the article's with its own batches and with batches of our size."""
    config = TrainConfig()
    data = random_words(config)
    step, _ = our_steps(config, data)  # first: its thread settings help Keras' fit, too
    batches, windows = BATCHES[size], FIT_WINDOWS[size]
    train = over_batches(step, config, data, batches)
    return [
        compare(
            "training",
            ours=per_second(train, batches * config.batch_size * STEPS),
            other=per_second(article_training(windows, batch_size=batch_size), windows),
            rounds=ROUNDS[size],
            against=f"Keras fit, one target a window, batches of {batch_size}",
            unit="targets/s",
            bar=bar,
            note=f"V = {VOCABULARY:,}, H = {HIDDEN}; ours: {config.objective}, "
            f"batches of {config.batch_size}; other: mse, SGD {ARTICLE_RATE}",
        )
        for batch_size, bar in ((ARTICLE_BATCH, Bar("ratio", "≥", 20)), (config.batch_size, None))
    ]


def our_steps(config: TrainConfig, data: Data) -> tuple[Step, dict[str, NDArray[np.float32]]]:
    """Return a function batch → loss that trains as `train` does, and the weights it starts from.

    It trains without carried states.
    """
    from pipeline.learning.backend import prepare_tensorflow
    from pipeline.learning.network import build_network, export_weights
    from pipeline.learning.objectives import OBJECTIVES
    from pipeline.learning.step import build_optimizer, compile_step, first_states

    prepare_tensorflow()
    embed, _ = data
    network = build_network(
        embed.vectors,
        log_frequencies(embed.counts),
        hidden=config.hidden,
        vectors_mode=config.vectors,
        seed=config.seed,
    )
    optimizer = build_optimizer(network, training_plan(config))
    step = compile_step(network, OBJECTIVES[config.objective].loss, optimizer)
    return lambda batch: step(batch, first_states(batch))[0], export_weights(network)


def over_batches(step: Step, config: TrainConfig, data: Data, count: int) -> Callable[[], None]:
    """Return a function that makes so many batches, the same each time, and takes a step on each.

    The batches are made as the training goes, as `train` does.
    """
    make_batches = batch_maker(config, *data)

    def train() -> None:
        for batch in islice(make_batches(np.random.default_rng(0))[1], count):
            step(batch)

    return train


def first_batches(config: TrainConfig, data: Data, count: int) -> list[Batch]:
    """Return the first batches of `over_batches`."""
    return list(islice(batch_maker(config, *data)(np.random.default_rng(0))[1], count))


def random_words(config: TrainConfig, *, vocabulary: int = VOCABULARY) -> Data:
    """Return random vectors, and a stream of words just long enough for batches of full size."""
    tokens = (config.batch_size * config.epoch_batches + 1) * STEPS
    return made_up_embedding(vocabulary), made_up_windows(tokens, vocabulary=vocabulary)


def article_training(count: int, *, batch_size: int) -> Callable[[], Any]:
    """Return a function that fits `count` materialised windows once."""
    from pipeline.learning.backend import keras

    model = keras_model()
    model.compile(optimizer=keras.optimizers.SGD(ARTICLE_RATE), loss="mse")
    generator = np.random.default_rng(0)
    inputs = generator.standard_normal((count, STEPS, VECTOR_SIZE), dtype=np.float32)  # (N, T, E)
    targets = generator.standard_normal((count, VECTOR_SIZE), dtype=np.float32)  # (N, E)
    return lambda: model.fit(inputs, targets, batch_size=batch_size, epochs=1, verbose=0)
