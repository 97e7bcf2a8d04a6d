"""Training: it learns, it stops, and interrupted or not it ends with the same bytes."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from made_up import context_in, toy_novel
from pydantic import Field
from safetensors.numpy import save_file

from pipeline.artifacts.base import Base
from pipeline.artifacts.embedding import log_frequencies
from pipeline.artifacts.training import TRAINING, Training
from pipeline.artifacts.windows import evaluation_starts, spread
from pipeline.engine.measures.metrics import summarise
from pipeline.engine.measures.score import score_places
from pipeline.engine.network.export import export_network
from pipeline.errors import StageFailed
from pipeline.learning.centre import centre_vectors
from pipeline.learning.checkpoint import (
    FILE_NAME,
    Checkpoint,
    load_checkpoint,
    save_checkpoint,
)
from pipeline.learning.network import (
    Network,
    Vectors,
    assign_weights,
    build_network,
    export_weights,
    trainable_variables,
)
from pipeline.learning.objectives import OBJECTIVES, Objective, Targets
from pipeline.learning.plan import Plan, Schedule, rate_at
from pipeline.learning.step import build_optimizer
from pipeline.stage import Progress, StageConfig
from pipeline.stages.decode import DecodeConfig, decode
from pipeline.stages.regress import RegressConfig, regress
from pipeline.stages.train import batch_maker, fit_batch_size, train
from pipeline.stages.train_settings import TrainConfig, train_config

EMBEDDING, WINDOWS = toy_novel()
SETTINGS: dict[str, Any] = {
    "hidden": 12,
    "epochs": 3,
    "patience": 9,
    "batch_size": 8,
    "epoch_batches": 1,
    "learning_rate": 0.02,
    "candidates": 6,
    "validation_targets": 40,
}


def trained(folder: Path, *, progress: Progress | None = None, **changes: Any) -> Training:
    """Train on the toy novel with `folder` for scratch, as a new process would."""
    folder.mkdir(exist_ok=True)
    context = context_in(folder, seed=5)
    if progress is not None:
        context = replace(context, progress=progress)
    config = TrainConfig(**{**SETTINGS, **changes})
    return train(config, embed=EMBEDDING, window=WINDOWS, base=Base(), context=context)


def stored(training: Training, folder: Path) -> dict[str, bytes]:
    folder.mkdir()
    TRAINING.save(training, folder)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


LOADING = "loading TensorFlow"  # said before any epoch


def interrupt_after(epochs: float) -> Progress:
    """A progress callback that raises once more than `epochs` epochs are done."""

    def progress(done: float, total: float, note: str = "") -> None:
        if done > epochs and note != LOADING:
            raise KeyboardInterrupt

    return progress


@pytest.mark.slow
@pytest.mark.parametrize(
    "changes",
    [
        {"vectors": "tied"},
        {"vectors": "frozen"},
        {"layers": 2, "warmup": 0.1},
        {"carry_state": True, "word_dropout": 0.05, "weight_decay": 0.01},
        {"recurrent_dropout": 0.1, "average": 1},
        {"optimizer": "sgd", "learning_rate": 2.0, "schedule": "constant"},
    ],
)
def test_a_text_in_which_each_word_decides_the_next_is_learnt(
    changes: dict[str, Any], tmp_path: Path
) -> None:
    training = trained(tmp_path, epochs=8, hidden=24, input_dropout=0, output_dropout=0, **changes)
    rows = training.history["epochs"]
    assert rows[-1]["train_loss"] < 0.5 * rows[0]["train_loss"]
    exported = export_network(
        training.weights,
        words=EMBEDDING.words,
        counts=EMBEDDING.counts,
        steps=WINDOWS.steps,
        carry_state=training.history["carry_state"],
    )
    found = summarise(score_places(WINDOWS.ids, evaluation_starts(WINDOWS, "test"), exported))
    # Of 60 held-out targets only those whose context crosses from one section into the next are
    # not as regular as the rest; guessing would give 1/12.
    assert found["top1"] is not None
    assert found["top1"] > 0.9
    assert training.history["objective"] == "contrastive"


@pytest.mark.slow
@pytest.mark.parametrize("objective", ["cosine", "vmf"])
def test_the_other_objectives_learn_it_too(objective: str, tmp_path: Path) -> None:
    training = trained(
        tmp_path, objective=objective, epochs=8, hidden=24, input_dropout=0, output_dropout=0
    )
    exported = export_network(
        training.weights,
        words=EMBEDDING.words,
        counts=EMBEDDING.counts,
        steps=WINDOWS.steps,
        carry_state=training.history["carry_state"],
    )
    found = summarise(score_places(WINDOWS.ids, evaluation_starts(WINDOWS, "test"), exported))
    # All twelve words are equally frequent: always the same one would be right 1/12 of the time.
    assert found["top1"] is not None
    assert found["top1"] > 0.9


@pytest.mark.slow
@pytest.mark.parametrize(
    ("vectors", "moved"),
    [
        ("tied", {"input_vectors", "output_vectors"}),
        ("both", {"input_vectors", "output_vectors"}),
        ("input", {"input_vectors"}),
        ("output", {"output_vectors"}),
        ("frozen", set()),
    ],
)
def test_only_the_vectors_that_are_named_are_trained(
    vectors: str, moved: set[str], tmp_path: Path
) -> None:
    weights = trained(tmp_path, vectors=vectors, epochs=1).weights
    start = centre_vectors(EMBEDDING.vectors)
    tables = {
        "input_vectors": weights["input_vectors"][:-1],
        "output_vectors": weights["output_vectors"],
    }
    assert {name for name, table in tables.items() if not np.array_equal(table, start)} == moved
    equal = np.array_equal(tables["input_vectors"], tables["output_vectors"])
    assert equal == (vectors in ("tied", "frozen"))


def test_weights_decay_and_biases_do_not() -> None:
    # Without a gradient a step multiplies a weight by 1 − rate · decay.
    network = build_network(
        EMBEDDING.vectors, log_frequencies(EMBEDDING.counts), hidden=4, vectors_mode="tied", seed=1
    )
    plan = Plan(epochs=1, patience=1, schedule=Schedule(0.1), clip_norm=1.0, weight_decay=1.0)
    optimizer = build_optimizer(network, plan)
    before = export_weights(network)
    variables = trainable_variables(network)
    optimizer.apply_gradients([(np.zeros(v.shape, np.float32), v) for v in variables])
    after = export_weights(network)
    for name in ("recurrent_kernel", "input_vectors"):
        np.testing.assert_allclose(after[name], 0.9 * before[name], rtol=1e-5)
    np.testing.assert_array_equal(after["bias"], before["bias"])
    np.testing.assert_array_equal(after["log_scale"], before["log_scale"])


def test_the_learning_rate_rises_then_falls_along_half_a_cosine() -> None:
    schedule = Schedule(0.4, warmup=0.2)
    # At 0.6 the cosine is half way: cos(π/2) = 0.
    expected = {0.0: 0.0, 0.1: 0.2, 0.2: 0.4, 0.6: 0.2, 1.0: 0.0}
    for share, rate in expected.items():
        assert rate_at(schedule, share) == pytest.approx(rate, abs=1e-12)
    assert rate_at(Schedule(0.4, shape="constant"), 0.99) == 0.4
    assert rate_at(Schedule(0.4), 0.0) == 0.4


@pytest.mark.slow
@pytest.mark.parametrize("objective", ["mse", "cosine", "vmf"])
def test_without_rivals_vectors_are_left_as_they_are(objective: str, tmp_path: Path) -> None:
    training = trained(tmp_path, objective=objective, vectors="tied")
    start = EMBEDDING.vectors if objective == "mse" else centre_vectors(EMBEDDING.vectors)
    np.testing.assert_array_equal(training.weights["output_vectors"], start)
    losses = [row["train_loss"] for row in training.history["epochs"]]
    assert losses == sorted(losses, reverse=True)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, bytes]]:
    """The scratch folder and the artifact's files of a training that nothing interrupted."""
    folder = tmp_path_factory.mktemp("whole")
    return folder / "scratch", stored(trained(folder / "scratch"), folder / "artifact")


