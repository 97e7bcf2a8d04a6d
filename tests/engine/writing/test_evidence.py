"""Passages that speak for a word: the nearest by every reckoning, and quoted where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import (
    context_in,
    made_up_words,
    random_embedding,
    random_network,
    segmentation_of,
)
from numpy.typing import NDArray

from pipeline.artifacts.embedding import tokenizer_of
from pipeline.artifacts.memories import Memories
from pipeline.artifacts.segmentation import PARAGRAPH_BREAK, section_words
from pipeline.engine.network.predict import predict_vectors
from pipeline.engine.writing import evidence
from pipeline.engine.writing.evidence import (
    agreements,
    nearest_passages,
    pick_places,
    quote_passage,
)
from pipeline.stages.model import rare_of
from pipeline.stages.remember import training_text
from pipeline.stages.window import WindowConfig, window

STEPS = 4
WORDS = made_up_words(9)
NETWORK = random_network(3, words=WORDS, steps=STEPS)
CHAPTERS = (("第一回", 0, 150), ("第三回", 200, 400))


def random_text(seed: int) -> NDArray[np.int32]:
    """Ids of 400 words, 9 for an unknown one, the second of three chapters held out."""
    ids = np.random.default_rng(seed).integers(0, 10, 400).astype(np.int32)
    ids[150:200] = -1
    return ids


def passages(
    word_id: int, history: Sequence[int], text_ids: NDArray[np.int32], count: int = 3
) -> tuple[evidence.Passage, ...]:
    vector = predict_vectors(np.array([history[-STEPS:]], dtype=np.int32), NETWORK)[0]
    return nearest_passages(
        word_id,
        vector * 7,  # a cosine does not ask for length
        history,
        network=NETWORK,
        text_ids=text_ids,
        chapters=CHAPTERS,
        count=count,
    )


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 500), word_id=st.integers(0, 8), count=st.integers(1, 60))
def test_the_nearest_passages_are_those_that_judging_every_place_finds(
    seed: int, word_id: int, count: int
) -> None:
    text_ids = random_text(seed)
    history = np.random.default_rng(seed + 1).integers(0, 9, 11).tolist()
    found = passages(word_id, history, text_ids, count)
    places = [
        place
        for place in range(STEPS, 400)
        if text_ids[place] == word_id and (text_ids[place - STEPS : place] >= 0).all()
    ]
    now = predict_vectors(np.array([history[-STEPS:]], dtype=np.int32), NETWORK)[0]
    cosine = {}
    for place in places:
        there = predict_vectors(text_ids[None, place - STEPS : place], NETWORK)[0]
        cosine[place] = float(now @ there / np.linalg.norm(now) / np.linalg.norm(there))
    assert len(found) == min(count, len(places))
    expected = sorted(cosine.values(), reverse=True)[:count]
    assert [passage.cosine for passage in found] == pytest.approx(expected, abs=1e-5)
    for passage in found:
        assert passage.cosine == pytest.approx(cosine[passage.position], abs=1e-5)
        assert passage.chapter == ("第一回" if passage.position < 150 else "第三回")


def test_the_place_itself_is_the_nearest_and_agrees_in_every_word() -> None:
    text_ids = random_text(8)
    place = next(
        p for p in range(300, 400) if text_ids[p] < 9 and (text_ids[p - STEPS : p] < 9).all()
    )
    best = passages(int(text_ids[place]), text_ids[place - 9 : place].tolist(), text_ids)[0]
    assert best.position == place
    assert best.cosine == pytest.approx(1, abs=1e-5)
    assert best.agreement == STEPS
    assert best.chapter == "第三回"


def test_a_word_without_a_whole_context_of_training_text_has_no_passage() -> None:
    text_ids = np.zeros(400, dtype=np.int32)
    text_ids[150:200] = -1
    text_ids[[2, 203]] = 5  # less than four words after the beginning, and after a held-out chapter
    assert passages(5, [1, 2, 3, 4], text_ids) == ()
    assert passages(6, [1, 2, 3, 4], text_ids) == ()
    text_ids[204] = 5
    assert [passage.position for passage in passages(5, [1, 2, 3, 4], text_ids)] == [204]
    assert passages(5, [1, 2, 3, 4], text_ids[:STEPS]) == (), "a text shorter than a window"


def test_agreement_by_hand() -> None:
    contexts = np.array(
        [[1, 2, 3, 4], [9, 2, 3, 4], [1, 2, 8, 4], [1, 2, 3, 9], [1, 2, 3, 3]], dtype=np.int32
    )
    assert agreements(contexts, [7, 1, 2, 3, 4], unknown=9).tolist() == [4, 3, 1, 0, 0]
    assert agreements(contexts, [3, 4], unknown=9).tolist() == [2, 2, 1, 0, 0]
    # Two unknown words need not be the same.
    assert agreements(contexts, [1, 2, 3, 9], unknown=9).tolist() == [0] * 5
    assert agreements(contexts, [12, 2, 3, 4], unknown=9).tolist() == [3, 3, 1, 0, 0]
    assert agreements(contexts, [], unknown=9).tolist() == [0] * 5


@given(st.lists(st.integers(0, 6), max_size=900))
def test_the_places_judged_are_those_that_agree_longest_and_a_spread(lengths: list[int]) -> None:
    agreement = np.array(lengths, dtype=np.int64)
    picked = pick_places(agreement)
    assert len(picked) == min(len(lengths), evidence.JUDGED)
    assert (np.diff(picked) > 0).all(), "ascending, none twice"
    longest = sorted(lengths, reverse=True)[: evidence.JUDGED // 2]
    chosen = sorted(agreement[picked].tolist(), reverse=True)
    assert chosen[: len(longest)] == longest


def test_the_spread_reaches_from_end_to_end() -> None:
    picked = pick_places(np.zeros(10_000, dtype=np.int64))
    assert picked[0] == 0
    assert picked[-1] == 9_999
    assert np.diff(picked).max() <= 10_000 / evidence.JUDGED + 1


def remember(text_ids: NDArray[np.int32], chapters: tuple[tuple[str, int, int], ...]) -> Memories:
    """Memories of a text that say nothing."""
    return Memories(
        weights={"network": 1.0},
        text_ids=text_ids,
        chapters=chapters,
    )


def small_novel() -> list[tuple[str, list[str]]]:
    """Parts and lines; neighbouring lines share words, so that a shift by one would be seen."""
    return [
        ("train", ["第一回", "甲 乙 丙 丁", "戊"]),
        ("validation", ["第二回", "己 庚 辛 甲 乙"]),
        ("train", ["第三回", "丙 丁 甲 ，", "乙 。"]),
        ("test", ["甲 甲"]),
    ]


def test_quoted_words_are_those_of_the_novel(tmp_path: Path) -> None:
    """In training chapters, at every place; a word that the vocabulary lacks is spelled too."""
    segmentation = segmentation_of(small_novel())  # type: ignore[arg-type]
    embedding = random_embedding(words=(PARAGRAPH_BREAK, *"甲乙丙戊己庚，。"))  # 丁 is unknown
    windows = window(
        WindowConfig(steps=1),
        segment=segmentation,
        embed=embedding,
        context=context_in(tmp_path),
    )
    memories = remember(training_text(windows), (("第一回", 0, 9), ("第三回", 17, 27)))
    rare = rare_of(segmentation, tokenizer_of(embedding))
    assert rare == ["第一回", "丁", "第三回", "丁"]
    stream = [word for part in segmentation.sections for word in section_words(segmentation, part)]
    for _, start, stop in memories.chapters:
        for position in range(start, stop):
            quote = quote_passage(position, memories, embedding.words, rare, before=3, after=4)
            assert quote.word == stream[position]
            assert list(quote.before) == stream[max(start, position - 3) : position]
            assert list(quote.after) == stream[position + 1 : min(stop, position + 5)]


def test_a_quotation_keeps_to_its_chapter() -> None:
    ids = np.array([0, 1, 2, 3, 9, 9, 4, 5, 9], dtype=np.int32)
    memories = remember(ids, (("第一回", 0, 4), ("第二回", 4, 9)))
    wide = quote_passage(6, memories, WORDS, ["生", "僻", "字"], before=100, after=100)
    assert wide == evidence.Quote(("生", "僻"), WORDS[4], (WORDS[5], "字"))
    bare = quote_passage(4, memories, WORDS, ["生", "僻", "字"], before=0, after=0)
    assert bare == evidence.Quote(before=(), word="生", after=())
