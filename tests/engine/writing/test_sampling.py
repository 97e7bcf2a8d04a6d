"""Choosing a word: what is kept, how often each is drawn, what is never drawn."""

from __future__ import annotations

import dataclasses
import inspect
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.commands.generate import generate
from pipeline.engine.writing.sampling import (
    Sampling,
    chances,
    choose_all,
    nucleus_size,
    penalise,
    shortlist,
)
from pipeline.errors import SettingsError

Floats = NDArray[np.float32]

PLAIN = {"temperature": 1.0, "top_k": 0, "top_p": 1.0, "repetition_penalty": 1.0}


hows = st.sampled_from(
    [
        {},
        {"temperature": 0.0},
        {"temperature": 0.4},
        {"temperature": 3.0, "top_p": 0.6},
        {"top_k": 5},
        {"top_k": 7, "top_p": 0.5},
        {"top_p": 0.3, "min_p": 0.2},
    ]
)


def choose(weights: Floats, how: Sampling, generator: np.random.Generator) -> int:
    """The next word of one text."""
    (word_id,) = choose_all(weights[None], [how], [generator])
    assert word_id is not None
    return word_id


def sampling(**changes: Any) -> Sampling:
    """Sampling that changes nothing but what is given."""
    return Sampling(**{**PLAIN, **changes})


def chances_of(scores: list[float]) -> Floats:
    values = np.array(scores, dtype=np.float64)
    result: Floats = np.exp(values - np.logaddexp.reduce(values)).astype(np.float32)
    return result


chances_lists = st.lists(st.floats(-20, 5, width=32), min_size=2, max_size=25).map(chances_of)


def draws(probs: Floats, how: Sampling, count: int, seed: int = 0) -> NDArray[np.int64]:
    """How often each word is drawn, (V,)."""
    generator = np.random.default_rng(seed)
    chosen = [choose(probs, how, generator) for _ in range(count)]
    return np.bincount(chosen, minlength=len(probs))


@settings(deadline=None)
@given(chances_lists, st.integers(0, 30))
def test_a_shortlist_holds_exactly_k_words_and_the_best(probs: Floats, top_k: int) -> None:
    ids = shortlist(probs, top_k=top_k)
    assert len(ids) == len(set(ids.tolist())) == (min(top_k, len(probs)) or len(probs))
    # The definition, in pure Python: by falling probability, then by place in the vocabulary.
    ranking = sorted(range(len(probs)), key=lambda i: (-probs[i], i))
    assert ids.tolist() == ranking[: len(ids)]


@settings(deadline=None)
@given(chances_lists, st.floats(0.01, 1))
def test_the_nucleus_is_the_smallest_that_suffices(values: Floats, top_p: float) -> None:
    probs = np.sort(values.astype(np.float64))[::-1]
    probs /= probs.sum()
    size = nucleus_size(probs, top_p=top_p)
    assert 1 <= size <= len(probs)
    assert size == len(probs) or probs[:size].sum() >= top_p - 1e-12
    assert size == 1 or probs[: size - 1].sum() < top_p + 1e-12 or top_p == 1
    if top_p == 1:
        assert size == len(probs)


def test_the_nucleus_by_hand() -> None:
    probs = np.array([0.5, 0.25, 0.125, 0.125])
    wanted = {0.1: 1, 0.5: 1, 0.51: 2, 0.75: 2, 0.8: 3, 0.875: 3, 0.9: 4, 1.0: 4}
    assert {p: nucleus_size(probs, top_p=p) for p in wanted} == wanted


@settings(deadline=None)
@given(chances_lists, st.integers(0, 2**32 - 1))
def test_a_cold_choice_is_the_greedy_one(probs: Floats, seed: int) -> None:
    generator = np.random.default_rng(seed)
    best = int(np.argmax(probs))
    assert choose(probs, sampling(temperature=0), generator) == best
    assert choose(probs, sampling(top_k=1, temperature=5), generator) == best
    for temperature in (1e-4, 1e-30, 5e-324):
        chosen = choose(probs, sampling(temperature=temperature), generator)
        assert probs[chosen] > 0.99 * probs[best], "only a near tie may win"