@pytest.mark.slow
def test_interrupted_and_resumed_is_as_if_never_interrupted(
    whole: tuple[Path, dict[str, bytes]], tmp_path: Path
) -> None:
    with pytest.raises(KeyboardInterrupt):
        trained(tmp_path / "broken", progress=interrupt_after(1.5))
    checkpoint = load_checkpoint(tmp_path / "broken")
    assert checkpoint is not None
    assert len(checkpoint.state["rows"]) == 1, "stopped in the middle of the second epoch"
    heard: list[float] = []

    def hear(done: float, total: float, note: str = "") -> None:
        if note != LOADING:
            heard.append(done)

    resumed = trained(tmp_path / "broken", progress=hear)
    assert min(heard) > 1, "the first epoch is not run again"
    assert stored(resumed, tmp_path / "b") == whole[1]


@pytest.mark.slow
def test_the_progress_tells_the_last_validation(tmp_path: Path) -> None:
    notes: dict[float, str] = {}
    training = trained(tmp_path, progress=lambda done, total, note="": notes.update({done: note}))
    told = training.history["epochs"][0]["perplexity"]
    for done, note in notes.items():
        if done <= 2:
            assert (f"validation perplexity {told:.1f}" in note) == (done > 1)


def test_a_training_killed_after_its_last_epoch_has_nothing_to_do(
    whole: tuple[Path, dict[str, bytes]], tmp_path: Path
) -> None:
    again = trained(whole[0], progress=interrupt_after(-1))
    assert stored(again, tmp_path / "b") == whole[1]


