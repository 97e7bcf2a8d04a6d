"""Vectors laid out in the plane."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.learning.map import map_vectors


def test_what_points_the_same_way_lies_together() -> None:
    generator = np.random.default_rng(0)
    centres = np.eye(3, 10)[np.repeat([0, 1, 2], 8)]  # (24, 10), three directions
    vectors = (centres + 0.05 * generator.normal(size=(24, 10))).astype(np.float32)
    vectors *= generator.uniform(0.1, 9, size=(24, 1)).astype(np.float32)  # length is no matter

    points = map_vectors(vectors)

    assert points.min() == 0
    assert points.max() == pytest.approx(1)
    distances = np.linalg.norm(points[:, None] - points[None], axis=2) + 9 * np.eye(24)
    assert (distances.argmin(axis=1) // 8).tolist() == np.repeat([0, 1, 2], 8).tolist()
    assert np.array_equal(points, map_vectors(vectors))


@pytest.mark.parametrize("count", [1, 2, 3, 6])
def test_too_few_points_or_equal_ones_lie_on_a_line(count: int) -> None:
    points = map_vectors(np.ones((count, 5), dtype=np.float32))

    assert points.shape == (count, 2)
    assert np.isfinite(points).all()
    assert len(np.unique(points[:, 0])) == count


def test_four_points_are_enough_for_a_map() -> None:
    points = map_vectors(np.eye(4, dtype=np.float32))

    assert np.isfinite(points).all()
