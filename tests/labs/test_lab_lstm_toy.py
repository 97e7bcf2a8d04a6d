"""Lab lstm-toy: it learns its four numbers, and a wrong gradient would be found out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.commands.lab import open_lab, run_lab
from pipeline.errors import SettingsError
from pipeline.labs.lstm_toy import evaluate
from pipeline.labs.lstm_toy.data import SEQUENCE
from pipeline.labs.lstm_toy.evaluate import check_gradients
from pipeline.labs.lstm_toy.lab import LAB
from pipeline.labs.shared.first_unit import (
    answers_of,
    descend,
    loss_gradient,
    read,
    squared_loss,
    start_layer,
)
from pipeline.labs.shared.lstm import Gradients, backward


@pytest.mark.parametrize("squash", ["false", "true"])
def test_it_learns_the_sequence_and_its_gradients_are_right(tmp_path: Path, squash: str) -> None:
    opened = open_lab(LAB, tmp_path, overrides=[f"train.squash_cell={squash}"])
    report = run_lab(opened, force=False, quiet=True)
    facts = report["facts"]
    # Both bounds are what the lab promises, at its default size.
    assert facts["loss_end"] < 1e-4 < facts["loss_start"]
    assert max(facts["gradient_differences"].values()) < 1e-6
    assert set(facts["gradient_differences"]) >= {"kernel", "recurrent_kernel", "bias"}
    assert facts["answers"] == pytest.approx([-0.5, 0.2, 0.1, -0.5], abs=0.01)
    assert (facts["seed"], facts["data_seed"]) == (1, 0)
    assert Path(report["picture"]).read_bytes().startswith(b"\x89PNG")


def test_a_gradient_that_forgets_a_gate_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(0)
    inputs, targets = generator.random((3, 1, 5)), generator.random((3, 1))

    def difference() -> dict[str, float]:
        return check_gradients(
            start_layer(5, 6, np.random.default_rng(1)),
            inputs,
            targets,
            squash_cell=False,
            entries=1000,
            generator=np.random.default_rng(2),
        )

    assert max(difference().values()) < 1e-6

    def without_forget_gate(*arguments: object, **settings: object) -> Gradients:
        gradients = backward(*arguments, **settings)  # type: ignore[arg-type]
        gradients.layer.kernel[:, 6:12] = 0  # f is the second of the gates, 6 cells each
        return gradients

    monkeypatch.setattr(evaluate, "backward", without_forget_gate)
    # By definition: where the gradient is zero, the slope itself is the difference.
    assert difference()["kernel"] > 1e-3
    assert difference()["bias"] < 1e-6


def test_loss_and_its_gradient_by_hand() -> None:
    layer = start_layer(2, 3, np.random.default_rng(0))
    trace = read(np.ones((2, 1, 2)), layer, squash_cell=True)
    trace.hidden[:, 0, 0] = [0.5, -1.0]
    targets = np.array([[0.0], [1.0]])
    # 0.5² + 2² and 2·0.5, 2·(−2); the other units are no part of the loss.
    assert squared_loss(answers_of(trace), targets) == pytest.approx(4.25)
    np.testing.assert_allclose(loss_gradient(trace, targets)[:, 0], [[1, 0, 0], [-4, 0, 0]])


def test_one_update_goes_against_the_gradient_and_leaves_the_start_alone() -> None:
    start = start_layer(2, 3, np.random.default_rng(0))
    before = [array.copy() for array in start]
    inputs, targets = np.ones((2, 1, 2)), np.ones((2, 1))
    small = {"learning_rate": 0.01, "squash_cell": True, "progress": lambda *_: None}
    layer, answers = descend(start, inputs, targets, rounds=1, **small)  # type: ignore[arg-type]
    assert answers.shape == (2, 2)
    assert squared_loss(answers[1], targets[:, 0]) < squared_loss(answers[0], targets[:, 0])
    for array, kept, moved in zip(start, before, layer, strict=True):
        np.testing.assert_array_equal(array, kept)
        assert (moved != kept).any()


def test_the_greatest_rate_spoils_the_training_but_stays_finite() -> None:
    # The size and the seed of the lab: a rate of 0.1 ends below 1e-4, see above. At 10 the first
    # steps are so long that the gates shut for good; who answers 0 has a loss of Σ y² = 0.55.
    targets = np.array(SEQUENCE)[:, None]
    _, answers = descend(
        start_layer(50, 100, np.random.default_rng(1)),
        np.random.default_rng(0).random((4, 1, 50)),
        targets,
        learning_rate=10,
        rounds=100,
        squash_cell=False,
        progress=lambda *_: None,
    )
    assert np.isfinite(answers).all()
    assert squared_loss(answers[-1], targets[:, 0]) == pytest.approx(0.55, abs=1e-3)


@pytest.mark.parametrize(
    "setting",
    [
        "data.size=0",
        "train.hidden=0",
        "train.hidden=1001",
        "train.rounds=0",
        "train.learning_rate=0",
        "evaluate.entries=0",
        "train.cells=5",
    ],
)
def test_sizes_out_of_range_are_refused(tmp_path: Path, setting: str) -> None:
    with pytest.raises(SettingsError, match=setting.partition("=")[0]):
        open_lab(LAB, tmp_path, overrides=[setting])
