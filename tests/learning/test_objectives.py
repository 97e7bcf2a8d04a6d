"""The losses against numpy, and the sampled loss against the full one."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from made_up import falling_counts, random_embedding, random_weights
from numpy.typing import NDArray
from scipy.special import iv

from pipeline.artifacts.embedding import log_frequencies
from pipeline.learning.batches import build_sampler, draw_candidates
from pipeline.learning.network import Network, assign_weights, build_network
from pipeline.learning.objectives import OBJECTIVES, Targets, configured_loss

COUNTS = falling_counts(30)
LOG_PRIOR = log_frequencies(COUNTS)
EVERY_WORD = np.arange(30, dtype=np.int32)


def network_of(mode: str = "both") -> Network:
    embedding = random_embedding()
    network = build_network(
        embedding.vectors,
        LOG_PRIOR,
        hidden=8,
        vectors_mode=mode,  # type: ignore[arg-type]
        seed=1,
    )
    weights = random_weights(2)
    # A moderate scale: the sums below are then not all but one word.
    assign_weights(network, weights | {"log_scale": np.float32(math.log(3))})  # type: ignore[arg-type]
    return network


def drawn(seed: int, count: int) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Predictions (N, E) and targets (N,) drawn by word frequency."""
    generator = np.random.default_rng(seed)
    predicted = generator.normal(size=(count, 6)).astype(np.float32)
    targets = generator.choice(30, size=count, p=COUNTS / COUNTS.sum())
    return predicted, targets.astype(np.int32)


def loss_of(
    objective: str,
    predicted: NDArray[np.float32],
    network: Network,
    targets: NDArray[np.int32],
    *,
    weights: NDArray[np.float32] | None = None,
    candidates: NDArray[np.int32] = EVERY_WORD,
    log_inclusion: NDArray[np.float32] | None = None,
) -> float:
    batch = Targets(
        np.searchsorted(candidates, targets).astype(np.int32),
        np.ones(len(targets), np.float32) if weights is None else weights,
        candidates,
        np.zeros(len(candidates), np.float32) if log_inclusion is None else log_inclusion,
    )
    return float(OBJECTIVES[objective].loss(predicted, network, batch))


def cross_entropies(
    predicted: NDArray[np.float32], network: Network, targets: NDArray[np.int32]
) -> NDArray[np.float64]:
    """−log p(target), p(w) = softmax(s·cos(ê, e_w) + β·b_w) over all words, in float64."""
    table = network.output_vectors if network.output_vectors is not None else network.input_vectors
    vectors = table.numpy().astype(np.float64)[:30]
    ê = predicted.astype(np.float64)
    cosine = (ê / np.linalg.norm(ê, axis=1, keepdims=True)) @ (
        vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    ).T
    scale, weight = math.exp(float(network.log_scale.numpy())), float(network.prior_weight.numpy())
    scores = scale * cosine + weight * LOG_PRIOR
    probs = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    result: NDArray[np.float64] = -np.log(probs[np.arange(len(targets)), targets])
    return result


@pytest.mark.parametrize("mode", ["tied", "both", "frozen"])
def test_with_every_word_a_candidate_contrastive_is_the_cross_entropy(mode: str) -> None:
    network = network_of(mode)
    predicted, targets = drawn(1, 40)
    expected = cross_entropies(predicted, network, targets).mean()
    assert loss_of("contrastive", predicted, network, targets) == pytest.approx(expected, rel=1e-5)


def test_mse_is_the_mean_squared_error_to_the_word2vec_vector() -> None:
    network = network_of("both")  # its tables no longer hold the word2vec vectors
    predicted, targets = drawn(2, 40)
    wanted = random_embedding().vectors[targets]
    expected = np.mean((predicted - wanted) ** 2)
    assert loss_of("mse", predicted, network, targets) == pytest.approx(float(expected), rel=1e-5)
    few = np.unique(targets).astype(np.int32)
    assert loss_of("mse", predicted, network, targets, candidates=few) == pytest.approx(
        float(expected), rel=1e-5
    )


@pytest.mark.parametrize(("factor", "expected"), [(1, 0), (0.01, 0), (7, 0), (-1, 2), (-7, 2)])
def test_cosine_is_0_along_the_word2vec_vector_and_2_against_it(
    factor: float, expected: float
) -> None:
    network = network_of("both")  # its tables no longer hold the word2vec vectors
    _, targets = drawn(2, 40)
    along = random_embedding().vectors[targets] * np.float32(factor)
    few = np.unique(targets).astype(np.int32)
    found = loss_of("cosine", along, network, targets, candidates=few)
    assert found == pytest.approx(expected, abs=1e-6)