def test_another_seed_gives_other_weights(
    whole: tuple[Path, dict[str, bytes]], tmp_path: Path
) -> None:
    other = stored(trained(tmp_path / "scratch", seed=2), tmp_path / "a")
    assert other["weights.safetensors"] != whole[1]["weights.safetensors"]


@pytest.mark.slow
def test_a_training_with_a_broken_checkpoint_starts_anew_and_ends_the_same(
    whole: tuple[Path, dict[str, bytes]], tmp_path: Path
) -> None:
    (tmp_path / "scratch").mkdir()
    (tmp_path / "scratch" / FILE_NAME).write_bytes(bytes(range(256)) * 9)
    heard: list[float] = []
    again = trained(tmp_path / "scratch", progress=lambda done, total, note="": heard.append(done))
    assert min(heard) < 1
    assert stored(again, tmp_path / "a") == whole[1], "equal seeds, equal bytes"


@pytest.mark.parametrize("damage", ["empty", "noise", "cut", "no state", "folder"])
def test_a_broken_checkpoint_is_as_none(damage: str, tmp_path: Path) -> None:
    arrays = {"weights/bias": np.zeros(300, np.float32)}
    save_checkpoint(tmp_path, Checkpoint(arrays=arrays, state={"rows": []}))
    path = tmp_path / FILE_NAME
    data = path.read_bytes()
    if damage == "no state":
        save_file(arrays, path)
    elif damage == "folder":
        path.unlink()
        path.mkdir()
    else:
        broken = {"empty": b"", "noise": bytes(range(256)) * 9, "cut": data[: len(data) // 2]}
        path.write_bytes(broken[damage])
    assert load_checkpoint(tmp_path) is None


def test_a_checkpoint_says_what_it_was_told_and_replaces_the_old_at_once(tmp_path: Path) -> None:
    assert load_checkpoint(tmp_path) is None
    state = {"rows": [{"epoch": 1, "loss": 0.1}], "generator": {"state": 2**127 + 1}}
    arrays = {"weights/a": np.arange(6, dtype=np.float32).reshape(2, 3), "n": np.array(7)}
    for extra in ({}, {"more": 1}):
        save_checkpoint(tmp_path, Checkpoint(arrays=arrays, state=state | extra))
        loaded = load_checkpoint(tmp_path)
        assert loaded is not None
        assert loaded.state == state | extra
        assert set(loaded.arrays) == set(arrays)
        for name, array in arrays.items():
            np.testing.assert_array_equal(loaded.arrays[name], array)
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME], "no draft is left"


def test_a_loss_that_is_no_number_ends_the_training_in_one_line(tmp_path: Path) -> None:
    # The squares of such vectors are beyond float32.
    huge = replace(EMBEDDING, vectors=EMBEDDING.vectors * np.float32(1e25))
    config = TrainConfig(**SETTINGS, objective="mse")
    with pytest.raises(StageFailed) as caught:
        train(config, embed=huge, window=WINDOWS, base=Base(), context=context_in(tmp_path))
    message = str(caught.value)
    assert message.startswith("train: expected a finite loss, got inf in epoch 1")
    assert message.endswith("start afresh with a lower one: --set train.learning_rate=0.005")
    assert "\n" not in message


def test_a_regression_that_diverges_says_so_of_itself(tmp_path: Path) -> None:
    huge = replace(EMBEDDING, vectors=EMBEDDING.vectors * np.float32(1e25))
    with pytest.raises(StageFailed, match=r"^regress: expected a finite loss.*--set embed\.seed"):
        regress(RegressConfig(), embed=huge, window=WINDOWS, context=context_in(tmp_path))


@pytest.mark.slow
def test_something_is_left_of_vectors_without_their_first_components(tmp_path: Path) -> None:
    most = min(EMBEDDING.vectors.shape) - 1
    trained(tmp_path / "most", remove_components=most, epochs=1)
    with pytest.raises(StageFailed, match=f"--set train.remove_components={most}$"):
        trained(tmp_path / "all", remove_components=most + 1)


@pytest.mark.slow
def test_an_averaged_training_is_resumed_as_if_never_interrupted(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        trained(tmp_path / "broken", average=2, progress=interrupt_after(1.5))
    resumed = trained(tmp_path / "broken", average=2)
    whole = trained(tmp_path / "whole", average=2)
    assert stored(resumed, tmp_path / "a") == stored(whole, tmp_path / "b")


def test_the_network_gives_back_what_it_was_given() -> None:
    for mode in get_args(Vectors):
        network = build_network(
            EMBEDDING.vectors,
            log_frequencies(EMBEDDING.counts),
            hidden=4,
            vectors_mode=mode,
            seed=1,
        )
        weights = export_weights(network)
        np.testing.assert_array_equal(weights["output_vectors"], EMBEDDING.vectors)
        np.testing.assert_array_equal(weights["input_vectors"][:-1], EMBEDDING.vectors)
        np.testing.assert_allclose(
            weights["input_vectors"][-1], EMBEDDING.vectors.mean(axis=0), rtol=1e-6
        )
        changed = {name: array + np.float32(0.5) for name, array in weights.items()}
        assign_weights(network, changed)
        for name, array in export_weights(network).items():
            np.testing.assert_array_equal(array, changed[name])


def test_a_short_novel_gets_smaller_batches() -> None:
    # 600 training tokens are 120 sequences of five words.
    assert fit_batch_size(TrainConfig(batch_size=64, epoch_batches=1), WINDOWS) == 64
    assert fit_batch_size(TrainConfig(batch_size=64, epoch_batches=10), WINDOWS) == 12
    assert fit_batch_size(TrainConfig(batch_size=64, epoch_batches=1000), WINDOWS) == 1


def test_of_a_large_shelf_an_epoch_takes_other_batches_than_the_last() -> None:
    # 120 sequences of five words in batches of twelve: of ten an epoch takes three.
    settings: dict[str, Any] = {"batch_size": 64, "epoch_batches": 10, "carry_state": False}
    generator = np.random.default_rng(1)
    count, batches = batch_maker(TrainConfig(**settings), EMBEDDING, WINDOWS)(generator)
    assert (count, len(list(batches))) == (10, 10)
    few = batch_maker(TrainConfig(**settings, max_batches=3), EMBEDDING, WINDOWS)
    (count, first), (_, second) = few(generator), few(generator)
    one, other = ([batch.inputs.tobytes() for batch in own] for own in (first, second))
    assert (count, len(one), len(other)) == (3, 3, 3)
    assert set(one).isdisjoint(other)


@pytest.mark.slow
def test_frequency_counts_beside_the_cosine_unless_told_not_to(tmp_path: Path) -> None:
    training = trained(tmp_path, epochs=1)
    for prior in (True, False):
        exported = decode(
            DecodeConfig(prior=prior),
            embed=EMBEDDING,
            window=WINDOWS,
            base=Base(),
            train=training,
            context=context_in(tmp_path),
        )
        assert (exported.prior_weight != 0) == prior


def test_validation_targets_are_spread_evenly() -> None:
    starts = np.arange(100, 200)
    assert spread(starts, 4).tolist() == [100, 133, 166, 199]
    assert spread(starts, 500).tolist() == starts.tolist()
    assert math.isclose(np.diff(spread(starts, 34)).max(), 3)


class ScaledSettings(StageConfig):
    scaled_by: float = Field(3.0, gt=0, description="with scaled: factor of the loss")


def scaled(predicted: Any, network: Network, batch: Targets, *, scaled_by: float) -> Any:
    return scaled_by * OBJECTIVES["cosine"].loss(predicted, network, batch)


def test_an_objective_in_the_table_is_trained_and_has_its_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = Objective(scaled, "the cosine's, scaled", trains_vectors=False, settings=ScaledSettings)
    monkeypatch.setitem(OBJECTIVES, "scaled", own)
    config = train_config(OBJECTIVES)
    assert list(config.model_fields)[-1] == "scaled_by"

    losses = []
    own_settings: dict[str, dict[str, Any]] = {"cosine": {}, "scaled": {"scaled_by": 5.0}}
    for name, settings in own_settings.items():
        chosen = config.model_validate({**SETTINGS, "objective": name, **settings})
        folder = tmp_path / name
        folder.mkdir()
        context = context_in(folder, seed=5)
        training = train(chosen, embed=EMBEDDING, window=WINDOWS, base=Base(), context=context)
        assert training.history["objective"] == name
        losses.append(training.history["epochs"][0]["train_loss"])
    # Adam's steps do not depend on the scale, but for the norm at which gradients are clipped.
    assert losses[1] == pytest.approx(5 * losses[0], rel=0.2)
