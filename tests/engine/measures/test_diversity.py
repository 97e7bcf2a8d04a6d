"""Measures of written text: by hand on small cases, by brute force on random ones."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.engine import text_blocks
from pipeline.engine.copy_index import index_text
from pipeline.engine.measures.diversity import (
    distinct_in_groups,
    distinct_share,
    frequency_distance,
    length_distance,
    measure_texts,
    repeated_share,
    sentence_length,
    tell_unknown_apart,
)

Ids = NDArray[np.int32]


def ids(*numbers: int) -> Ids:
    return np.array(numbers, dtype=np.int32)


def test_distinct_share_counts_over_all_texts() -> None:
    # Pairs: (1,2) (2,1) (1,2) and (1,2): two different ones of four.
    assert distinct_share([ids(1, 2, 1, 2), ids(1, 2)], 2) == 0.5
    assert distinct_share([ids(1)], 2) == 0.0


def test_distinct_share_of_more_texts_is_that_of_as_many() -> None:
    texts = [ids(1, 2), ids(1, 2), ids(3, 4), ids(1, 2), ids(5)]
    # Pairs by groups of two texts, every second one: (1,2) (3,4) and (1,2) (1,2): all, and a half.
    assert distinct_in_groups(texts, 2, 2) == (1 + 1 / 2) / 2
    assert distinct_in_groups(texts, 2, 3) == distinct_share(texts[:3], 2) == 2 / 3
    assert distinct_in_groups(texts, 2, 5) == distinct_share(texts, 2) == 2 / 4
    assert distinct_in_groups(texts, 2, 9) == 2 / 4


def test_repeated_share_looks_within_one_text() -> None:
    # The first text repeats one of its three pairs; a pair of another text is no repetition.
    assert repeated_share([ids(1, 2, 1, 2), ids(1, 2)], 2) == pytest.approx(1 / 4)
    assert repeated_share([], 4) == 0.0


def test_sentence_length_is_words_by_ends() -> None:
    assert sentence_length([ids(1, 2, 9), ids(1, 9, 2)], ids(9)) == 3.0
    assert sentence_length([ids(1, 2)], ids(9)) is None


@pytest.mark.parametrize("stretch", [1, 2, 3, 100])
def test_length_distance_is_the_greatest_gap_between_the_shares(
    stretch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_blocks, "_BLOCK", stretch)
    # Sentences of 1, 1 and 3 words here, of 3 and 5 there: two thirds against none are of one word.
    here, there = ids(9, 1, 9, 2, 9, 1, 2, 3, 9), ids(9, 1, 2, 9, 1, 2, 3, 4, 9)
    assert length_distance([here], [there], ids(9)) == pytest.approx(2 / 3)
    assert length_distance([here], [here], ids(9)) == 0.0
    assert length_distance([here], [ids(1, 2)], ids(9)) is None


def test_frequency_distance_by_hand() -> None:
    # 8 and 9 are shared out 1:1 here and 3:1 there: |1/2 − 3/4| = 1/4 on either side.
    assert frequency_distance([ids(8, 9, 1)], [ids(8, 8, 8, 9)], ids(8, 9)) == pytest.approx(0.25)
    assert frequency_distance([ids(1)], [ids(8)], ids(8, 9)) is None


def test_measures_of_the_source_itself() -> None:
    words = ("我", "说", "。", "，")
    source = ids(0, 1, 2, 0, 3, 1, 2)
    measured = measure_texts([source], index_text(source, len(words)), words, 1)
    assert measured["longest_copy"] == 7
    assert measured["punctuation_distance"] == 0.0
    assert measured["sentence_length"] == pytest.approx(7 / 2)


def test_unknown_words_are_not_taken_for_the_same() -> None:
    apart = tell_unknown_apart([ids(0, 5, 5), ids(5)], 5)
    assert apart[0][0] == 0
    assert len({*apart[0][1:].tolist(), *apart[1].tolist()}) == 3
