"""Centred vectors: no common direction left, and their differences kept."""

from __future__ import annotations

import numpy as np

from pipeline.learning.centre import centre_vectors


def common_and_own(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Vectors that share a long common part, and what is each one's own."""
    generator = np.random.default_rng(seed)
    own = generator.normal(size=(50, 8)).astype(np.float32)
    return own + 100 * generator.normal(size=8).astype(np.float32), own


def test_the_common_part_goes_and_the_differences_stay() -> None:
    vectors, own = common_and_own(0)
    centred = centre_vectors(vectors)
    np.testing.assert_allclose(centred.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(centred, axis=1).mean(), 1, rtol=1e-5)
    differences = (centred[0] - centred[1]) / (own[0] - own[1])
    np.testing.assert_allclose(differences, differences[0], rtol=1e-3)


def test_the_strongest_directions_go() -> None:
    _, own = common_and_own(1)
    stretched = own * np.array([50, 20, 1, 1, 1, 1, 1, 1], dtype=np.float32)
    spread = centre_vectors(stretched, components=2).std(axis=0)
    # The first two axes carried nearly all; what is left of them lies far below the others.
    assert spread[:2].max() < 0.2 * spread[2:].min()


def test_equal_vectors_stay_finite() -> None:
    assert np.isfinite(centre_vectors(np.ones((4, 3), dtype=np.float32))).all()
