"""Many places at once: the same vectors as one after the other, however the network reads."""

from __future__ import annotations

import numpy as np
import pytest
from made_up import random_network

from pipeline.engine.network.predict import WARM_UP, predict_places, predict_vectors, spread_places
from pipeline.engine.network.reader import initial_states, predict_next, read_word

STEPS = 5
IDS = np.random.default_rng(3).integers(0, 31, size=900).astype(np.int32)


@pytest.mark.parametrize("layers", [1, 2])
def test_a_carried_state_is_read_in_stretches(layers: int) -> None:
    network = random_network(2, steps=STEPS, layers=layers, carry_state=True)
    runs = [np.arange(3), np.arange(40, 42), np.arange(130, 700), np.array([894])]
    starts = np.concatenate(runs).astype(np.int64)
    found = predict_places(IDS, starts, network)
    assert found.shape == (len(starts), 6)
    for first, start in [(0, 0), (0, 2), (40, 40), (40, 41), (130, 379), (380, 381), (894, 894)]:
        states = initial_states(network)
        for word_id in IDS[max(first + STEPS - WARM_UP, 0) : start + STEPS]:
            states = read_word(states, word_id, network)
        (row,) = np.flatnonzero(starts == start)
        np.testing.assert_allclose(found[row], predict_next(states, network), atol=1e-5)


def test_windows_are_read_each_on_its_own() -> None:
    network = random_network(2, steps=STEPS)
    starts = np.array([0, 1, 2, 700])
    windows = np.stack([IDS[start : start + STEPS] for start in starts])
    np.testing.assert_allclose(
        predict_places(IDS, starts, network), predict_vectors(windows, network), atol=1e-6
    )


@pytest.mark.parametrize("carry_state", [False, True])
def test_no_places_give_no_vectors(carry_state: bool) -> None:
    network = random_network(2, steps=STEPS, carry_state=carry_state)
    assert predict_places(IDS, np.empty(0, dtype=np.int64), network).shape == (0, 6)


def test_places_are_spread_one_by_one_or_by_stretches() -> None:
    starts = np.arange(10_000)
    single = spread_places(starts, 4, random_network(2))
    assert single.tolist() == [0, 3333, 6666, 9999]
    network = random_network(2, carry_state=True)
    runs = spread_places(starts, 1000, network)
    assert len(runs) == 1000
    assert (np.diff(runs) > 0).all(), "none twice"
    assert (np.diff(runs) != 1).sum() == 19, "twenty stretches"
    assert (runs[0], runs[-1]) == (0, 9999)
    assert len(spread_places(starts, 10, network)) == 50, "one stretch at least"
    np.testing.assert_array_equal(spread_places(starts[:100], 100, network), starts[:100])
