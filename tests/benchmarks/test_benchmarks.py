"""The benchmarks: every row runs; medians, bars, exponents and lines come out right; the ways that
are compared do the same.
"""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np
import pytest

from benchmarks.compare import Bar, Comparison, LeftOut, Size, compare
from benchmarks.growth import Growth, Work, exponent, grow
from benchmarks.long_novel import Source, as_segmentation, lengthen
from benchmarks.made_up import made_up_words, zipf_ids
from benchmarks.peak import target_operations
from benchmarks.plain_ngram import distribution, score_plain, train_plain
from benchmarks.rows import ROWS
from benchmarks.table import Result, table_lines
from pipeline.artifacts.windows import window_view
from pipeline.engine.measures.baselines import score_kneser_ney
from pipeline.engine.memories.ngram import train_kneser_ney
from pipeline.engine.memories.ngram_probs import next_probabilities


@pytest.mark.slow
@pytest.mark.parametrize("measure", ROWS.values(), ids=ROWS)
def test_a_row_at_a_tiny_size_gives_finite_figures(
    measure: Callable[[Size], Sequence[Result]],
) -> None:
    results = measure("tiny")
    assert results
    for result in results:
        assert table_lines(result)[0].startswith(result.row)
        if isinstance(result, Comparison):
            assert math.isfinite(result.ratio)
            assert 0 < result.lowest <= result.ratio <= result.highest
            assert (result.met is None) == (result.bar is None)
        elif isinstance(result, Growth):
            assert min(result.seconds) > 0
            assert math.isfinite(result.time_exponent + result.memory_exponent)


def test_comparison_holds_medians_and_the_range_of_the_ratios() -> None:
    # By hand: the first figures are the warm-up's; 10/5, 30/10 and 20/20 are 2, 3 and 1.
    ours, other = iter([1.0, 10.0, 30.0, 20.0]), iter([1.0, 5.0, 10.0, 20.0])
    result = compare(
        "row", ours=take(ours), other=take(other), rounds=3, against="other", unit="words/s"
    )
    assert (result.ours, result.other) == (20, 10)
    assert (result.lowest, result.ratio, result.highest) == (1, 2, 3)
    assert "(1.00–3.00)" in table_lines(result)[0]


@pytest.mark.parametrize(
    ("bar", "met"),
    [
        (Bar("ratio", "≥", 2), True),
        (Bar("ratio", "≥", 2.1), False),
        (Bar("ours", "≤", 10), True),
        (Bar("ours", "≤", 9), False),
        (None, None),
    ],
)
def test_a_bar_is_met_or_not(bar: Bar | None, met: bool | None) -> None:
    # 10 against 5 each time: ours is 10, the ratio 2.
    result = compare(
        "row", ours=lambda: 10.0, other=lambda: 5.0, rounds=1, against="other", unit="s", bar=bar
    )
    assert result.met is met
    assert ("NOT MET" in "".join(table_lines(result))) is (met is False)


def test_sides_take_turns_in_being_first() -> None:
    called: list[str] = []

    def meter(name: str) -> float:
        called.append(name)
        return 1.0

    compare(
        "row",
        ours=lambda: meter("ours"),
        other=lambda: meter("other"),
        rounds=2,
        against="other",
        unit="s",
        warm_up=False,
    )
    assert called == ["ours", "other", "other", "ours"]


def take(figures: Iterator[float]) -> Callable[[], float]:
    """Return a meter that reads its figures off a list."""
    return lambda: next(figures)


def test_a_row_that_was_left_out_says_why() -> None:
    assert table_lines(LeftOut("row", "no such library")) == [
        "row                  left out: no such library"
    ]


def test_exponent_is_the_slope_of_the_logarithms() -> None:
    # 3·n^1.5 for n = 1, 4, 100: by definition.
    assert exponent([1, 4, 100], [3.0, 24.0, 3000.0]) == pytest.approx(1.5)
    assert exponent([5], [1.0]) == 0


@pytest.mark.slow
def test_growth_measures_each_size_in_a_process_of_its_own() -> None:
    result = grow("row", partial(fill, 1), (10, 40), work="filling", axis="megabytes")
    # Arrays of 10 and 40 MB, written to the last byte.
    assert result.megabytes == pytest.approx((10, 40), abs=3)
    assert "10: " in table_lines(result)[1]


def fill(value: int, megabytes: int) -> Work:
    """Return the making of an array of so many megabytes."""
    return lambda: np.full(megabytes * 1_000_000, value, dtype=np.int8).sum()


