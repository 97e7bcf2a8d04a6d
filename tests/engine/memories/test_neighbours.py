"""The nearest places of the training text: against sorting everything, and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from made_up import random_network
from numpy.typing import NDArray

from pipeline.engine.memories import neighbours
from pipeline.engine.memories.neighbours import (
    build_neighbours,
    neighbour_probs,
    neighbour_search,
    widen,
)
from pipeline.engine.network.predict import predict_vectors

Halves = NDArray[np.float16]


def unit_keys(seed: int, places: int, size: int) -> Halves:
    """Random unit rows (P, E)."""
    keys = np.random.default_rng(seed).normal(size=(places, size))
    unit: Halves = (keys / np.linalg.norm(keys, axis=1, keepdims=True)).astype(np.float16)
    return unit


def random_queries(seed: int, count: int, size: int) -> NDArray[np.float32]:
    """Random rows (B, E) of all lengths."""
    return np.random.default_rng(seed).normal(size=(count, size)).astype(np.float32)


def row(*components: float) -> NDArray[np.float32]:
    """One query (1, E)."""
    return np.array([components], dtype=np.float32)


def all_cosines(queries: NDArray[np.float32], keys: Halves) -> NDArray[np.float64]:
    """The similarities in double precision, (B, P)."""
    unit = queries.astype(np.float64) / np.linalg.norm(queries, axis=1, keepdims=True)
    return np.asarray(unit @ keys.astype(np.float64).T)


@settings(deadline=None)
@given(
    seed=st.integers(0, 1000),
    queries=st.integers(1, 7),
    places=st.integers(1, 60),
    count=st.integers(1, 70),
    block=st.integers(1, 70),
    sample=st.integers(1, 70),
    batch=st.integers(1, 8),
)
@example(seed=0, queries=3, places=64, count=5, block=64, sample=64, batch=3)
@example(seed=0, queries=3, places=65, count=5, block=64, sample=10, batch=2)
def test_the_search_finds_what_sorting_everything_finds(
    seed: int, queries: int, places: int, count: int, block: int, sample: int, batch: int
) -> None:
    keys, asked = unit_keys(seed, places, 6), random_queries(seed + 1, queries, 6)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(neighbours, "BLOCK", block)
        patch.setattr(neighbours, "SAMPLE", sample)
        patch.setattr(neighbours, "QUERIES", batch)
        similarities, rows = neighbour_search(asked, keys=keys, count=count)
    assert similarities.shape == rows.shape == (queries, min(count, places))
    assert similarities.dtype == np.float32
    expected = all_cosines(asked, keys)
    best_first = -np.sort(-expected, axis=1)[:, :count]
    # Float32 sums of six products of at most one: a few units of 2⁻²⁴.
    np.testing.assert_allclose(similarities, best_first, atol=1e-6)
    np.testing.assert_allclose(np.take_along_axis(expected, rows, axis=1), best_first, atol=1e-6)
    assert all(len(set(row)) == len(row) for row in rows.tolist()), "a place counted twice"


@settings(deadline=None)
@given(
    grades=st.lists(st.integers(-3, 3), min_size=1, max_size=80),
    count=st.integers(1, 90),
    block=st.integers(1, 30),
    sample=st.integers(1, 90),
)
def test_ties_stand_in_the_order_of_the_text(
    grades: list[int], count: int, block: int, sample: int
) -> None:
    # A query along one axis has exactly the key's component for its cosine: quarters, with ties.
    keys = np.array([[grade / 4, 0.5] for grade in grades], dtype=np.float16)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(neighbours, "BLOCK", block)
        patch.setattr(neighbours, "SAMPLE", sample)
        similarities, rows = neighbour_search(row(3, 0), keys=keys, count=count)
    order = sorted(range(len(grades)), key=lambda place: -grades[place])[:count]
    assert rows[0].tolist() == order
    assert similarities[0].tolist() == [grades[place] / 4 for place in order]


def test_a_threshold_that_lets_too_few_through_is_lowered() -> None:
    """The sampled keys all lie near the query and the others far off, so no sample can tell."""
    keys = np.zeros((300, 2), dtype=np.float16)
    keys[:, 1] = 1
    keys[::50] = [1, 0]  # the six that a sample of six would take, were it not for the last
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(neighbours, "SAMPLE", 6)
        patch.setattr(neighbours, "first_rank", lambda expected: 1)
        similarities, rows = neighbour_search(row(1, 0), keys=keys, count=9)
    assert rows[0].tolist() == [0, 50, 100, 150, 200, 250, 1, 2, 3]
    assert similarities[0].tolist() == [1] * 6 + [0] * 3


def test_most_similarities_are_never_sorted() -> None:
    keys, asked = unit_keys(0, 40_000, 8), random_queries(1, 20, 8)
    kept = 0
    above = neighbours.keys_above

    def counting(*arguments: NDArray[np.float32]) -> object:
        nonlocal kept
        found = above(*arguments)  # type: ignore[arg-type]
        kept += len(found[0])
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(neighbours, "keys_above", counting)
        _, rows = neighbour_search(asked, keys=keys, count=100)
    # 100 of 40,000 are 20 of the sample of 8,192; the threshold lies at rank 20 + 3√20 + 4 = 39.
    assert rows.shape == (20, 100)
    assert 20 * 100 <= kept <= 20 * 400


def test_chances_by_hand() -> None:
    """Three of four places speak, with weights e^0, e^(−2·0.2) and e^(−2·0.4) over their sum."""
    keys = np.array([[0.6, 0.8], [1, 0], [0, 1], [0.8, 0.6]], dtype=np.float16)
    found = neighbour_probs(
        row(5, 0),
        keys=keys,
        next_ids=np.array([2, 0, 1, 2], dtype=np.int32),
        count=3,
        sharpness=2.0,
        vocabulary_size=4,
    )
    weights = np.exp([0, -0.4, -0.8])  # of the keys 1, 3 and 0: cosines 1, 0.8 and 0.6
    expected = [weights[0], 0, weights[1] + weights[2], 0] / weights.sum()
    # 0.8 and 0.6 as halves are off by at most 2⁻¹² each.
    np.testing.assert_allclose(found, [expected], atol=2e-3)


@settings(deadline=None)
@given(
    seed=st.integers(0, 1000),
    places=st.integers(1, 50),
    count=st.integers(1, 60),
    sharpness=st.sampled_from([0.0, 1.0, 20.0, 1000.0]),
)
def test_chances_are_weights_summed_by_word(
    seed: int, places: int, count: int, sharpness: float
) -> None:
    keys, asked = unit_keys(seed, places, 5), random_queries(seed + 1, 4, 5)
    next_ids = np.random.default_rng(seed).integers(0, 7, places).astype(np.int32)
    probs = neighbour_probs(
        asked, keys=keys, next_ids=next_ids, count=count, sharpness=sharpness, vocabulary_size=7
    )
    assert probs.shape == (4, 7)
    assert probs.dtype == np.float32
    np.testing.assert_allclose(probs.sum(axis=1), 1, atol=1e-5)
    similarities, rows = neighbour_search(asked, keys=keys, count=count)
    weights = np.exp(sharpness * (similarities.astype(np.float64) - similarities[:, :1]))
    weights /= weights.sum(axis=1, keepdims=True)
    for query in range(4):
        expected = np.zeros(7)
        for row, weight in zip(rows[query], weights[query], strict=True):
            expected[next_ids[row]] += weight
        np.testing.assert_allclose(probs[query], expected, atol=1e-4)


def test_every_finite_half_is_widened_exactly() -> None:
    every = np.arange(2**16, dtype=np.uint16).view(np.float16)
    halves = every[np.isfinite(every)].reshape(-1, 1)
    np.testing.assert_array_equal(widen(halves), halves.astype(np.float32))
    assert np.signbit(widen(np.array([[-0.0]], dtype=np.float16))).all()
    # A slice that skips rows or columns is no obstacle.
    np.testing.assert_array_equal(widen(halves.reshape(-1, 2)[::3, :1]), halves[::6])


def test_keys_are_the_directions_that_scoring_would_find() -> None:
    network = random_network(1, steps=5)
    ids = np.random.default_rng(2).integers(0, 31, 200).astype(np.int32)  # 30 is the unknown word
    starts = np.concatenate([np.arange(0, 90), np.arange(120, 195)]).astype(np.int64)
    told: list[tuple[float, float]] = []
    keys, positions = build_neighbours(
        ids, starts, network, progress=lambda done, total: told.append((done, total))
    )
    expected = [start + 5 for start in starts.tolist() if ids[start + 5] < 30]
    assert 0 < len(expected) < len(starts), "else unknown targets are not tested"
    assert positions.tolist() == expected
    assert positions.dtype == np.int32
    assert keys.dtype == np.float16
    vectors = np.stack([predict_vectors(ids[None, p - 5 : p], network)[0] for p in expected])
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    np.testing.assert_allclose(keys, unit, atol=2**-11)  # half the last place of a half below one
    assert told == [(len(expected), len(expected))]


def test_a_place_of_the_training_text_is_its_own_nearest_neighbour() -> None:
    network = random_network(1, steps=5)
    ids = np.random.default_rng(2).integers(0, 30, 300).astype(np.int32)
    keys, positions = build_neighbours(ids, np.arange(295), network)
    contexts = np.stack([ids[p - 5 : p] for p in positions[::20]])
    similarities, rows = neighbour_search(predict_vectors(contexts, network), keys=keys, count=1)
    np.testing.assert_allclose(similarities, 1, atol=1e-3)
    assert positions[rows[:, 0]].tolist() == positions[::20].tolist()