def test_a_greedy_choice_draws_nothing_and_a_sampled_one_draws_once() -> None:
    probs = chances_of([0, 1, 2])
    generator, other = np.random.default_rng(4), np.random.default_rng(4)
    choose(probs, sampling(temperature=0), generator)
    assert generator.random() == other.random()
    choose(probs, sampling(), generator)
    other.random()
    assert generator.random() == other.random()


barred_chances = st.lists(
    st.one_of(st.just(-np.inf), st.floats(-80, 0, width=32)), min_size=2, max_size=200
).filter(lambda values: max(values) > -np.inf)


@settings(deadline=None, max_examples=300)
@given(
    barred_chances,
    st.sampled_from([5e-324, 1e-300, 1e-3, 0.0, 1.0, 50.0, 1e6, 1e300]),
    st.integers(0, 14),
    st.sampled_from([1e-9, 0.5, 0.999999, 1.0]),
    st.sampled_from([0.0, 1e-300, 0.1, 1.0]),
    st.integers(0, 2**32 - 1),
)
def test_a_barred_word_is_never_chosen(
    values: list[float], temperature: float, top_k: int, top_p: float, min_p: float, seed: int
) -> None:
    probs = np.exp(np.array(values, dtype=np.float32))
    how = sampling(temperature=temperature, top_k=top_k, top_p=top_p, min_p=min_p)
    generator = np.random.default_rng(seed)
    for _ in range(5):
        assert probs[choose(probs, how, generator)] > 0


class LastDraw:
    """A generator whose uniform number is the greatest there is."""

    def random(self) -> float:
        return math.nextafter(1, 0)


@pytest.mark.parametrize("top_k", [0, 3])
def test_not_even_the_last_uniform_number_reaches_a_barred_word(top_k: int) -> None:
    probs = np.array([0, 1, 1, 0], dtype=np.float32)
    chosen = choose(probs, sampling(top_k=top_k), LastDraw())  # type: ignore[arg-type]
    assert chosen == 2


@settings(deadline=None)
@given(chances_lists, st.data(), st.floats(1, 10))
def test_the_penalty_divides_the_probability_once(
    probs: Floats, data: st.DataObject, penalty: float
) -> None:
    ids = st.lists(st.integers(0, len(probs) - 1), max_size=8)
    recent = np.array(data.draw(ids), dtype=np.int64)  # a word may occur several times
    expected = probs.astype(np.float64)
    expected[list(set(recent.tolist()))] /= penalty
    weights = np.stack([probs, probs])
    rows = np.ones(len(recent), dtype=np.int64)
    penalise(weights, rows, recent, penalties=np.array([9, penalty], dtype=np.float32))
    np.testing.assert_array_equal(weights[0], probs)
    np.testing.assert_allclose(weights[1], expected, rtol=1e-5)


