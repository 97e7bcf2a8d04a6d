"""What the text is about: a case by hand, its two forms against each other, and what it leaves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.arrays import Floats
from pipeline.engine.memories.cache import Recent, empty_recent, remember
from pipeline.engine.memories.kinds.topic import TopicMemory
from pipeline.engine.memories.topic import Topic, lean, lean_text
from pipeline.errors import ArtifactDamaged

VOCABULARY = 4  # ids 0 to 3; 4 is the unknown word
NOVEL: Floats = np.array([0.5, 0.25, 0.125, 0.125], dtype=np.float32)
LOG_PRIOR: Floats = np.log(NOVEL)
OWN: Floats = np.array([0.25, 0.25, 0.25, 0.25], dtype=np.float32)

texts = st.lists(st.integers(0, VOCABULARY), min_size=1, max_size=40)


def after(text: list[int], *, words: int = 99) -> Recent:
    """What is remembered after these words; ê plays no part."""
    recent = empty_recent(1)
    for word_id in text:
        recent = remember(recent, np.ones(1, dtype=np.float32), word_id, words=words)
    return recent


def asked(topic: Topic, text: list[int], own: Floats = OWN) -> list[float] | None:
    """The probs of the four words after a text."""
    found = lean(topic, [after(text)], own=own[None], log_prior=LOG_PRIOR)
    return found.whole(own[None])[0].tolist() if found.speaks[0] else None


def test_words_of_the_last_pages_are_likelier_the_rarer_they_are_in_the_novel() -> None:
    # Word 0 once and word 2 twice, κ = 2, μ = 1: by hand 1 + 1 / 1 and 1 + 2 / 0.25.
    expected = np.array([2, 1, 9, 1]) / 13
    assert asked(Topic(9, 2.0, 1.0), [0, 2, 2]) == pytest.approx(expected, abs=1e-6)
    # μ = ½: the square roots.
    expected = np.array([2**0.5, 1, 3, 1]) / (2**0.5 + 5)
    assert asked(Topic(9, 2.0, 0.5), [0, 2, 2]) == pytest.approx(expected, abs=1e-6)


def test_only_the_last_words_count_and_unknown_ones_take_their_places() -> None:
    assert asked(Topic(2, 2.0, 1.0), [2, 2, 0, VOCABULARY]) == pytest.approx(
        np.array([2, 1, 1, 1]) / 5, abs=1e-6
    )
    assert asked(Topic(1, 2.0, 1.0), [0, VOCABULARY]) is None
    assert asked(Topic(1, 2.0, 1.0), []) is None


def test_without_an_exponent_it_says_what_the_network_says() -> None:
    own = np.array([0.1, 0.2, 0.3, 0.4], dtype=np.float32)
    assert asked(Topic(9, 2.0, 0.0), [0, 2], own) == pytest.approx(own.tolist(), abs=1e-6)


@given(text=texts, words=st.integers(1, 12), seed=st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_both_forms_give_the_same(text: list[int], words: int, seed: int) -> None:
    topic, before = Topic(words, 3.0, 0.5), len(text) // 2
    drawn = np.random.default_rng(seed).random((len(text) - before, VOCABULARY)) + 0.1
    own = (drawn / drawn.sum(axis=1, keepdims=True)).astype(np.float32)
    kept = own.copy()
    ids = np.array(text, dtype=np.int32)
    probs = lean_text(topic, ids, before=before, own=own, log_prior=LOG_PRIOR)
    np.testing.assert_array_equal(own, kept)
    recents = [after(text[:place]) for place in range(before, len(text))]
    found = lean(topic, recents, own=own, log_prior=LOG_PRIOR)
    np.testing.assert_array_equal(found.speaks, probs.any(axis=1))
    np.testing.assert_allclose(found.whole(own), probs, atol=1e-6)


@pytest.mark.parametrize(
    ("fact", "value"),
    [("words", 0), ("words", 10**9), ("novel_words", 0), ("exponent", -1), ("exponent", 1e9)],
)
def test_a_strangers_numbers_are_held_to_the_settings_bounds(fact: str, value: Any) -> None:
    facts = {"words": 1000, "novel_words": 1000.0, "exponent": 0.5}
    TopicMemory().check_facts(facts)
    with pytest.raises(ArtifactDamaged, match=f"memories.topic.{fact}: expected"):
        TopicMemory().check_facts(facts | {fact: value})
