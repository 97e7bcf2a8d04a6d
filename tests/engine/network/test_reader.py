"""Reading word by word gives what re-reading the last T words gives, or all of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import random_network

from pipeline.engine.network.predict import predict_vectors
from pipeline.engine.network.reader import initial_states, predict_next, read_word

NETWORK = random_network(11, steps=4)
UNKNOWN = len(NETWORK.words)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, UNKNOWN), min_size=1, max_size=14), st.sampled_from([1, 2]))
def test_a_prediction_knows_exactly_the_last_words(ids: list[int], layers: int) -> None:
    network = random_network(11, steps=4, layers=layers)
    states = initial_states(network)
    for count, word_id in enumerate(ids, 1):
        states = read_word(states, word_id, network)
        window = np.array([ids[max(count - network.steps, 0) : count]], dtype=np.int32)
        np.testing.assert_allclose(
            predict_next(states, network), predict_vectors(window, network)[0], atol=1e-5
        )
    assert states.words_read == len(ids)
    assert states.hidden.shape == (layers, 4, 8)


def test_a_word_outside_the_window_is_forgotten_and_one_inside_is_not() -> None:
    def predicted(ids: list[int]) -> np.ndarray:
        states = initial_states(NETWORK)
        for word_id in ids:
            states = read_word(states, word_id, NETWORK)
        return predict_next(states, NETWORK)

    np.testing.assert_array_equal(predicted([1, 5, 6, 7, 8]), predicted([2, 5, 6, 7, 8]))
    assert not np.allclose(predicted([1, 5, 6, 7]), predicted([2, 5, 6, 7]), atol=1e-4)


@pytest.mark.parametrize("carry_state", [False, True])
def test_reading_changes_no_memory_in_place(carry_state: bool) -> None:
    network = random_network(11, steps=4, carry_state=carry_state)
    first = read_word(initial_states(network), 3, network)
    before = first.hidden.copy()
    read_word(first, 4, network)
    np.testing.assert_array_equal(first.hidden, before)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, UNKNOWN), min_size=1, max_size=14), st.sampled_from([1, 2]))
def test_a_carried_state_knows_all_that_was_read(ids: list[int], layers: int) -> None:
    network = random_network(11, steps=4, layers=layers, carry_state=True)
    states = initial_states(network)
    for word_id in ids:
        states = read_word(states, word_id, network)
    whole = predict_vectors(np.array([ids], dtype=np.int32), network)[0]
    np.testing.assert_allclose(predict_next(states, network), whole, atol=1e-5)
    assert states.hidden.shape == (layers, 1, 8), "one state, whatever T"
