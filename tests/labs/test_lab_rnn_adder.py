"""The plain recurrent network that adds: its bits, its gradients, what it learns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pipeline.labs.artifacts import Trial
from pipeline.labs.rnn_adder.data import DataConfig, make_data
from pipeline.labs.rnn_adder.evaluate import EvaluateConfig, evaluate, show_sum
from pipeline.labs.rnn_adder.network import (
    Weights,
    accuracy,
    draw_weights,
    go_back,
    go_forward,
    read_pairs,
)
from pipeline.labs.rnn_adder.plot import plot
from pipeline.labs.rnn_adder.train import TrainConfig, error_rows, train
from pipeline.labs.shared.bits import LIMIT, as_bits, as_numbers, draw_pairs
from pipeline.labs.shared.gradient_check import central_difference, largest_difference
from pipeline.labs.shared.no_settings import NoSettings
from pipeline.stage import Context


def context(folder: Path, seed: int = 1) -> Context:
    return Context(lambda *_: None, np.random.default_rng(seed), folder)


def trial(folder: Path, samples: int, **settings: object) -> tuple[Trial, Trial]:
    data = make_data(DataConfig(samples=samples), context=context(folder))
    config = TrainConfig.model_validate(settings)
    return data, train(config, data=data, context=context(folder))


@given(st.integers(0, 2**62 - 1))
def test_bits_make_their_number_again(number: int) -> None:
    bits = as_bits(np.array([number]), 62)
    assert "".join(map(str, bits[0, ::-1])) == f"{number:062b}", "Python's own binary digits"
    assert as_numbers(bits).tolist() == [number]


def test_unseen_pairs_are_never_learnt_in_either_order() -> None:
    # With 100,000 draws from some 14,400 pairs, any pair that was left in would turn up.
    pairs = draw_pairs(np.random.default_rng(3), training=100_000, unseen=1000)
    learnt = {tuple(pair) for pair in pairs.training.tolist()}
    asked = {tuple(sorted(pair)) for pair in pairs.unseen.tolist()}
    assert len(asked) == len(pairs.unseen) == 1000, "1,000 different sums"
    assert not asked & {tuple(sorted(pair)) for pair in learnt}
    assert len(learnt) > 14_000, "all others can be learnt"
    assert min(map(min, learnt)) == 0
    assert max(map(max, learnt)) == LIMIT - 1
    assert not np.all(pairs.unseen[:, 0] <= pairs.unseen[:, 1]), "in both orders"


def test_one_sum_by_hand() -> None:
    # A network of one unit and weights of 0 but for v: h is σ(0) = 1/2, y = σ(2 · 1/2) = 0.7311.
    weights = Weights(np.zeros((2, 1)), np.zeros((1, 1)), np.array([2.0]))
    inputs, targets = read_pairs(np.array([[1, 2]]))
    assert inputs[:2, 0].tolist() == [[1, 0], [0, 1]], "1 and 2, lowest bit first"
    assert targets[:, 0].tolist() == [1, 1, 0, 0, 0, 0, 0, 0], "3"
    np.testing.assert_allclose(go_forward(inputs, weights).outputs, 0.731059, atol=1e-6)


@pytest.mark.parametrize("loss", ["squared", "cross_entropy"])
@pytest.mark.parametrize("pairs", [1, 3])
def test_gradients_are_central_differences(loss: str, pairs: int) -> None:
    generator = np.random.default_rng(pairs)
    weights = draw_weights(generator, hidden=5, start=1.0)
    inputs, targets = read_pairs(generator.integers(LIMIT, size=(pairs, 2)))

    def value() -> float:
        outputs = go_forward(inputs, weights).outputs
        if loss == "squared":
            return float(((outputs - targets) ** 2).sum() / 2)
        return float(-np.log(np.where(targets == 1, outputs, 1 - outputs)).sum())

    gradients = go_back(inputs, targets, go_forward(inputs, weights), weights, loss=loss)
    for gradient, weight in zip(gradients, weights, strict=True):
        slopes = central_difference(value, weight)
        assert np.abs(slopes).max() > 1e-3, "all zero would prove nothing"
        assert largest_difference(gradient, slopes) < 1e-7


def test_a_carry_by_hand_adds_numbers_of_any_length() -> None:
    # Three units count the ones among both bits and the carry: at least 1, 2, 3; the second is
    # the carry, and the sum's bit is h1 − h2 + h3. Thresholds want a bias, which the network has
    # not; a unit that reads nothing stands in for it, as its h is always σ(0) = 1/2.
    kernel = np.array([[0.0, 40, 40, 40], [0.0, 40, 40, 40]])
    recurrent = np.zeros((4, 4))
    recurrent[2, 1:] = 40
    # It is 0 before the first step only, so two bits of 0 + 0 come first and are not looked at.
    recurrent[0, 1:] = [-40, -120, -200]
    weights = Weights(kernel, recurrent, np.array([-30.0, 40, -40, 40]))
    addends = np.random.default_rng(5).integers(2**59, size=(200, 2)) * 4
    inputs, targets = read_pairs(addends, 62)
    outputs = go_forward(inputs, weights).outputs
    np.testing.assert_array_equal((outputs > 0.5)[2:], targets[2:] == 1)


def test_learning_with_cross_entropy_adds_all_after_few_pairs(tmp_path: Path) -> None:
    # Measured: with seeds 1 to 16 all unseen sums are right after 2,000 to 4,000 pairs.
    data, trained = trial(tmp_path, 4000, loss="cross_entropy")
    findings = evaluate(EvaluateConfig(), data=data, train=trained, context=context(tmp_path))
    assert findings.facts["exact"] >= 0.995
    assert findings.facts["long_exact"] >= 0.9, "what it learnt is to carry, not the eight bits"
    assert [row[0] for row in findings.rows] == [1000, 2000, 3000, 4000]
    seeds = [findings.facts[f"{stage}_seed"] for stage in ("data", "train", "evaluate")]
    assert seeds == [1, 1, EvaluateConfig().seed]
    assert findings.notes[-1].endswith("(seed 1).")
    errors = [row[1] for row in error_rows(trained)]
    assert errors == sorted(errors, reverse=True), "the error falls from thousand to thousand"


def test_the_defaults_reach_the_goal(tmp_path: Path) -> None:
    # The issue: at least 99.5 % of 1,000 unseen sums, 16 units, rate 0.1, 10,000 pairs.
    data, trained = trial(tmp_path, DataConfig().samples)
    weights = Weights(*(trained.arrays[name] for name in Weights._fields))
    assert weights.recurrent_kernel.shape == (16, 16)
    assert accuracy(weights, data.arrays["unseen"]) >= 0.995


def test_two_trainings_are_equal_and_a_seed_changes_them(tmp_path: Path) -> None:
    first, second = (trial(tmp_path, 300)[1] for _ in range(2))
    for name, array in first.arrays.items():
        np.testing.assert_array_equal(array, second.arrays[name])
    data = make_data(DataConfig(samples=300), context=context(tmp_path))
    other = train(TrainConfig(), data=data, context=context(tmp_path, seed=2))
    assert not np.array_equal(other.arrays["kernel"], first.arrays["kernel"])


def test_errors_are_told_every_thousand_and_at_the_end(tmp_path: Path) -> None:
    told: list[tuple[float, float, str]] = []
    data = make_data(DataConfig(samples=2500, unseen=10), context=context(tmp_path))
    lent = Context(
        lambda done, total, note="": told.append((done, total, note)),
        np.random.default_rng(1),
        tmp_path,
    )
    trained = train(TrainConfig(hidden=2), data=data, context=lent)
    assert [(done, total) for done, total, _ in told] == [(1000, 2500), (2000, 2500), (2500, 2500)]
    means = [trained.arrays["errors"][s].mean() for s in (slice(1000), slice(1000, 2000))]
    assert [row[1] for row in error_rows(trained)[:2]] == pytest.approx(means)
    for mean, (_, _, note) in zip(means, told, strict=False):
        assert f"error {mean:.4f}" in note


def test_a_worked_sum_shows_both_addends_and_what_came_out() -> None:
    # With all weights 0, y is σ(0) = 1/2 for every bit, which counts as 0.
    weights = Weights(np.zeros((2, 1)), np.zeros((1, 1)), np.zeros(1))
    line = show_sum(np.array([5, 3]), weights)
    assert line.startswith("5 + 3 = 0: 00000101 + 00000011 = 00000000, wrong, it is 00001000;")


def test_the_picture_is_the_same_each_time(tmp_path: Path) -> None:
    trained = trial(tmp_path, 50)[1]
    first, second = (plot(NoSettings(), train=trained, context=context(tmp_path)) for _ in range(2))
    assert first == second
    assert first.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("config", "field", "value"),
    [
        (DataConfig, "samples", 0),
        (DataConfig, "unseen", 4001),
        (TrainConfig, "hidden", 0),
        (TrainConfig, "learning_rate", 0),
        (TrainConfig, "start", 11),
        (TrainConfig, "loss", "hinge"),
        (EvaluateConfig, "seed", 2**31),
    ],
)
def test_settings_out_of_range_are_refused(
    config: type[DataConfig | TrainConfig | EvaluateConfig], field: str, value: object
) -> None:
    with pytest.raises(ValidationError, match=field):
        config.model_validate({field: value})
