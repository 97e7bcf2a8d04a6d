"""Scores of a shelf's books: each from its own targets, with intervals over its own chapters."""

from __future__ import annotations

from math import log

import numpy as np
import pytest

from pipeline.engine.measures.by_book import score_books
from pipeline.engine.measures.score import Scores


def test_each_book_is_scored_by_its_own_targets() -> None:
    # Book 0: four chapters of a target, with a half or a quarter; book 2: one, with an eighth.
    log_probs = np.log([0.5, 0.5, 0.25, 0.25, 0.125])
    scores = Scores(
        known=np.ones(5, dtype=bool),
        ranks=np.array([1, 1, 2, 2, 9]),
        log_probs=log_probs,
        cosines=None,
    )
    rows = score_books(
        {"writer": scores},
        lengths=np.array([1, 1, 1, 1, 2]),
        chapters=np.array([3, 4, 5, 6, 8]),
        books=np.array([0, 0, 0, 0, 2]),
        titles=("甲", "乙", "丙"),
        generator=np.random.default_rng(0),
    )
    first, last = rows
    assert [row["title"] for row in rows] == ["甲", "丙"], "nothing of 乙 is held out"
    assert (first["targets"], first["characters"]) == (4, 4)
    assert first["writer"]["bits_per_character"] == pytest.approx((1 + 1 + 2 + 2) / 4)
    assert first["writer"]["top1"] == 0.5
    low, high = first["writer"]["interval"]["bits_per_character"]
    assert (low, high) == (pytest.approx(1.0), pytest.approx(2.0)), "a draw in sixteen has one kind"
    assert last["writer"]["bits_per_character"] == pytest.approx(3 / 2)
    assert last["writer"]["perplexity"] == pytest.approx(np.exp(-log(0.125)))
    assert last["writer"]["interval"] is None, "one chapter says nothing of how chapters differ"