@settings(deadline=None, max_examples=60)
@given(st.lists(hows, min_size=1, max_size=6), st.integers(0, 99))
def test_words_of_many_texts_are_those_of_each_alone(
    changes: list[dict[str, float]], seed: int
) -> None:
    generator = np.random.default_rng(seed)
    weights = generator.random((len(changes), 150), dtype=np.float32)
    weights[weights < 0.2] = 0
    weights[0] *= seed % 2  # in one of two cases nothing is left
    samplings = [sampling(**own) for own in changes]
    seeds = range(len(changes))
    together = choose_all(weights, samplings, [np.random.default_rng(n) for n in seeds])
    alone = [
        choose(weights[n], samplings[n], np.random.default_rng(n)) if weights[n].any() else None
        for n in seeds
    ]
    assert together == alone


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, [0.4, 0.3, 0.2, 0.1]),
        ({"top_k": 2}, [4 / 7, 3 / 7, 0, 0]),
        ({"top_p": 0.7}, [4 / 7, 3 / 7, 0, 0]),
        ({"top_p": 0.71}, [4 / 9, 3 / 9, 2 / 9, 0]),
        # At temperature ½ probabilities are squared: 16, 9, 4, 1 of 30.
        ({"temperature": 0.5}, [16 / 30, 9 / 30, 4 / 30, 1 / 30]),
        # The nucleus is that of the sharpened probabilities: 16/30 ≥ 0.5.
        ({"temperature": 0.5, "top_p": 0.5}, [1, 0, 0, 0]),
        # Of the greatest, 0.4: three quarters are 0.3, half are 0.2.
        ({"min_p": 0.74}, [4 / 7, 3 / 7, 0, 0]),
        ({"min_p": 0.76}, [1, 0, 0, 0]),
        ({"min_p": 0.49, "top_k": 4}, [4 / 9, 3 / 9, 2 / 9, 0]),
        ({"min_p": 0.49, "top_k": 2}, [4 / 7, 3 / 7, 0, 0]),
        ({"min_p": 0.1, "top_p": 0.7}, [4 / 7, 3 / 7, 0, 0]),
        ({"min_p": 0.74, "top_p": 0.95}, [4 / 7, 3 / 7, 0, 0]),
        # At temperature ½: 16, 9, 4, 1; of 16, 0.3 are 4.8.
        ({"min_p": 0.3, "temperature": 0.5}, [16 / 25, 9 / 25, 0, 0]),
    ],
)
def test_words_are_drawn_as_often_as_they_are_probable(
    changes: dict[str, Any], expected: list[float]
) -> None:
    count = 4000
    probs = np.array([0.4, 0.3, 0.2, 0.1], dtype=np.float32)
    found = draws(probs, sampling(**changes), count)
    wanted = count * np.array(expected)
    assert (found[wanted == 0] == 0).all()
    possible = wanted > 0
    chi_square = ((found - wanted)[possible] ** 2 / wanted[possible]).sum()
    assert chi_square < 16.3, "the 99.9 % point of chi square with three degrees of freedom"
    np.testing.assert_allclose(chances(probs, sampling(**changes)), expected, atol=1e-6)


@settings(deadline=None)
@given(
    chances_lists,
    st.sampled_from([1e-3, 0.0, 0.7, 1.0, 3.0]),
    st.integers(0, 6),
    st.floats(0.01, 1),
    st.floats(0, 1),
)
def test_chances_are_those_of_what_is_kept(
    probs: Floats, temperature: float, top_k: int, top_p: float, min_p: float
) -> None:
    how = sampling(temperature=temperature, top_k=top_k, top_p=top_p, min_p=min_p)
    found = chances(probs, how)
    assert found.sum() == pytest.approx(1)
    chosen = {choose(probs, how, np.random.default_rng(seed)) for seed in range(20)}
    assert (found[list(chosen)] > 0).all()
    # Two that differ by a rounding may come out alike.
    assert found[probs.argmax()] == pytest.approx(found.max(), rel=1e-6)


def test_the_order_of_the_vocabulary_does_not_matter() -> None:
    probs = np.array([0.1, 0.2, 0.3, 0.4], dtype=np.float32)
    found = draws(probs, sampling(top_k=2), 2000)
    assert found[:2].sum() == 0
    assert abs(found[3] / 2000 - 4 / 7) < 0.05


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        *(("temperature", v) for v in (-0.1, math.nan, math.inf)),
        *(("top_k", v) for v in (-1,)),
        *(("top_p", v) for v in (0.0, -1.0, 1.01, math.nan)),
        *(("min_p", v) for v in (-0.1, 1.01, math.nan)),
        *(("repetition_penalty", v) for v in (0.9, 0.0, math.nan, math.inf)),
    ],
)
def test_a_bad_value_is_refused_by_the_option_s_name(name: str, bad: float) -> None:
    with pytest.raises(SettingsError) as caught:
        Sampling(**{name: bad})  # type: ignore[arg-type]
    assert str(caught.value).startswith(f"--{name.replace('_', '-')}: expected ")
    assert str(bad) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_command_line_offers_the_same_defaults() -> None:
    # cli.py repeats them, so that `--help` need not load numpy.
    offered = inspect.signature(generate).parameters
    for field in dataclasses.fields(Sampling):
        assert offered[field.name].default == field.default