def test_cosine_is_1_across_the_vector_and_where_nothing_is_predicted() -> None:
    network = network_of()
    target = np.array([4], np.int32)
    wanted = random_embedding().vectors[target]
    across = np.zeros_like(wanted)
    across[0, :2] = wanted[0, 1], -wanted[0, 0]
    assert loss_of("cosine", across, network, target) == pytest.approx(1, abs=1e-6)
    assert loss_of("cosine", np.zeros_like(wanted), network, target) == 1


def test_vmf_is_the_negative_log_density_of_the_words_direction() -> None:
    network = network_of("both")
    predicted, targets = drawn(2, 40)
    wanted = random_embedding().vectors[targets].astype(np.float64)
    wanted /= np.linalg.norm(wanted, axis=1, keepdims=True)
    norms = np.linalg.norm(predicted.astype(np.float64), axis=1)
    # In six dimensions I_{m/2−1} is I_2: float64 holds it without any care.
    density = norms**2 / ((2 * math.pi) ** 3 * iv(2, norms))
    density *= np.exp((predicted * wanted).sum(axis=1))
    expected = -np.log(density).mean()
    few = np.unique(targets).astype(np.int32)
    found = loss_of("vmf", predicted, network, targets, candidates=few)
    assert found == pytest.approx(expected, abs=1e-4)


def test_the_settings_of_vmf_weigh_length_and_product() -> None:
    network = network_of()
    predicted, targets = drawn(2, 40)
    batch = Targets(targets, np.ones(40, np.float32), EVERY_WORD, np.zeros(30, np.float32))

    def loss(lambda1: float, lambda2: float) -> float:
        settings = {"vmf_lambda1": lambda1, "vmf_lambda2": lambda2, "hidden": 8}
        return float(configured_loss(OBJECTIVES["vmf"], settings)(predicted, network, batch))

    wanted = random_embedding().vectors[targets]
    wanted = wanted / np.linalg.norm(wanted, axis=1, keepdims=True)
    length = float(np.linalg.norm(predicted, axis=1).mean())
    product = float((predicted * wanted).sum(axis=1).mean())
    assert loss(0, 1) == loss_of("vmf", predicted, network, targets)
    assert loss(0.5, 1) - loss(0, 1) == pytest.approx(0.5 * length, rel=1e-4)
    assert loss(0, 0.1) - loss(0, 1) == pytest.approx(0.9 * product, rel=1e-4)


@pytest.mark.parametrize("objective", ["cosine", "vmf"])
def test_the_gradient_is_the_slope_of_the_loss(objective: str) -> None:
    from pipeline.learning.backend import tf

    network = network_of()
    predicted, targets = drawn(5, 3)
    batch = Targets(targets, np.ones(3, np.float32), EVERY_WORD, np.zeros(30, np.float32))
    tensor = tf.constant(predicted)
    with tf.GradientTape() as tape:
        tape.watch(tensor)
        loss = OBJECTIVES[objective].loss(tensor, network, batch)
    gradient = tape.gradient(loss, tensor).numpy()
    step = np.float32(1e-2)
    for place in np.ndindex(predicted.shape):
        shift = np.zeros_like(predicted)
        shift[place] = step
        slope = (
            loss_of(objective, predicted + shift, network, targets)
            - loss_of(objective, predicted - shift, network, targets)
        ) / (2 * step)
        # A loss of about 3 is held to 2e-7 in float32, so its slope over 0.02 to some 2e-5.
        assert gradient[place] == pytest.approx(slope, abs=3e-4)


