"""Mixtures: EM against known answers and its promise, and the choice of components."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pipeline.artifacts.memories import Memories
from pipeline.engine.memories.mixture import (
    ablation,
    choose_components,
    component_names,
    em_step,
    fit_mixtures,
    fit_weights,
    log_likelihood,
    mix,
)
from pipeline.errors import SettingsError

probs = st.tuples(st.integers(1, 30), st.integers(1, 4)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=st.floats(1e-6, 1))
)
MEMORIES = Memories(
    weights={"network": 0.5, "cache": 0.2, "ngram": 0.3},
    text_ids=np.empty(0, dtype=np.int32),
    chapters=(),
    subsets=({"network": 0.6, "cache": 0.4}, {"network": 1.0}),
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


def test_chosen_components_get_their_own_fitted_weights() -> None:
    assert choose_components(MEMORIES, ["cache"]).weights == {"network": 0.6, "cache": 0.4}
    assert choose_components(MEMORIES, []).weights == {"network": 1.0}
    assert choose_components(MEMORIES, ["ngram", "cache"]).weights == MEMORIES.weights


def test_without_weights_of_their_own_the_old_ones_keep_their_proportions() -> None:
    # 0.5 : 0.3
    found = choose_components(MEMORIES, ["ngram"]).weights
    assert found == pytest.approx({"network": 0.625, "ngram": 0.375})


def test_what_is_not_there_is_refused_by_name() -> None:
    with pytest.raises(SettingsError) as unknown:
        choose_components(MEMORIES, ["cache", "cahce"])
    assert str(unknown.value) == (
        "--memory: expected none or some of cache, ngram, neighbours, got 'cahce'"
    )
    with pytest.raises(SettingsError) as absent:
        choose_components(MEMORIES, ["neighbours"])
    assert str(absent.value) == (
        "--memory: expected one of what this writer has (cache, ngram), got neighbours; "
        "run: python cli.py run-all --set remember.neighbours=true"
    )


@pytest.mark.parametrize(
    ("text", "names"),
    [("none", ()), ("cache", ("cache",)), ("cache, ngram", ("cache", "ngram")), ("", ("",))],
)
def test_names_come_as_a_comma_list(text: str, names: tuple[str, ...]) -> None:
    assert component_names(text) == names


def test_an_ablation_goes_from_the_network_to_the_whole() -> None:
    rows = ablation(MEMORIES)
    assert list(rows) == ["network", "network+cache", "network+ngram", "all"]
    assert rows["network"] == {"network": 1.0}
    assert rows["all"] == MEMORIES.weights
    one = replace(MEMORIES, weights={"network": 0.6, "cache": 0.4})
    assert list(ablation(one)) == ["network", "network+cache"], "the whole is there already"
