"""Mixtures: EM against known answers, and its promise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pipeline.engine.memories.mixture import (
    em_step,
    fit_mixtures,
    fit_weights,
    log_likelihood,
    mix,
)

probs = st.tuples(st.integers(1, 30), st.integers(1, 4)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=st.floats(1e-6, 1))
)


@given(table=probs)
@settings(max_examples=100, deadline=None)
def test_every_step_of_em_raises_the_likelihood(table: np.ndarray) -> None:
    weights = np.full(table.shape[1], 1 / table.shape[1])
    for _ in range(10):
        better = em_step(table, weights)
        assert log_likelihood(table, better) >= log_likelihood(table, weights) - 1e-12
        assert better.sum() == pytest.approx(1)
        weights = better


@given(table=probs)
@settings(max_examples=50, deadline=None)
def test_no_mixture_is_much_better_than_the_fitted_one(table: np.ndarray) -> None:
    fitted = fit_weights(table)
    assert (fitted >= 0).all()
    assert fitted.sum() == pytest.approx(1)
    others = np.random.default_rng(0).dirichlet(np.ones(table.shape[1]), size=50)
    best = max(log_likelihood(table, other) for other in others)
    # EM stops where a step gains less than 1e-7; 1,000 steps may leave a little on a flat slope.
    assert log_likelihood(table, fitted) >= best - 1e-3


def test_weights_that_made_a_text_are_found_again() -> None:
    # 20,000 words drawn from 0.6 of one distribution, 0.3 of a second, 0.1 of a third.
    generator = np.random.default_rng(3)
    truth = np.array([0.6, 0.3, 0.1])
    distributions = generator.dirichlet(np.full(50, 0.1), size=3)  # (3, 50)
    words = generator.choice(50, size=20_000, p=truth @ distributions)
    np.testing.assert_allclose(fit_weights(distributions[:, words].T), truth, atol=0.02)


def test_a_component_that_is_never_right_gets_nothing() -> None:
    np.testing.assert_allclose(fit_weights(np.array([[0.5, 0.0]] * 9)), [1, 0], atol=1e-6)


def test_with_nothing_to_fit_on_all_are_equal() -> None:
    assert fit_weights(np.empty((0, 2))).tolist() == [0.5, 0.5]
    assert fit_weights(np.zeros((3, 2))).tolist() == [0.5, 0.5]


def test_all_mixtures_with_the_network_are_fitted_the_largest_first() -> None:
    generator = np.random.default_rng(0)
    found = fit_mixtures({name: generator.random(40) for name in ("ngram", "network", "cache")})
    assert [tuple(weights) for weights in found] == [
        ("network", "cache", "ngram"),
        ("network", "cache"),
        ("network", "ngram"),
        ("network",),
    ]
    for weights in found:
        assert sum(weights.values()) == pytest.approx(1)


def test_a_mixture_is_the_weighted_sum() -> None:
    found = mix(
        {
            "network": np.array([0.5, 0.5], dtype=np.float32),
            "cache": np.array([0, 1], dtype=np.float32),
            "ngram": np.array([1, 0], dtype=np.float32),
        },
        {"network": 0.75, "cache": 0.25},
    )
    assert found.tolist() == [0.375, 0.625]
