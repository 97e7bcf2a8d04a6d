"""What is learnt of a novel a block at a time is what is learnt of it at once."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.engine import text_blocks
from pipeline.engine.text_blocks import count_words
from pipeline.engine.writing.constraints import speaking
from pipeline.engine.writing.constraints.clauses import NovelClauses
from pipeline.engine.writing.constraints.marks import find_marks
from pipeline.engine.writing.constraints.speaking import NovelSpeech
from pipeline.engine.writing.constraints.stutter import NovelDoubles

WORDS = (PARAGRAPH_BREAK, *"，。：“”", "道", "笑道", "宝玉", "黛玉", "人", "慢")
SPOKEN = [8, 6, 3, 4, 10, 8, 11, 11, 11, 2, 5, 9, 7, 3, 4, 6, 2, 5, 9, 1, 10, 9, 10, 9, 2, 0]


def novel() -> NDArray[np.int32]:
    """Speeches among words at random, with unknown words and gaps."""
    generator = np.random.default_rng(7)
    noise = generator.integers(-1, len(WORDS) + 2, (12, 9))
    return np.array([i for own in noise for i in (*SPOKEN, *own)], dtype=np.int32)


def learnt(text: NDArray[np.int32]) -> list[NDArray[np.float64]]:
    marks = find_marks(WORDS, text)
    clauses, doubles, spoken = (
        NovelClauses(marks, text),
        NovelDoubles(WORDS, text),
        NovelSpeech(marks, text),
    )
    return [
        np.asarray(own, dtype=np.float64)
        for own in (
            clauses.mean,
            clauses.evidence,
            doubles.shares,
            doubles.thrice,
            doubles.pairs,
            spoken.verbs,
            spoken.within,
            spoken.named,
            spoken.again,
        )
    ]


@pytest.mark.parametrize("length", [1, 2, 3, 10, 419])
def test_how_long_blocks_are_changes_nothing(length: int, monkeypatch: pytest.MonkeyPatch) -> None:
    text = novel()
    whole, counts = learnt(text), count_words(text, len(WORDS))
    assert counts.tolist() == [(text == word_id).sum() for word_id in range(len(WORDS))]
    assert all(np.ptp(own) > 0 for own in whole if own.ndim and own.size > 1), "there is something"

    monkeypatch.setattr(text_blocks, "_BLOCK", length)
    monkeypatch.setattr(speaking, "_TOGETHER", length)
    for own, other in zip(whole, learnt(text), strict=True):
        np.testing.assert_array_equal(own, other)


@pytest.mark.parametrize("length", [0, 1, 2, 3])
def test_a_text_shorter_than_what_is_looked_at_teaches_nothing(length: int) -> None:
    text = np.full(length, 10, dtype=np.int32)
    doubles = NovelDoubles(WORDS, text)
    assert doubles.pairs == 0
    assert (doubles.shares[10] > 0) == (length > 1)
    assert len(NovelSpeech(find_marks(WORDS), text).verbs) == 0
