"""How the cost of training, writing, scoring and calibrating grows with the vocabulary."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from benchmarks.compare import Size
from benchmarks.generation import our_writer
from benchmarks.growth import Growth, Work, grow
from benchmarks.made_up import (
    STEPS,
    TOKENS,
    made_up_memories,
    made_up_network,
    zipf_ids,
)
from benchmarks.training import first_batches, our_steps, random_words
from pipeline.engine.measures.stream import score_words
from pipeline.engine.memories.next_word import Model
from pipeline.engine.network.calibrate import calibrate
from pipeline.engine.network.predict import BATCH
from pipeline.engine.writing.options import WritingOptions
from pipeline.stages.train_settings import TrainConfig

SIZES = {"tiny": (300, 600), "quick": (5_000, 20_000), "full": (5_000, 20_000, 100_000)}
TEXT = {"tiny": 2_000, "quick": TOKENS, "full": TOKENS}  # words the memories are of
AMOUNT = {"tiny": 2, "quick": 10, "full": 10}  # batches; ten times as many words are written
SCORED = {"tiny": 50, "quick": BATCH, "full": BATCH}  # words: one batch
REPEATS = {"tiny": 1, "quick": 3, "full": 5}

ROW = "vocabulary growth"


def measure(size: Size) -> list[Growth]:
    """Do each work at every size of the vocabulary."""
    batches, words, scored = AMOUNT[size], 10 * AMOUNT[size], SCORED[size]
    works: tuple[tuple[str, Callable[[int], Work], tuple[str, ...]], ...] = (
        (
            f"{batches} training steps",
            partial(training_steps, batches),
            ("pipeline.learning.loop",),
        ),
        (f"writing {words} words", partial(writing, words, TEXT[size]), ()),
        (f"scoring {scored:,} words", partial(scoring, scored), ()),
        (f"calibrating on {scored:,} words", partial(calibrating, scored), ()),
    )
    return [
        grow(
            ROW,
            prepare,
            SIZES[size],
            work=work,
            axis="V",
            repeats=REPEATS[size],
            warm_up=size != "tiny",
            modules=modules,
            alone=size != "tiny",
            note="default settings",
        )
        for work, prepare, modules in works
    ]


def training_steps(count: int, vocabulary: int) -> Work:
    """Return the training on so many batches, made before."""
    config = TrainConfig()
    data = random_words(config, vocabulary=vocabulary)
    step, _ = our_steps(config, data)
    batches = first_batches(config, data, count)

    def train() -> None:
        for batch in batches:
            step(batch)

    return train


def writing(words: int, tokens: int, vocabulary: int) -> Work:
    """Return the writing of so many words with the memories of a text of so many tokens."""
    memories = made_up_memories(vocabulary, tokens=tokens)
    return our_writer(Model(made_up_network(vocabulary), memories), words, writing=WritingOptions())


def scoring(count: int, vocabulary: int) -> Work:
    """Return the scoring of so many words."""
    network = made_up_network(vocabulary)
    words = [network.words[number] for number in zipf_ids(count, vocabulary=vocabulary)]
    return lambda: list(score_words(words, Model(network)))


def calibrating(count: int, vocabulary: int) -> Work:
    """Return the fitting of scale and prior weight to so many words."""
    network = made_up_network(vocabulary)
    ids = zipf_ids(count + STEPS, vocabulary=vocabulary)
    return partial(calibrate, ids, np.arange(count), network)
