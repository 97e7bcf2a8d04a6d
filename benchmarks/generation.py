"""Writing at a vocabulary of 7,000, against slower ways: words a second.

Ours is the default writer, word by word: network, memories, all constraints and default sampling.
The article predicts by Keras one word at a time and decodes by a loop over all words in Python; it
is measured as a whole, and each half with all else left to our network.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from benchmarks.article import Nearest, keras_writer, numpy_nearest, python_nearest
from benchmarks.compare import Bar, Comparison, Size, compare, per_second
from benchmarks.made_up import HIDDEN, VECTOR_SIZE, made_up_memories, made_up_network
from pipeline.arrays import Floats
from pipeline.artifacts.network import Network
from pipeline.engine.memories.next_word import Model
from pipeline.engine.network.decode import cosines
from pipeline.engine.network.reader import initial_states, predict_next, read_word
from pipeline.engine.writing.options import BARE, WritingOptions
from pipeline.engine.writing.prompt import constraints_for
from pipeline.engine.writing.sampling import Sampling
from pipeline.engine.writing.side_by_side import write

WORDS = {"tiny": 5, "quick": 200, "full": 2000}
SLOW_WORDS = {"tiny": 1, "quick": 2, "full": 8}  # of the loops and of Keras
ROUNDS = {"tiny": 1, "quick": 3, "full": 7}
SPEED = Bar("ours", "≥", 1000)
BY_WORD = Sampling(best_of=1)


def measure(size: Size) -> list[Comparison]:
    """Write with random weights by our engine and by each of the other ways."""
    network = made_up_network()
    whole = Model(network, made_up_memories())
    words, slow_words = WORDS[size], SLOW_WORDS[size]
    in_python, in_numpy = python_nearest(network), numpy_nearest(network)
    others: dict[str, tuple[Callable[[], None], int, Bar | None]] = {
        "ours, the network alone": (our_writer(Model(network), words, writing=BARE), words, SPEED),
        "the article: Keras predict and a loop in Python": (
            keras_writer(network, in_python, slow_words),
            slow_words,
            Bar("ratio", "≥", 300),
        ),
        "Keras predict": (
            keras_writer(network, best_cosine(network), slow_words),
            slow_words,
            None,
        ),
        "loop in pure Python": (loop_writer(network, in_python, slow_words), slow_words, None),
        "loop of numpy cosines": (loop_writer(network, in_numpy, slow_words), slow_words, None),
    }
    ours = our_writer(whole, words, writing=WritingOptions())
    return [
        compare(
            "generation",
            ours=per_second(ours, words),
            other=per_second(other, amount),
            rounds=ROUNDS[size],
            against=against,
            unit="words/s",
            bar=bar,
            note=f"V = {len(network.words):,}, H = {HIDDEN}, E = {VECTOR_SIZE}; ours: "
            "cache, n-grams, all constraints; sampled",
        )
        for against, (other, amount, bar) in others.items()
    ]


def our_writer(model: Model, words: int, *, writing: WritingOptions) -> Callable[[], None]:
    """Return writing by the engine, word by word; constraints are made once before."""
    constraints = constraints_for(model, replace(writing, words=words, finish=False))

    def write_words() -> None:
        generator = np.random.default_rng(0)
        for _ in write(model, [1], constraints=constraints, sampling=BY_WORD, generator=generator):
            pass

    return write_words


def loop_writer(network: Network, nearest: Nearest, words: int) -> Callable[[], None]:
    """Return writing greedily: our LSTM, and the next word by `nearest`."""

    def write_words() -> None:
        states = read_word(initial_states(network), 0, network)
        for _ in range(words):
            states = read_word(states, nearest(predict_next(states, network)), network)

    return write_words


def best_cosine(network: Network) -> Nearest:
    """Return our own decoding: all cosines in one matrix product."""

    def nearest(predicted: Floats) -> int:
        return int(np.argmax(cosines(predicted, output_vectors=network.output_vectors)))

    return nearest
