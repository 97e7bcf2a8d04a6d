"""The copy guard: what it bars, and that nothing longer is ever copied."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from writers import GREEDY, HOT, PLAIN, WORDS, model_of, remember, written

from pipeline.engine import copy_index, text_blocks
from pipeline.engine.copy_index import copied_stretches, index_text
from pipeline.engine.memories.next_word import Model
from pipeline.engine.writing.constraints.copying import copied_next
from pipeline.engine.writing.options import WritingOptions
from pipeline.engine.writing.sampling import Sampling

OPEN: dict[str, Any] = {"marks": False, "no_repeat": 0, "finish": False}  # the copy guard alone


def longest_common_run(text: list[int], source: list[int]) -> int:
    """Return the words of the longest run of a text that stands in another, by length after length.

    Nothing that the guard uses is used here.
    """
    length = 0
    while runs_of(text, length + 1) & runs_of(source, length + 1):
        length += 1
    return length


def runs_of(ids: list[int], length: int) -> set[tuple[int, ...]]:
    return {tuple(ids[start : start + length]) for start in range(len(ids) - length + 1)}


def slow_copied_next(text: list[int], run: list[int], vocabulary_size: int) -> list[int]:
    """The same by looking at every place of the text."""
    found = {
        text[place + len(run)]
        for place in range(len(text) - len(run))
        if text[place : place + len(run)] == run
    }
    return sorted(word for word in found if 0 <= word < vocabulary_size)


@given(
    st.lists(st.integers(-1, 3), max_size=60), st.lists(st.integers(0, 3), max_size=8), st.data()
)
def test_it_finds_what_a_search_through_the_whole_text_finds(
    text: list[int], ids: list[int], data: st.DataObject
) -> None:
    limit = data.draw(st.integers(1, 4))
    index = index_text(np.array(text, dtype=np.int32), 3)  # 3 is the unknown word

    found = copied_next(index, ids, limit)

    run = ids[-limit:]
    known = len(run) == limit and max(run) < 3
    assert found.tolist() == (slow_copied_next(text, run, 3) if known else [])


def test_a_large_vocabulary_is_indexed_too() -> None:
    text = np.array([70_000, 5, 69_999, 70_000, 5, 80_000], dtype=np.int32)
    index = index_text(text, 70_001)  # past 16 bits; 80,000 is unknown

    assert copied_next(index, [70_000, 5], 2).tolist() == [69_999]


@settings(deadline=None, max_examples=25)
@given(
    st.integers(0, 5),
    st.integers(1, 4),
    st.sampled_from([GREEDY, PLAIN, HOT]),
    st.lists(st.integers(0, len(WORDS)), min_size=40, max_size=120),
)
def test_no_longer_run_is_ever_copied(
    seed: int, limit: int, sampling: Sampling, text: list[int]
) -> None:
    text_ids = np.array(text, dtype=np.int32)
    model = model_of(seed, text_ids=text_ids)

    writing = WritingOptions(words=80, max_copy=limit)
    chosen = [
        choice.word_id for choice in written(model, writing, seed_ids=text[:6], sampling=sampling)
    ]

    # With the seed phrase before it: a run may begin there.
    copied = longest_common_run(chosen, text)
    assert copied <= limit
    assert len(chosen) >= 80


@pytest.mark.parametrize("sampling", [GREEDY, PLAIN])
@pytest.mark.parametrize("limit", [1, 2, 8])
def test_a_text_of_one_sentence_over_and_over(sampling: Sampling, limit: int) -> None:
    sentence = [16, 17, 18, 1, 19, 16, 2]
    text_ids = np.array(sentence * 30, dtype=np.int32)
    model = model_of(3, text_ids=text_ids)

    writing = WritingOptions(words=100, max_copy=limit)
    chosen = [c.word_id for c in written(model, writing, seed_ids=sentence, sampling=sampling)]

    assert longest_common_run(chosen, text_ids.tolist()) <= limit


def test_without_the_guard_such_a_run_is_copied() -> None:
    # Only the guard keeps a greedy writer from following its own text.
    model = model_of(3)
    free = [
        c.word_id
        for c in written(model, WritingOptions(words=60, max_copy=0, **OPEN), sampling=GREEDY)
    ]
    text_ids = np.array(free, dtype=np.int32)

    guarded = written(
        Model(model.network, remember(text_ids)),
        WritingOptions(words=60, max_copy=8, **OPEN),
        sampling=GREEDY,
    )

    ids = [choice.word_id for choice in guarded]
    assert ids[:7] == free[:7], "the seed phrase is not part of the text: 8 words may be copied"
    assert longest_common_run(ids, free) == 8
    assert longest_common_run(free, free) == len(free)


def test_the_seed_phrase_is_part_of_the_run() -> None:
    text = [20, 21, 22, 23, 24, 25]
    model = model_of(1, text_ids=np.array(text, dtype=np.int32))

    for rng_seed in range(40):
        writing = WritingOptions(words=1, max_copy=4, **OPEN)
        # A paragraph break is no word: one may come before the word that ends the text.
        first, *_ = written(model, writing, seed_ids=text[:4], sampling=HOT, rng_seed=rng_seed)
        assert first.word_id != 24


def test_where_every_word_would_be_a_copy_the_guard_gives_way() -> None:
    # Two words, and a text in which each follows each: with a limit of 1 nothing could be written.
    words = ("甲", "乙")
    text_ids = np.array([0, 0, 1, 1, 0], dtype=np.int32)
    model = model_of(1, words=words, text_ids=text_ids)

    chosen = written(model, WritingOptions(words=30, max_copy=1), seed_ids=[0])

    assert len(chosen) == 30


@given(
    st.lists(st.integers(-1, 3), max_size=40),
    st.lists(st.integers(0, 3), max_size=20),
    st.integers(1, 4),
)
def test_stretches_of_the_novel_are_found_at_their_places(
    text: list[int], ids: list[int], least: int
) -> None:
    found = list(copied_stretches(index_text(np.array(text, dtype=np.int32), 3), ids, least))
    for start, stop, place in found:
        assert stop - start >= least
        assert ids[start:stop] == text[place : place + stop - start]
        assert 3 not in ids[start:stop], "the unknown word is no word"
        longer = ids[start : stop + 1]
        assert stop == len(ids) or 3 in longer or not stands_in(longer, text)
    assert [stop for _, stop, _ in found] == sorted({stop for _, stop, _ in found})
    covered = {place for start, stop, _ in found for place in range(start, stop)}
    for start in range(len(ids) - least + 1):
        run = ids[start : start + least]
        if 3 not in run and stands_in(run, text):
            assert covered.issuperset(range(start, start + least))


def stands_in(run: list[int], text: list[int]) -> bool:
    return any(text[place : place + len(run)] == run for place in range(len(text)))


@pytest.mark.parametrize("length", [0, 3, 4, 5, 40])
@pytest.mark.parametrize("block", [1, 2, 7])
def test_the_quick_look_up_knows_every_run_however_it_is_made(
    length: int, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copy_index, "_BLOCK", block)
    monkeypatch.setattr(copy_index, "_MOST", 1 << 10)
    text = np.random.default_rng(length).integers(0, 6, length).astype(np.int32)
    index = index_text(text, 6)
    assert all(index.may_hold(text[place : place + 4].tolist()) for place in range(length - 3))
    every = [index.may_hold([a, b, c, d]) for a, b, c, d in np.ndindex(6, 6, 6, 6)]
    assert sum(every) < len(every) / 2, "most that stand nowhere are known to"


@pytest.mark.parametrize("block", [1, 3, 100])
def test_the_places_of_a_word_rise_however_many_words_are_looked_at_together(
    block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_blocks, "_BLOCK", block)
    text = np.array([2, 0, 5, 1, 0, -1, 2, 0], dtype=np.int32)
    index = index_text(text, 3)
    assert [index.places[a:b].tolist() for a, b in pairwise(index.starts)] == [
        [1, 4, 7],
        [3],
        [0, 6],
    ]
