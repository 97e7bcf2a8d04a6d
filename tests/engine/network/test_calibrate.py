"""Fitting scale and prior weight: derivatives, and the way back to known values."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from made_up import random_network
from numpy.typing import NDArray
from scipy.special import log_softmax, softmax

from pipeline.artifacts.network import Network
from pipeline.engine.network.calibrate import calibrate, fit, likelihood
from pipeline.engine.network.decode import cosines, word_scores
from pipeline.engine.network.predict import predict_vectors

CONTEXTS = np.random.default_rng(5).integers(0, 30, size=(4000, 5), dtype=np.int32)


def sampled_stream(network: Network, seed: int = 0) -> NDArray[np.int32]:
    """Windows whose targets are drawn from its own probabilities, int32 (N, steps + 1)."""
    cosine = cosines(predict_vectors(CONTEXTS, network), output_vectors=network.output_vectors)
    scores = word_scores(
        cosine,
        log_prior=network.log_prior,
        scale=network.scale,
        prior_weight=network.prior_weight,
    )
    cumulative = np.cumsum(softmax(scores.astype(np.float64), axis=1), axis=1)
    uniform = np.random.default_rng(seed).random((len(scores), 1))
    targets = np.minimum((cumulative < uniform).sum(axis=1), 29)
    return np.hstack([CONTEXTS, targets[:, None]]).astype(np.int32)


@pytest.mark.parametrize(("scale", "prior_weight"), [(6.0, 0.8), (2.0, 1.3), (9.0, 0.0)])
def test_known_values_are_found_again(scale: float, prior_weight: float) -> None:
    truth = replace(random_network(1), scale=scale, prior_weight=prior_weight)
    rows = sampled_stream(truth)
    start = replace(truth, scale=1.0, prior_weight=0.3)
    found = calibrate(rows.reshape(-1), np.arange(0, rows.size, 6), start)
    # With 4,000 draws the standard errors are near 0.05 and 0.02 (from the Hessian).
    assert found.scale == pytest.approx(scale, abs=0.3)
    assert found.prior_weight == pytest.approx(prior_weight, abs=0.1)
    np.testing.assert_array_equal(found.output_vectors, start.output_vectors)


def test_the_optimum_does_not_depend_on_the_start() -> None:
    truth = replace(random_network(1), scale=6.0, prior_weight=0.8)
    rows = sampled_stream(truth)
    found = [
        calibrate(rows.reshape(-1), np.arange(0, rows.size, 6), replace(truth, scale=s))
        for s in (0.5, 6.0, 60.0)
    ]
    scales = [network.scale for network in found]
    assert max(scales) - min(scales) < 0.01


def test_gradient_and_hessian_agree_with_finite_differences() -> None:
    network = random_network(4)
    rows = sampled_stream(replace(network, scale=4.0, prior_weight=0.7))
    predicted, targets = predict_vectors(rows[:, :-1], network), rows[:, -1]
    point, step = np.array([3.0, 0.5]), 0.05
    _, gradient, hessian = likelihood(predicted, targets, network, point)
    for axis in range(2):
        shift = step * np.eye(2)[axis]
        above = likelihood(predicted, targets, network, point + shift)
        below = likelihood(predicted, targets, network, point - shift)
        assert gradient[axis] == pytest.approx((above[0] - below[0]) / (2 * step), abs=2e-3)
        np.testing.assert_allclose(hessian[axis], (above[1] - below[1]) / (2 * step), atol=2e-3)


@pytest.mark.parametrize("scale", [3.0, 3e4])
def test_the_likelihood_is_the_mean_log_probability_of_the_targets(scale: float) -> None:
    network = random_network(4)
    rows = sampled_stream(network)
    predicted, targets = predict_vectors(rows[:, :-1], network), rows[:, -1]
    with np.errstate(over="raise", invalid="raise"):
        value, _, _ = likelihood(predicted, targets, network, np.array([scale, 0.5]))
    cosine = cosines(predicted, output_vectors=network.output_vectors).astype(np.float64)
    log_probs = log_softmax(scale * cosine + 0.5 * network.log_prior, axis=1)
    assert value == pytest.approx(log_probs[np.arange(len(targets)), targets].mean(), rel=1e-4)


def test_the_fit_is_where_the_gradient_vanishes() -> None:
    network = replace(random_network(4), scale=4.0, prior_weight=0.7)
    rows = sampled_stream(network)
    predicted, targets = predict_vectors(rows[:, :-1], network), rows[:, -1]
    parameters = fit(predicted, targets, replace(network, scale=1.0))
    gradient = likelihood(predicted, targets, network, parameters)[1]
    assert np.abs(gradient).max() < 1e-3


def test_unknown_targets_play_no_part() -> None:
    network = replace(random_network(1), scale=3.0, prior_weight=0.8)
    rows = sampled_stream(network)[:500]
    starts = np.arange(0, rows.size, 6)
    alone = calibrate(rows.reshape(-1), starts, network)
    unknown = rows.copy()
    unknown[:, -1] = 30
    both = np.concatenate([rows, unknown]).reshape(-1)
    joined = calibrate(both, np.arange(0, both.size, 6), network)
    assert joined.scale == pytest.approx(alone.scale)
    assert joined.prior_weight == pytest.approx(alone.prior_weight)
    assert calibrate(unknown.reshape(-1), starts, network) is network, "nothing to learn from"


def test_a_fit_that_would_turn_the_scale_negative_is_not_taken() -> None:
    # Targets are the words farthest from the prediction: the best s is below zero.
    network = replace(random_network(1), scale=3.0, prior_weight=0.0)
    cosine = cosines(predict_vectors(CONTEXTS, network), output_vectors=network.output_vectors)
    rows = np.hstack([CONTEXTS, cosine.argmin(axis=1)[:, None]]).astype(np.int32)
    assert calibrate(rows.reshape(-1), np.arange(0, rows.size, 6), network) is network


def test_words_of_equal_frequency_leave_the_prior_weight_alone() -> None:
    # A constant b_w cancels in the softmax: the likelihood does not depend on β at all.
    network = replace(
        random_network(1),
        log_prior=np.full(30, -np.log(30), dtype=np.float32),
        scale=4.0,
        prior_weight=1.0,
    )
    rows = sampled_stream(network)
    found = calibrate(rows.reshape(-1), np.arange(0, rows.size, 6), replace(network, scale=1.0))
    assert found.scale == pytest.approx(4, abs=0.3)
    assert found.prior_weight == pytest.approx(1, abs=10), "no run off to where float32 is coarse"


def test_targets_that_are_always_nearest_give_a_finite_scale() -> None:
    network = replace(random_network(1), scale=10.0, prior_weight=1.0)
    cosine = cosines(predict_vectors(CONTEXTS, network), output_vectors=network.output_vectors)
    rows = np.hstack([CONTEXTS, cosine.argmax(axis=1)[:, None]]).astype(np.int32)
    found = calibrate(rows.reshape(-1), np.arange(0, rows.size, 6), network)
    assert np.isfinite([found.scale, found.prior_weight]).all()
    assert found.scale > 10, "certainty asks for a greater scale"


def test_the_prior_may_be_kept_out_of_the_fit() -> None:
    truth = replace(random_network(1), scale=6.0, prior_weight=0.0)
    rows = sampled_stream(truth)
    starts = np.arange(0, rows.size, 6)
    found = calibrate(rows.reshape(-1), starts, replace(truth, scale=1.0), prior=False)
    assert found.prior_weight == 0
    assert found.scale == pytest.approx(6, abs=0.3)
    # Elsewhere than at its own optimum, β stays all the same and s makes the best of it.
    held = calibrate(rows.reshape(-1), starts, replace(truth, prior_weight=0.5), prior=False)
    assert held.prior_weight == 0.5
    assert held.scale != pytest.approx(6, abs=0.01)