def test_operations_of_a_target_by_hand() -> None:
    # E = 1, H = 1, K = 1: 2·4·2 for the LSTM, 2 and 2 for the rest; three times that.
    assert target_operations(embedding=1, hidden=1, candidates=1) == 3 * (16 + 2 + 2)


def test_made_up_words_differ() -> None:
    words = made_up_words(25_000)  # more than there are characters in the block
    assert len(set(words)) == len(words) == 25_000


def test_plain_kneser_ney_is_the_same_model() -> None:
    ids = zipf_ids(3000, vocabulary=40, seed=3)  # id 39 stands for the unknown word below
    model = train_kneser_ney(ids, np.array([[0, 3000]]), vocabulary_size=39)
    plain = train_plain(ids.tolist(), vocabulary_size=39)
    contexts = zipf_ids(200 * 6, vocabulary=40, seed=4).reshape(200, 6)
    expected = [distribution(plain, context) for context in contexts.tolist()]
    assert np.allclose(next_probabilities(model, contexts), expected, rtol=1e-4, atol=1e-8)


def test_plain_kneser_ney_ranks_alike() -> None:
    ids = zipf_ids(2000, vocabulary=50, seed=5)
    model = train_kneser_ney(ids, np.array([[0, 2000]]), vocabulary_size=50)
    plain = train_plain(ids.tolist(), vocabulary_size=50)
    text = zipf_ids(120, vocabulary=50, seed=6)
    scores = score_kneser_ney(text, np.arange(100), model, steps=20)
    ranks, probs = zip(*score_plain(plain, text.tolist(), context=20), strict=True)
    # Ours shares the unknown word's part among the known ones.
    unknown = [distribution(plain, text[n : n + 20].tolist())[-1] for n in range(100)]
    assert np.allclose(np.exp(scores.log_probs), probs / (1 - np.array(unknown)), rtol=1e-4)
    # Words that nothing tells apart may swap places by a rounding.
    assert np.mean(scores.ranks == ranks) > 0.95


def test_a_longer_novel_keeps_its_paragraphs_words() -> None:
    source = Source(
        words=("</s>", "甲", "乙", "丙"),
        counts=np.array([2, 2, 1, 1]),
        ids=np.array([1, 2, 1, 0, 3, 0], dtype=np.int32),
        break_id=0,
    )
    ids = lengthen(source, 12)
    assert (ids == 0).nonzero()[0].tolist() == [3, 5, 9, 11]
    paragraphs = [sorted(line.split(" ")) for line in as_segmentation(source, ids).lines]
    assert paragraphs == [["乙", "甲", "甲"], ["丙"]] * 2


def test_windows_of_a_longer_novel_are_not_those_of_the_novel_again() -> None:
    ids = np.array([*range(1, 21), 0], dtype=np.int32)
    source = Source(tuple(map(str, range(21))), np.ones(21, dtype=np.int64), ids, break_id=0)
    pairs = window_view(lengthen(source, 210), steps=1)
    assert len(np.unique(pairs, axis=0)) > 100  # repeated as they were, they would be 21


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="PyTorch is not installed")
def test_pytorch_takes_the_same_steps() -> None:
    from benchmarks.pytorch import torch_network, torch_step
    from benchmarks.training import first_batches, our_steps, random_words
    from pipeline.artifacts.embedding import log_frequencies
    from pipeline.stages.train_settings import TrainConfig

    config = TrainConfig(batch_size=4, epoch_batches=3, candidates=100)
    data = random_words(config, vocabulary=300)
    data[1].ids[::7] = 300  # unknown words
    ours, weights = our_steps(config, data)
    network = torch_network(weights, log_frequencies(data[0].counts))
    other = torch_step(network, learning_rate=config.learning_rate, clip_norm=config.clip_norm)
    batches = first_batches(config, data, 3)
    # The first loss is that of equal weights; the others follow from equal gradients and updates.
    assert [other(batch) for batch in batches] == pytest.approx(
        [ours(batch) for batch in batches], rel=1e-4
    )


def test_keras_gives_the_gradients_of_the_labs_lstm() -> None:
    from benchmarks.lstm import keras_gradients, numpy_gradients, random_problem

    problem = random_problem(3, 4, 5)
    by_layer, by_inputs, _ = numpy_gradients(problem)()
    *theirs, their_inputs = keras_gradients(problem)()
    for ours, other in zip(by_layer, theirs, strict=True):
        assert np.allclose(ours, other, atol=1e-6)
    assert np.allclose(by_inputs.transpose(1, 0, 2), their_inputs, atol=1e-6)
