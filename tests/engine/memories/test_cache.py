"""The neural cache: a case by hand, its two forms against each other, and readings that branch."""

from __future__ import annotations

from math import exp

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.engine.memories.cache import (
    Recent,
    empty_recent,
    newest,
    recall,
    recall_text,
    remember,
)
from pipeline.engine.network.decode import unit_rows

VOCABULARY = 4  # ids 0 to 3; 4 is the unknown word
EAST = np.array([1, 0], dtype=np.float32)
NORTH = np.array([0, 1], dtype=np.float32)
NOBODY = np.zeros((1, VOCABULARY), dtype=np.float32)  # the network has no part in it

texts = st.lists(st.integers(0, VOCABULARY), min_size=1, max_size=40)
limits = st.integers(1, 12)


def after(pairs: list[tuple[NDArray[np.float32], int]], *, words: int = 9) -> Recent:
    """What is remembered after words that stood where ê was as given."""
    recent = empty_recent(2)
    for unit, word_id in pairs:
        recent = remember(recent, unit, word_id, words=words)
    return recent


def asked(recent: Recent, unit: NDArray[np.float32] = EAST) -> list[float] | None:
    """The probs of the four words, at θ = 2."""
    found = recall([recent], unit[None], sharpness=2.0, vocabulary_size=VOCABULARY)
    return found.whole(NOBODY)[0].tolist() if found.speaks[0] else None


def units_for(text: list[int], seed: int) -> NDArray[np.float32]:
    """As many random unit rows as there are words, (n, 3)."""
    drawn = np.random.default_rng(seed).normal(size=(len(text), 3))
    return unit_rows(drawn.astype(np.float32))


def test_words_are_likely_where_the_state_is_like_theirs() -> None:
    # Word 1 stood at cosine 1, word 2 at 0 and at 1, word 3 at −1: by hand e², 1 + e² and e⁻².
    recent = after([(EAST, 1), (NORTH, 2), (EAST, 2), (-EAST, 3)])
    total = 2 * exp(2) + 1 + exp(-2)
    expected = [0, exp(2) / total, (1 + exp(2)) / total, exp(-2) / total]
    assert asked(recent) == pytest.approx(expected, abs=1e-6)


def test_an_unknown_word_takes_a_place_and_gives_no_evidence() -> None:
    assert asked(after([(EAST, 1), (NORTH, VOCABULARY)])) == pytest.approx([0, 1, 0, 0])
    assert asked(after([(EAST, 1), (NORTH, VOCABULARY)], words=1)) is None


def test_nothing_read_is_nothing_to_recall() -> None:
    assert asked(empty_recent(2)) is None


@given(text=texts, words=limits, seed=st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_both_forms_give_the_same(text: list[int], words: int, seed: int) -> None:
    units = units_for(text, seed)
    before = len(text) // 2
    probs = recall_text(
        units,
        np.array(text, dtype=np.int32),
        before=before,
        words=words,
        sharpness=5.0,
        vocabulary_size=VOCABULARY,
    )
    assert probs.shape == (len(text) - before, VOCABULARY)
    recents = [empty_recent(3)]
    for unit, word_id in zip(units, text, strict=True):
        recents.append(remember(recents[-1], unit, word_id, words=words))
    found = recall(recents[before:-1], units[before:], sharpness=5.0, vocabulary_size=VOCABULARY)
    np.testing.assert_array_equal(found.speaks, probs.any(axis=1))
    np.testing.assert_allclose(found.whole(np.zeros_like(probs)), probs, atol=1e-5)


@given(text=texts, words=limits)
@settings(max_examples=40, deadline=None)
def test_only_the_last_words_are_held(text: list[int], words: int) -> None:
    units = units_for(text, 1)
    recent = empty_recent(3)
    for unit, word_id in zip(units, text, strict=True):
        recent = remember(recent, unit, word_id, words=words)
    rows = slice(recent.start, recent.stop)
    assert recent.log.ids[rows].tolist() == text[-words:]
    np.testing.assert_array_equal(recent.log.vectors[rows], units[-words:])


def test_a_log_takes_more_words_than_it_has_rows_and_stays_small() -> None:
    recent = empty_recent(2)
    for number in range(1000):
        recent = remember(recent, EAST, number % VOCABULARY, words=10)
    assert asked(recent) == pytest.approx([2 / 10, 2 / 10, 3 / 10, 3 / 10])  # 990 to 999, mod 4
    assert len(recent.log.ids) < 100


def test_two_ways_on_from_one_reading_know_nothing_of_each_other() -> None:
    shared = after([(EAST, 0)])
    left = remember(shared, EAST, 1, words=9)
    right = remember(shared, EAST, 2, words=9)
    further = remember(left, EAST, 3, words=9)
    assert asked(shared) == pytest.approx([1, 0, 0, 0])
    assert asked(left) == pytest.approx([1 / 2, 1 / 2, 0, 0])
    assert asked(right) == pytest.approx([1 / 2, 0, 1 / 2, 0])
    assert asked(further) == pytest.approx([1 / 3, 1 / 3, 0, 1 / 3])


def test_the_newest_words_are_all_that_a_shorter_cache_sees() -> None:
    recent = after([(EAST, 1), (EAST, 2), (EAST, 3)])
    assert asked(newest(recent, 2)) == pytest.approx([0, 0, 0.5, 0.5])
    assert asked(newest(recent, 9)) == asked(recent)
