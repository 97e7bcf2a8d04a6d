"""Scoring words at a vocabulary of 7,000: by the network, and by the n-gram model.

`score` is compared with one window at a time, which is how a network is mostly asked; the n-gram
model with one of plain dictionaries (`plain_ngram.py`) that gives the same numbers.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from benchmarks.compare import Bar, Comparison, Size, compare, per_second
from benchmarks.made_up import STEPS, VOCABULARY, made_up_network, zipf_ids
from benchmarks.plain_ngram import score_plain, train_plain
from pipeline.artifacts.ngram import KneserNey
from pipeline.engine.measures.baselines import score_kneser_ney
from pipeline.engine.measures.score import score_places
from pipeline.engine.measures.stream import score_words
from pipeline.engine.memories.next_word import Model
from pipeline.engine.memories.ngram import train_kneser_ney

ROUNDS = {"tiny": 1, "quick": 3, "full": 5}
SCORED = {"tiny": 30, "quick": 3_000, "full": 10_000}  # words
SCORED_SINGLY = {"tiny": 5, "quick": 200, "full": 1_000}  # words
COUNTED = {"tiny": 1_000, "quick": 30_000, "full": 300_000}  # words that n-grams are counted in


def measure(size: Size) -> list[Comparison]:
    """Score words by the network; count n-grams, and score by them."""
    return [score_row(size), counting_row(size), ngram_score_row(size)]


def score_row(size: Size) -> Comparison:
    """Score words one after the other, and in windows one at a time."""
    network = made_up_network()
    ids = zipf_ids(SCORED[size], seed=1)
    words = [network.words[number] for number in ids]
    starts = np.arange(min(SCORED_SINGLY[size], len(ids) - STEPS))  # (N,)

    def all_words() -> None:
        for _ in score_words(words, Model(network)):
            pass

    def singly() -> None:
        for number in range(len(starts)):
            score_places(ids, starts[number : number + 1], network)

    return compare(
        "score",
        ours=per_second(all_words, len(words)),
        other=per_second(singly, len(starts)),
        rounds=ROUNDS[size],
        against="ours, one window at a time",
        unit="words/s",
        bar=Bar("ours", "≥", 2000),
        note=f"V = {VOCABULARY:,}; rank, log probability and cosine of {len(words):,} words",
    )


def counting_row(size: Size) -> Comparison:
    """Count the n-grams of a text."""
    ids = zipf_ids(COUNTED[size])
    return compare(
        "n-grams, counting",
        ours=per_second(partial(count, ids), len(ids)),
        other=per_second(partial(train_plain, ids.tolist(), vocabulary_size=VOCABULARY), len(ids)),
        rounds=ROUNDS[size],
        against="the same in plain dictionaries",
        unit="words/s",
        note=f"Kneser–Ney of order 5, V = {VOCABULARY:,}; {len(ids):,} words",
    )


def ngram_score_row(size: Size) -> Comparison:
    """Score words by their n-grams."""
    ids = zipf_ids(COUNTED[size])
    model, plain = count(ids), train_plain(ids.tolist(), vocabulary_size=VOCABULARY)
    text = zipf_ids(SCORED[size] + STEPS, seed=1)
    few = text[: SCORED_SINGLY[size] + STEPS].tolist()
    starts = np.arange(SCORED[size])  # (N,)
    return compare(
        "n-grams, scoring",
        ours=per_second(partial(score_kneser_ney, text, starts, model, steps=STEPS), len(starts)),
        other=per_second(partial(score_plain, plain, few, context=STEPS), len(few) - STEPS),
        rounds=ROUNDS[size],
        against="the same in plain dictionaries",
        unit="words/s",
        note=f"Kneser–Ney of order 5, V = {VOCABULARY:,}; rank and probability",
    )


def count(ids: NDArray[np.int32]) -> KneserNey:
    """Train our n-gram model on one stretch of text."""
    span = np.array([[0, len(ids)]], dtype=np.int64)
    return train_kneser_ney(ids, span, vocabulary_size=VOCABULARY)
