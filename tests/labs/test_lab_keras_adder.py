"""The report's adder: its network, its losses, its scores, what more data does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from pipeline.errors import StageFailed
from pipeline.labs.artifacts import Trial
from pipeline.labs.keras_adder.data import DataConfig, make_data
from pipeline.labs.keras_adder.evaluate import compare_steps, describe_steps, evaluate, wrong_bits
from pipeline.labs.keras_adder.plot import plot
from pipeline.labs.keras_adder.train import (
    TrainConfig,
    bit_weights,
    decode_numbers,
    read_pairs,
    scores,
    train,
)
from pipeline.labs.shared.divergence import refuse_divergence
from pipeline.labs.shared.no_settings import NoSettings
from pipeline.stage import Context

SMALL = {"hidden": 8, "epochs": 4, "batch_size": 16, "check_every": 3}


def context(folder: Path) -> Context:
    return Context(lambda *_: None, np.random.default_rng(1), folder)


def two_counts(folder: Path) -> Trial:
    """Data of twenty pairs and of forty, and as many as are never shown."""
    return make_data(DataConfig(samples=(20, 40), unseen=30), context=context(folder))


def test_a_pair_is_two_steps_of_bits_highest_first() -> None:
    # 5 is 101, 3 is 11, their sum 8 is 1000.
    inputs, targets = read_pairs(np.array([[5, 3]]))
    assert inputs.tolist() == [[[0, 0, 0, 0, 0, 1, 0, 1], [0, 0, 0, 0, 0, 0, 1, 1]]]
    assert targets.tolist() == [[0, 0, 0, 0, 1, 0, 0, 0]]
    assert decode_numbers(targets).tolist() == [8]


def test_bits_weigh_128_to_1_and_both_losses_1_in_the_mean() -> None:
    plain, weighted = bit_weights()
    assert plain.tolist() == [1] * 8
    np.testing.assert_allclose(weighted / weighted[-1], [128, 64, 32, 16, 8, 4, 2, 1])
    assert weighted.mean() == pytest.approx(1)


def test_scores_by_hand() -> None:
    # 1 + 2 is told rightly and surely; 64 + 64 = 128 is told as 0: one bit of sixteen is wrong.
    pairs = np.array([[1, 2], [64, 64]])
    probabilities = np.array([[0, 0, 0, 0, 0, 0, 1, 1], [0] * 8], np.float32)
    assert scores(probabilities, pairs).tolist() == [0.5, 64, 1 / 16]
    assert wrong_bits(probabilities, pairs) == [0.5, 0, 0, 0, 0, 0, 0, 0]
    assert scores(np.stack([probabilities, probabilities]), pairs).shape == (2, 3)


def test_the_network_reads_as_keras_layers_do() -> None:
    from pipeline.labs.keras_adder.network import build_network, read
    from pipeline.learning.backend import tf

    network = build_network(hidden=7, seed=3)
    generator = np.random.default_rng(4)
    weights = [generator.standard_normal(array.shape) for array in network.get_weights()]
    network.set_weights(weights)
    inputs = tf.constant(read_pairs(generator.integers(128, size=(50, 2)))[0])
    expected = network(inputs).numpy()
    assert np.ptp(expected) > 0.5, "all alike would prove nothing"
    np.testing.assert_allclose(read(network, inputs).numpy(), expected, atol=1e-5)


@pytest.mark.slow
def test_a_step_is_that_of_keras_fit() -> None:
    # Keras trains on the very batches, the last one being short, with its own loop and mse.
    from pipeline.labs.keras_adder.network import Plan, build_adders, build_network, fit
    from pipeline.learning.backend import keras

    generator = np.random.default_rng(5)
    samples = read_pairs(generator.integers(128, size=(20, 2)))
    plan = Plan(epochs=2, batch_size=16, check_every=1, learning_rate=0.01)
    adders = build_adders(bit_weights(), plan, hidden=6, seed=9)
    fit(adders, samples, samples, plan, generator=np.random.default_rng(6), tell=lambda *_: None)
    same = build_network(hidden=6, seed=9)
    same.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
    order = np.random.default_rng(6)
    for _ in range(plan.epochs):
        rows = order.permutation(20)
        for batch in (rows[:16], rows[16:]):
            same.train_on_batch(samples[0][batch], samples[1][batch])
    ours, other = (network.get_weights() for network in adders.networks)
    for own, expected in zip(ours, same.get_weights(), strict=True):
        np.testing.assert_allclose(own, expected, atol=2e-5)
    assert not np.allclose(ours[0], other[0], atol=1e-3), "the other loss leads elsewhere"


def test_an_order_holds_every_pair_once() -> None:
    from pipeline.labs.keras_adder.network import batch_order

    order, counted = batch_order(np.random.default_rng(1), 20, 8)
    assert order.shape == counted.shape == (3, 8)
    assert sorted(order[counted == 1].tolist()) == list(range(20))
    assert counted.sum() == 20
    assert counted[-1].tolist() == [1, 1, 1, 1, 0, 0, 0, 0]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    """A training on twenty pairs and on forty."""
    folder = tmp_path_factory.mktemp("both")
    settings = TrainConfig.model_validate(SMALL)
    return train(settings, data=two_counts(folder), context=context(folder))


@pytest.mark.slow
def test_each_count_is_trained_as_if_it_were_alone(both: Trial, tmp_path: Path) -> None:
    # So no training goes on from the one before it; and two trainings are equal to the byte.
    settings = TrainConfig.model_validate(SMALL)
    only = make_data(DataConfig(samples=(40,), unseen=30), context=context(tmp_path))
    alone = train(settings, data=only, context=context(tmp_path / "alone"))
    assert {name for name in both.arrays if name.endswith("_40")} == alone.arrays.keys()
    for name, array in alone.arrays.items():
        np.testing.assert_array_equal(array, both.arrays[name])
    assert both.arrays["checked_20"].tolist() == [3, 4], "every third epoch, and the last"
    assert both.arrays["unseen_20"].shape == (2, 2, 3)
    last = scores(both.arrays["probabilities_40"], only.arrays["unseen"])
    np.testing.assert_array_equal(both.arrays["unseen_40"][-1], last)


@pytest.mark.slow
def test_an_interrupted_training_goes_on_with_the_count_that_was_interrupted(
    both: Trial, tmp_path: Path
) -> None:
    data = two_counts(tmp_path)
    settings = TrainConfig.model_validate(SMALL)
    told: list[str] = []

    def interrupt(done: float, total: float, note: str = "") -> None:
        told.append(note)
        if note.startswith("40 pairs: ") and done == 6:
            raise KeyboardInterrupt

    folder = tmp_path / "interrupted"
    with pytest.raises(KeyboardInterrupt):
        train(settings, data=data, context=replace(context(folder), progress=interrupt))
    del told[:]
    resumed = train(
        settings,
        data=data,
        context=replace(context(folder), progress=lambda done, total, note="": told.append(note)),
    )
    assert [note.partition(":")[0] for note in told] == ["40 pairs"] * 4
    assert both.arrays.keys() == resumed.arrays.keys()
    for name, array in both.arrays.items():
        np.testing.assert_array_equal(array, resumed.arrays[name])


@pytest.mark.parametrize("loss", [0, 1])
def test_a_training_that_diverged_is_refused_and_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loss: int
) -> None:
    from pipeline.labs.keras_adder import network as adder_network

    def diverge(*_: Any, **__: Any) -> adder_network.Curves:
        losses = np.full((4, 2), 0.25)
        losses[-1, loss] = np.nan
        answers = np.zeros((2, 2, 30, 8), np.float32)
        return adder_network.Curves(losses, np.array([3, 4]), answers, answers[:, :, :20])

    monkeypatch.setattr(adder_network, "fit", diverge)
    data = make_data(DataConfig(samples=(20,), unseen=30), context=context(tmp_path))
    with pytest.raises(StageFailed, match=r"finite numbers, got nan in epoch 4.*learning_rate"):
        train(TrainConfig.model_validate(SMALL), data=data, context=context(tmp_path))
    assert not list(tmp_path.rglob("*.safetensors"))


def test_weights_that_are_no_numbers_are_told_from_a_loss_that_is_none() -> None:
    good, bad = np.zeros(2), np.array([1.0, np.inf])
    refuse_divergence([0.5, 0.3], [good])
    with pytest.raises(StageFailed, match="finite numbers, got weights that are not in epoch 2;"):
        refuse_divergence([0.5, 0.3], [good, bad])
    with pytest.raises(StageFailed, match="finite numbers, got inf in epoch 1;"):
        refuse_divergence([np.inf], [bad])


def test_counts_are_compared_after_equal_steps() -> None:
    # 32 pairs are 2 batches of 16, 64 are 4: after 4 epochs of the fewer, 8 steps, the more had
    # had their 8 steps after 2 epochs, which is the first of their looks.
    look = np.array([[[0.25, 3, 0.5]] * 2, [[0.75, 1, 0.125]] * 2])  # (C, L, 3)
    arrays = {
        f"{part}_{count}": look + shift
        for part in ("unseen", "learnt")
        for count, shift in ((32, 0.0), (64, 0.125))
    }
    trained = Trial(
        {**arrays, "checked_32": np.array([2, 4]), "checked_64": np.array([2, 4])},
        {"epochs": 4, "batch_size": 16},
    )
    data = Trial({"training": np.zeros((64, 2))}, {"counts": [32, 64]})
    comparison = compare_steps(data, trained)
    assert comparison["fewer"]["steps"] == comparison["more"]["steps"] == 8
    assert comparison["fewer"]["unseen_exact"] == 0.75, "its last look"
    assert comparison["more"]["unseen_exact"] == 0.25 + 0.125, "its first"
    assert "37.5% exact and squared error 0.6250 after 8 steps on 64 pairs" in describe_steps(
        comparison
    )


@pytest.mark.slow
def test_an_easy_set_is_learnt_and_the_findings_say_so(tmp_path: Path) -> None:
    # One pair, a thousand times: nothing but its sum is left to learn.
    data = Trial(
        {"training": np.array([[3, 4]] * 64), "unseen": np.array([[3, 4], [3, 4]])},
        {"seed": 1, "counts": [64], "different": 1},
    )
    settings: dict[str, Any] = {**SMALL, "epochs": 60, "learning_rate": 0.05}
    trained = train(TrainConfig.model_validate(settings), data=data, context=context(tmp_path))
    findings = evaluate(NoSettings(), data=data, train=trained, context=context(tmp_path))
    assert [row[:3] for row in findings.rows] == [(64, "mse", 240), (64, "weighted", 240)]
    for row in findings.facts["trainings"]:
        assert row["unseen_exact"] == row["learnt_exact"] == row["chance_of_100"] == 1
        assert row["unseen_error"] == 0
        assert row["unseen_loss"] < 0.01
    assert findings.facts["report"] == {"samples": 10_000, "right": 100, "of": 100}
    picture = plot(NoSettings(), data=data, train=trained, context=context(tmp_path))
    assert picture.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("config", "field", "value"),
    [
        (DataConfig, "samples", ()),
        (DataConfig, "samples", (0,)),
        (DataConfig, "samples", (100_001,)),
        (DataConfig, "unseen", 0),
        (TrainConfig, "hidden", 1025),
        (TrainConfig, "epochs", 0),
        (TrainConfig, "batch_size", 0),
        (TrainConfig, "learning_rate", 1.5),
        (TrainConfig, "check_every", 0),
    ],
)
def test_settings_out_of_range_are_refused(
    config: type[DataConfig | TrainConfig], field: str, value: object
) -> None:
    with pytest.raises(ValidationError, match=field):
        config.model_validate({field: value})
