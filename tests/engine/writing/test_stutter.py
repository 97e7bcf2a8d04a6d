"""A word follows itself as often as in the novel, and no more."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import writers
from made_up import random_network

from pipeline.artifacts.memories import Memories
from pipeline.engine.writing.constraints.stutter import NovelDoubles
from pipeline.engine.writing.options import WritingOptions
from pipeline.engine.writing.sampling import Sampling
from pipeline.engine.writing.writer import Writer

WORDS = ("也", "人", "笑道", "道", "慢", "。", "二爷", "\ufffd")
#         0     1     2      3     4    5     6


def novel(*lines: list[int]) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
    """The lines as text, a gap between two."""
    return np.array([i for line in lines for i in (*line, -1)], dtype=np.int32)


def test_shares_are_those_of_the_novel() -> None:
    text = novel([1, 1, 0, 1, 5], [4, 4, 4, 5], [2, 3, 0], [2, 5, 2, 5, 0, 6], [0, 1])
    found = NovelDoubles(WORDS, text)
    assert found.ends.tolist() == [0, 1, 3, 3, 4, 5, 6, 7]
    assert found.shares[1] == pytest.approx(1 / 3), "人 follows 人 at one of three places"
    assert found.shares[0] == 0
    assert found.shares[4] == pytest.approx(2 / 3)
    assert found.thrice[4] == pytest.approx(1 / 2)
    assert found.shares[3] == pytest.approx(1 / 4), "道 after 笑道 once, after 道 never"
    assert found.shares[6] == 0


def texts(text: np.ndarray[tuple[int, ...], np.dtype[np.int32]], no_repeat: int) -> list[list[int]]:
    memories = Memories(weights={"network": 1.0}, text_ids=text, chapters=(("一", 0, len(text)),))
    own = Writer(random_network(3, words=WORDS, unseen=0.01), memories)
    writing = WritingOptions(words=80, finish=False, marks=False, no_repeat=no_repeat, max_copy=0)
    hot = Sampling(temperature=3, top_p=1, repetition_penalty=1)
    seed = own.understand("人。")
    return [
        [c.word_id for c in own.stream(seed, writing=writing, sampling=hot, rng_seed=n)]
        for n in range(8)
    ]


def doubles(written: list[list[int]]) -> set[tuple[int, int]]:
    return {(a, b) for ids in written for a, b in pairwise(ids)}


def test_what_the_novel_never_doubles_is_never_doubled() -> None:
    text = novel([1, 1, 0, 2, 5, 6, 4, 3, 0])
    watched, free = doubles(texts(text, 40)), doubles(texts(text, 0))
    never = {(0, 0), (6, 6), (2, 3), (4, 4), (3, 3)}
    assert never <= free
    assert not never & watched
    assert (1, 1) in watched, "人人 is in the novel"
    assert (5, 5) in watched, "marks are not words"


def test_it_gives_way_where_nothing_else_is_left() -> None:
    constraint = NovelDoubles(WORDS, novel([0, 1]))
    weights = np.zeros(len(WORDS), dtype=np.float32)
    weights[0] = 1

    class Draft:
        ids = (0,)
        run = 1
        marks = replace(
            Writer(random_network(3, words=WORDS))
            .prompt(Writer(random_network(3, words=WORDS)).understand("人"))
            .constraints.marks
        )

    assert constraint.constrain(weights, Draft()) is False  # type: ignore[arg-type]
    assert weights[0] == 1


def test_a_pair_comes_again_as_often_as_in_the_novel() -> None:
    a, b, c = (writers.IDS[word] for word in writers.WORDS[16:19])
    once = np.array([a, b, a, c] * 5 + [a, b, a, b], dtype=np.int32)
    assert NovelDoubles(writers.WORDS, once).pairs == pytest.approx(1 / 11), (
        "a b a six times, a c a five"
    )
    never = np.array([a, b, a, c] * 5, dtype=np.int32)
    assert NovelDoubles(writers.WORDS, never).pairs == 0
    for seed in range(20):
        model = writers.model_of(seed % 4, text_ids=never)
        writing = WritingOptions(words=1)
        (choice, *_) = writers.written(
            model, writing, seed_ids=[a, b, a], sampling=writers.HOT, rng_seed=seed
        )
        assert choice.word_id != b