def test_vmf_has_a_gradient_where_nothing_is_predicted() -> None:
    from pipeline.learning.backend import tf

    network = network_of()
    target = np.array([4], np.int32)
    batch = Targets(target, np.ones(1, np.float32), EVERY_WORD, np.zeros(30, np.float32))
    tensor = tf.zeros((1, 6))
    with tf.GradientTape() as tape:
        tape.watch(tensor)
        loss = OBJECTIVES["vmf"].loss(tensor, network, batch, vmf_lambda1=0.02)
    wanted = random_embedding().vectors[target]
    np.testing.assert_allclose(
        tape.gradient(loss, tensor), -wanted / np.linalg.norm(wanted), atol=1e-5
    )


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_unknown_targets_play_no_part(objective: str) -> None:
    network = network_of()
    predicted, targets = drawn(3, 20)
    weights = (np.arange(20) % 3 > 0).astype(np.float32)
    known = weights == 1
    expected = loss_of(objective, predicted[known], network, targets[known])
    found = loss_of(objective, predicted, network, np.where(known, targets, 0), weights=weights)
    assert found == pytest.approx(expected, rel=1e-5)
    nothing = loss_of(objective, predicted, network, targets, weights=np.zeros(20, np.float32))
    assert nothing == 0, "a batch of unknown words is no division by zero"


def sampled(network: Network, seeds: range) -> tuple[float, float, list[Any]]:
    """Mean sampled loss, mean full loss and the sampled gradients of many small batches."""
    from pipeline.learning.backend import tf

    sampler = build_sampler(COUNTS, draws=20, targets=40)
    generator = np.random.default_rng(9)
    losses, full, gradients = [], [], []
    for seed in seeds:
        predicted, targets = drawn(seed, 40)
        candidates = draw_candidates(sampler, targets, generator)
        log_inclusion = sampler.log_inclusion[candidates]
        positions = np.searchsorted(candidates, targets).astype(np.int32)
        ones = np.ones(40, np.float32)
        tensor = tf.constant(predicted)
        with tf.GradientTape() as tape:
            loss = OBJECTIVES["contrastive"].loss(
                tensor, network, Targets(positions, ones, candidates, log_inclusion)
            )
        gradients.append(tape.gradient(loss, network.log_scale.value))
        # The target's own correction is a constant: it moves the value, not the gradient.
        losses.append(float(loss) - float(sampler.log_inclusion[targets].mean()))
        full.append(cross_entropies(predicted, network, targets).mean())
    return float(np.mean(losses)), float(np.mean(full)), gradients


@pytest.mark.slow
def test_the_sampled_loss_is_near_the_full_one_on_average() -> None:
    network = network_of()
    mean_sampled, mean_full, gradients = sampled(network, range(150))
    assert mean_sampled == pytest.approx(mean_full, rel=0.03)
    step = 1e-2
    start = float(network.log_scale.numpy())
    values = []
    for shift in (-step, step):
        network.log_scale.assign(np.float32(start + shift))
        values.append(
            np.mean([cross_entropies(*drawn_of(seed, network)).mean() for seed in range(150)])
        )
    expected = (values[1] - values[0]) / (2 * step)
    assert float(np.mean(gradients)) == pytest.approx(float(expected), rel=0.08)


def drawn_of(seed: int, network: Network) -> tuple[NDArray[np.float32], Network, NDArray[np.int32]]:
    predicted, targets = drawn(seed, 40)
    return predicted, network, targets


def test_without_the_correction_it_would_not_be() -> None:
    network = network_of()
    predicted, targets = drawn(1, 40)
    sampler = build_sampler(COUNTS, draws=3, targets=40)
    candidates = draw_candidates(sampler, targets, np.random.default_rng(0))
    bare = loss_of("contrastive", predicted, network, targets, candidates=candidates)
    assert bare < cross_entropies(predicted, network, targets).mean(), "fewer rivals"


def test_only_trained_vectors_are_in_the_list_of_variables() -> None:
    from pipeline.learning.network import trainable_variables

    names = {
        mode: {variable.name for variable in trainable_variables(network_of(mode))}
        for mode in ("tied", "both", "frozen")
    }
    assert "input_vectors" in names["tied"]
    assert {"input_vectors", "output_vectors"} <= names["both"]
    assert not {"input_vectors", "output_vectors"} & names["frozen"]
    trains = {name for name, objective in OBJECTIVES.items() if objective.trains_vectors}
    assert trains == {"contrastive"}, "by the others all vectors would go to one point"


def test_the_settings_name_every_objective_and_what_the_losses_take() -> None:
    from pipeline.stages.train_settings import TrainConfig

    for name, objective in OBJECTIVES.items():
        assert TrainConfig(objective=name).objective == name
        assert f"{name}, " in str(TrainConfig.model_fields["objective"].description)
        assert set(objective.settings.model_fields) <= set(TrainConfig.model_fields)
    with pytest.raises(ValueError, match=r"expected 'contrastive', .* or 'vmf', got 'hinge'"):
        TrainConfig(objective="hinge")
