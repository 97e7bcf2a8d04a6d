"""The nearest words of a word."""

from __future__ import annotations

import numpy as np

from pipeline.engine.network.nearest import nearest_words


def test_the_nearest_come_first_and_the_word_itself_is_left_out() -> None:
    # Unit vectors at 0°, 30°, 100° and 350°: from 0°, the angles are 30°, 100° and 10°.
    angles = np.radians([0, 30, 100, 350])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)  # (4, 2)

    ids, cosines = nearest_words(np.array([0, 2]), vectors=vectors, count=2)

    assert ids.tolist() == [[3, 1], [1, 0]]
    np.testing.assert_allclose(
        cosines, np.cos(np.radians([[10, 30], [70, 100]])), rtol=1e-5, atol=1e-6
    )


def test_there_are_no_more_neighbours_than_other_words() -> None:
    vectors = np.eye(3, dtype=np.float32)

    ids, _ = nearest_words(np.array([1]), vectors=vectors, count=9)

    assert sorted(ids[0].tolist()) == [0, 2]
