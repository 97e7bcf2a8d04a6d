"""The one-hot adder: its gradients, the published ones, and what both make of unseen pairs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from pipeline.commands.lab import open_lab
from pipeline.errors import SettingsError
from pipeline.labs.artifacts import Trial
from pipeline.labs.numpy_adder.data import DataConfig, make_data
from pipeline.labs.numpy_adder.descent import accuracy
from pipeline.labs.numpy_adder.evaluate import TOLERANCE, EvaluateConfig, bounds_of, evaluate
from pipeline.labs.numpy_adder.faults import (
    FAULTS,
    FIRST,
    LAST,
    TARGET_FIRST,
    faulty_backward,
    taught_step,
)
from pipeline.labs.numpy_adder.lab import LAB
from pipeline.labs.numpy_adder.network import (
    Network,
    arrays_of,
    cross_entropy,
    from_arrays,
    gradient_differences,
    initial_network,
    loss_and_gradients,
    read,
)
from pipeline.labs.numpy_adder.plot import plot
from pipeline.labs.numpy_adder.train import TrainConfig, run_variant, train
from pipeline.labs.numpy_adder.variants import CORRECTED, DECAYED, VARIANTS
from pipeline.labs.shared.lstm import backward
from pipeline.labs.shared.no_settings import NoSettings
from pipeline.stage import Context, Progress

V, H = 8, 3
VARIANT_FAULTS = {name: variant.faults for name, variant in VARIANTS.items()}
SMALL = TrainConfig(hidden=8, batch_size=4, epochs=3)


def small_network(seed: int = 0) -> Network:
    return initial_network(V, H, np.random.default_rng(seed), np.float64)


def silent(done: float, total: float, note: str = "") -> None:
    pass


def small_context(tmp_path: Path, progress: Progress = silent) -> Context:
    return Context(
        progress=progress,
        generator=np.random.default_rng(0),
        scratch_path=tmp_path,
    )


def run_small(tmp_path: Path, config: TrainConfig = SMALL) -> tuple[Trial, Trial]:
    data = make_data(DataConfig(limit=6, unseen=9), context=small_context(tmp_path))
    return data, train(config, data=data, context=small_context(tmp_path))


def test_corrected_gradients_are_the_slopes_and_each_fault_is_not() -> None:
    found = gradient_differences(VARIANT_FAULTS, np.random.default_rng(1), pairs_checked=5)
    right = {name for name, (by_array, _) in found.items() if max(by_array.values()) < TOLERANCE}
    assert right == {CORRECTED, DECAYED}
    # A wrong formula is off by a visible share, not by rounding: a margin of four decades.
    assert all(
        max(by_array.values()) > 1e-2 for name, (by_array, _) in found.items() if name not in right
    )


# What each fault touches follows from its formula: the wrong outer products touch their own
# matrix, what is not carried back touches the first step, so kernel and bias, and since h₀ = c₀ = 0
# the first step gives the recurrent kernel nothing.
@pytest.mark.parametrize(
    ("fault", "wrong"),
    [
        ("target-first", {"kernel", "recurrent_kernel", "bias", "projection", "projection_bias"}),
        ("cell-unforgotten", {"kernel", "bias"}),
        ("hidden-dropped", {"kernel", "bias"}),
        ("recurrent-elementwise", {"recurrent_kernel"}),
        ("number-for-one-hot", {"kernel"}),
    ],
)
def test_a_fault_breaks_the_arrays_that_its_line_feeds(fault: str, wrong: set[str]) -> None:
    by_array, _ = gradient_differences(VARIANT_FAULTS, np.random.default_rng(2), pairs_checked=5)[
        fault
    ]
    assert {name for name, difference in by_array.items() if difference > TOLERANCE} == wrong


def test_a_wrong_target_passes_the_check_against_its_own_loss() -> None:
    # Its gradients are right; it is the loss that is not the task's.
    by_array, own = gradient_differences(VARIANT_FAULTS, np.random.default_rng(3), pairs_checked=5)[
        TARGET_FIRST
    ]
    assert own < TOLERANCE < max(by_array.values())


@settings(deadline=None)  # a busy machine is not a wrong result
@given(st.integers(0, 2**32 - 1))
def test_the_faulty_backward_pass_without_a_fault_is_the_right_one(seed: int) -> None:
    generator = np.random.default_rng(seed)
    network = small_network(seed)
    pairs = generator.integers(V // 2, size=(4, 2))  # (N, 2)
    inputs, trace, _ = read(network, pairs)
    d_hidden = generator.normal(size=trace.hidden.shape)  # (T, N, H)
    ours = faulty_backward(trace, inputs, network.layer, d_hidden, frozenset())
    states = np.zeros((2, 4, H))
    theirs = backward(trace, inputs, network.layer, states, d_hidden).layer
    for mine, right in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine, right, rtol=1e-9, atol=1e-12)


def test_wrong_outer_products_give_every_row_the_same() -> None:
    # dU[k, j] = Σ h[j]·δ[j] and dW[k] = Σ a·δ do not hold k.
    pairs = np.array([[1, 2], [3, 0]])
    _, gradients = loss_and_gradients(small_network(), pairs, set(FAULTS) - {TARGET_FIRST})
    for matrix in (gradients.layer.kernel, gradients.layer.recurrent_kernel):
        assert np.abs(matrix[0]).max() > 0
        np.testing.assert_array_equal(matrix, np.broadcast_to(matrix[0], matrix.shape))


def test_numbers_never_read_get_no_gradient_when_it_is_right() -> None:
    _, gradients = loss_and_gradients(small_network(), np.array([[1, 2]]))
    read_rows = np.flatnonzero(np.abs(gradients.layer.kernel).max(axis=1))
    np.testing.assert_array_equal(read_rows, [1, 2])


def test_the_softmax_is_taken_at_each_step() -> None:
    _, _, probabilities = read(small_network(), np.array([[1, 2], [1, 3]]))
    np.testing.assert_allclose(probabilities.sum(axis=-1), np.ones((2, 2)))
    # After one step only the first addend is known, and it is the same in both pairs.
    np.testing.assert_array_equal(probabilities[FIRST, 0], probabilities[FIRST, 1])
    assert not np.array_equal(probabilities[LAST, 0], probabilities[LAST, 1])


def test_cross_entropy_of_even_chances_is_the_logarithm_of_their_number() -> None:
    even = np.full((3, V), 1 / V)
    assert cross_entropy(even, np.array([0, 5, 7])) == pytest.approx(np.log(V))


def test_a_hopeless_answer_costs_much_but_not_infinity() -> None:
    sure = np.array([[1.0, 0.0]], dtype=np.float32)
    assert 80 < cross_entropy(sure, np.array([1])) < np.inf


def test_arrays_by_name_make_the_network_again() -> None:
    network = small_network()
    again = from_arrays(arrays_of(network))
    for one, other in zip(arrays_of(network).values(), arrays_of(again).values(), strict=True):
        assert one is other


@pytest.mark.parametrize("count", [1, 9, 29])
def test_unseen_pairs_are_learnt_in_neither_order_and_all_others_once(
    count: int, tmp_path: Path
) -> None:
    data = make_data(DataConfig(limit=6, unseen=count), context=small_context(tmp_path))
    unseen, training = (
        set(map(tuple, data.arrays[part].tolist())) for part in ("unseen", "training")
    )
    assert len(unseen) == len(data.arrays["unseen"]) == count
    assert len(training) == len(data.arrays["training"]) > 0, "each once"
    aside = {(a, b) for a in range(6) for b in range(6)} - training
    assert unseen <= aside == {pair[::-1] for pair in aside}
    assert len(aside) <= count + 7, "hardly more than is asked"


def test_every_number_fits_the_vocabulary(tmp_path: Path) -> None:
    data, trained = run_small(tmp_path)
    # The largest sum of two numbers under 6 is 10; the vocabulary is 2·6.
    assert trained.arrays["kernel_0"].shape[0] == 12
    assert int(data.arrays["training"].sum(axis=1).max()) <= 10


def test_two_trainings_are_the_same_and_finite(tmp_path: Path) -> None:
    _, once = run_small(tmp_path / "once")
    _, twice = run_small(tmp_path / "twice")
    for name, array in once.arrays.items():
        assert np.isfinite(array).all()
        np.testing.assert_array_equal(array, twice.arrays[name])


def test_an_interrupted_training_goes_on_with_the_variant_that_was_interrupted(
    tmp_path: Path,
) -> None:
    data, whole = run_small(tmp_path / "whole")
    third = list(VARIANTS)[2]
    told: list[str] = []

    def interrupt(done: float, total: float, note: str = "") -> None:
        if note.startswith(f"{third}: ") and done == 2 * SMALL.epochs + 2:
            raise KeyboardInterrupt

    folder = tmp_path / "interrupted"
    with pytest.raises(KeyboardInterrupt):
        train(SMALL, data=data, context=small_context(folder, interrupt))
    # Half of the second variant's file is lost as well.
    kept = sorted(folder.rglob("*.safetensors"))
    assert len(kept) == 2
    kept[1].write_bytes(kept[1].read_bytes()[:-100])
    context = small_context(folder, lambda done, total, note="": told.append(note))
    resumed = train(SMALL, data=data, context=context)
    assert len(told) == (len(VARIANTS) - 1) * SMALL.epochs, "all but the first variant"
    assert whole.arrays.keys() == resumed.arrays.keys()
    for name, array in whole.arrays.items():
        np.testing.assert_array_equal(array, resumed.arrays[name])


def test_without_decay_both_corrected_networks_are_one(tmp_path: Path) -> None:
    _, trained = run_small(tmp_path, SMALL.model_copy(update={"weight_decay": 0.0}))
    last = f"losses_{list(VARIANTS).index(DECAYED)}"
    np.testing.assert_array_equal(trained.arrays["losses_0"], trained.arrays[last])
    _, decayed = run_small(tmp_path / "other", SMALL.model_copy(update={"weight_decay": 0.01}))
    assert not np.array_equal(decayed.arrays[last], trained.arrays[last])


def test_the_rate_is_halved_when_the_loss_rises(tmp_path: Path) -> None:
    # At a rate of 100 the loss leaps. 2⁻ᵏ is exact, so the rates are compared without a margin.
    context = small_context(tmp_path)
    data = make_data(DataConfig(limit=6, unseen=9), context=context)
    wild = TrainConfig(hidden=8, batch_size=4, epochs=60, learning_rate=100.0)
    start = initial_network(12, wild.hidden, np.random.default_rng(0), np.float32)
    history = run_variant(CORRECTED, start, data, wild, context)
    rises = np.diff(history.losses) > 0  # (K − 1,)
    assert 3 <= rises[:-1].sum() < 50, "it rises, and it falls"
    # The first two epochs have the first rate: a rise is known once the second is over.
    halvings = np.concatenate([[0, 0], np.cumsum(rises[:-1])])  # (K,)
    np.testing.assert_array_equal(history.rates, 100.0 * 0.5**halvings)


def test_corrected_learns_its_pairs_and_a_target_at_step_one_cannot(tmp_path: Path) -> None:
    context = small_context(tmp_path)
    data = make_data(DataConfig(limit=6, unseen=4), context=context)
    config = TrainConfig(hidden=32, batch_size=32, learning_rate=4.0, epochs=200)
    start = initial_network(12, config.hidden, np.random.default_rng(0), np.float32)
    exact = {}
    for name in (CORRECTED, TARGET_FIRST):
        network = run_variant(name, start, data, config, context).network
        step = taught_step(VARIANTS[name].faults)
        exact[name] = accuracy(network, data.arrays["training"], step=step)
    assert exact[CORRECTED] == 1
    # Pairs with the same first addend have different sums, so at step 1 one answer is right for at
    # most one pair of each of the six first addends.
    assert exact[TARGET_FIRST] <= 6 / len(data.arrays["training"]) < 0.25


def test_bounds_of_who_knows_a_part_by_hand() -> None:
    # First addends 0, 0, 0, 1: of three pairs with 0 one can be right, and the one with 1, 2 of 4;
    # three pay ln 3 each. Sums 0, 1, 2, 1: half of them are 1.
    bounds = bounds_of(np.array([[0, 0], [0, 1], [0, 2], [1, 0]]))
    assert bounds["first_exact"] == bounds["sums_exact"] == 0.5
    assert bounds["first_loss"] == pytest.approx(3 * np.log(3) / 4)
    assert bounds["sums_loss"] == pytest.approx(0.5 * np.log(2) + 0.5 * np.log(4))


@pytest.mark.slow
def test_a_training_at_step_one_stays_above_the_bound(tmp_path: Path) -> None:
    data, trained = run_small(tmp_path, SMALL.model_copy(update={"epochs": 100}))
    least = bounds_of(data.arrays["training"])["first_loss"]
    losses = trained.arrays[f"losses_{list(VARIANTS).index(TARGET_FIRST)}"]
    assert least <= losses[-1] < losses[0]
    assert trained.arrays["losses_0"][-1] < least, "who reads both is not bound by it"


def test_findings_have_a_row_for_each_variant_and_all_numbers(tmp_path: Path) -> None:
    data, trained = run_small(tmp_path)
    context = small_context(tmp_path)
    findings = evaluate(EvaluateConfig(), data=data, train=trained, context=context)
    assert [row[0] for row in findings.rows] == list(VARIANTS)
    assert all(len(row) == len(findings.columns) for row in findings.rows)
    found = findings.facts["variants"]
    recent = trained.arrays["exact_0"][-10:]
    low, high = found[CORRECTED]["exact_last_epochs"]
    assert (low, high) == (recent.min(), recent.max())
    assert f"{CORRECTED} {low:.1%} to {high:.1%};" in findings.notes[1]
    for number, name in enumerate(VARIANTS):
        assert found[name]["loss"] == trained.arrays[f"losses_{number}"][-1]
        # Measured by the epoch in training, and again on the stored weights.
        assert found[name]["exact"] == trained.arrays[f"exact_{number}"][-1]


def test_the_picture_is_a_png_and_always_the_same(tmp_path: Path) -> None:
    _, trained = run_small(tmp_path)
    context = small_context(tmp_path)
    picture = plot(NoSettings(), train=trained, context=context)
    assert picture.startswith(b"\x89PNG")
    assert picture == plot(NoSettings(), train=trained, context=context)


@pytest.mark.parametrize(
    "values",
    [{"limit": 3}, {"limit": 129}, {"unseen": 0}, {"limit": 10, "unseen": 90}, {"seed": -1}],
)
def test_data_out_of_range_is_refused(values: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        DataConfig(**values)


@pytest.mark.parametrize(
    "override", ["train.hidden=0", "train.learning_rate=0", "train.epochs=0", "data.unseen=4032"]
)
def test_settings_out_of_range_are_refused_in_one_line(tmp_path: Path, override: str) -> None:
    with pytest.raises(SettingsError) as caught:
        open_lab(LAB, tmp_path, overrides=[override])
    assert "\n" not in str(caught.value)
