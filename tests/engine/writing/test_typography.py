"""Marks in order: roles, habits learnt from a text, and what no written text ever shows."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from writers import GREEDY, HOT, PLAIN, WORDS, ids_of, model_of, text_of, written

from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.engine.writing.constraints.draft import Draft, follow
from pipeline.engine.writing.constraints.marks import PAIRS, Role, find_marks, role_of
from pipeline.engine.writing.constraints.typography import out_of_line, out_of_place
from pipeline.engine.writing.options import BARE, WritingOptions
from pipeline.engine.writing.sampling import Sampling


@pytest.mark.parametrize(
    ("word", "role"),
    [
        ("，", Role.PAUSE),
        (":", Role.PAUSE),
        ("．", Role.END),  # one edition's full stop
        ("！？", Role.END),
        ("……", Role.LONG),
        ("“", Role.OPENING),
        ("》", Role.CLOSING),
        ('"', Role.STRAIGHT),
        (PARAGRAPH_BREAK, Role.BREAK),
        ("*", Role.OTHER),
        ("宝玉", Role.WORD),
        ("3.5", Role.WORD),
        ("。”", Role.OTHER),
    ],
)
def test_roles(word: str, role: Role) -> None:
    assert role_of(word) is role


def test_a_straight_mark_closes_curly_ones_and_opens_where_there_are_none() -> None:
    both = find_marks(["“", "”", '"', "甲"])
    assert both.closers[0].tolist() == [1, 2]
    assert 2 not in both.closers

    alone = find_marks(['"', "甲"])
    assert alone.closers[0].tolist() == [0]


def test_a_novels_own_pairs_are_learnt_from_its_text() -> None:
    # One edition of 红楼梦 prints `好- for ‘好’. The words in between are fewer than those outside.
    words = ["`", "-", "甲", "乙", "*"]
    text = np.array([2, 3, 2, 3, 0, 2, 1, 3] * 20 + [4, 4], dtype=np.int32)

    marks = find_marks(words, text)

    assert {a: b.tolist() for a, b in marks.closers.items()} == {0: [1]}
    assert (marks.roles[0], marks.roles[1]) == (Role.OPENING, Role.CLOSING)
    assert find_marks(words).closers == {}, "no list knows them"
    assert find_marks(words, text[:100]).closers == {}, "too few to be sure"
    shuffled = np.random.default_rng(0).permutation(text)
    assert find_marks(words, shuffled).closers == {}


def test_marks_that_come_in_twos_are_learnt_from_the_text() -> None:
    words = ["…", "—", "甲"]
    text = np.array([2, 0, 0, 2, 1, 2, 1, 1, 2] * 10, dtype=np.int32)

    assert find_marks(words, text).twofold == {0}
    assert find_marks(words).twofold == frozenset()


def barred_after(text: str) -> set[str]:
    """What may not stand after a text."""
    marks = find_marks(WORDS)
    draft = Draft(WORDS, marks, WritingOptions())
    for word_id in ids_of(text):
        follow(draft, word_id)
    arrays = [out_of_place(draft), *out_of_line(draft)]
    return {WORDS[number] for array in arrays for number in array.tolist()}


CLOSING = set("”’》）")
STOPS = set("，：。！？")


@pytest.mark.parametrize(
    ("text", "barred"),
    [
        ("一丁", CLOSING),  # nothing is open
        ("一，丁", CLOSING | {PARAGRAPH_BREAK}),  # a sentence has begun and is not over
        ("一，丁\n七", CLOSING),  # what may be a heading
        ("一，", CLOSING | STOPS | {PARAGRAPH_BREAK}),
        ("一：", CLOSING | STOPS),  # a colon may introduce a paragraph
        ("一。", CLOSING | STOPS),
        ("一。\n", CLOSING | STOPS | {PARAGRAPH_BREAK}),
        ("一：“", CLOSING | STOPS | {"“", PARAGRAPH_BREAK}),
        ("一：“丁", CLOSING - {"”"} | {"“", PARAGRAPH_BREAK}),
        ("一：“丁，", CLOSING - {"”"} | STOPS | {"“", PARAGRAPH_BREAK}),
        ("一：“丁‘七", CLOSING - {"’"} | {"“", "‘", PARAGRAPH_BREAK}),
        ("一：“丁‘七’", CLOSING - {"”"} | {"“", PARAGRAPH_BREAK}),
        ("“一。”", CLOSING | STOPS),  # the sentence has ended inside
        ("“一”", CLOSING),  # a quoted word; the sentence goes on
        ("“一\n丁", CLOSING),  # a paragraph ends what is open
        ("一…", CLOSING),
        ("一……", CLOSING | {"…"}),
    ],
)
def test_what_may_not_stand_next(text: str, barred: set[str]) -> None:
    assert barred_after(text) == barred


def faults(text: str) -> list[str]:
    """What is wrong in a text, by a reader that shares no code with the writer."""
    found = []
    for paragraph in text.split("\n"):
        opened: list[str] = []
        if paragraph[:1] in {*STOPS, *CLOSING}:
            found.append(f"starts with {paragraph[0]}")
        for character in paragraph:
            if character in PAIRS:
                opened.append(PAIRS[character])
            elif character in CLOSING and (not opened or opened.pop() != character):
                found.append(f"{character} closes nothing")
        found += [f"{character} missing" for character in opened]
    found += [a + b for a, b in pairwise(text) if {a, b} <= STOPS]
    return found


@settings(deadline=None, max_examples=30)
@given(
    st.integers(0, 20),
    st.sampled_from([GREEDY, PLAIN, HOT, Sampling()]),
    st.sampled_from(["一丁", "一：“丁", "一，‘丁《七", "“一”"]),
)
def test_a_written_text_keeps_its_marks_in_order(seed: int, how: Sampling, phrase: str) -> None:
    text = text_of(
        written(model_of(seed), WritingOptions(words=60), seed_ids=ids_of(phrase), sampling=how)
    )

    assert faults(phrase + text) == []
    assert text.rstrip("”’》）")[-1] in "。！？…"


def test_the_bare_model_does_not() -> None:
    bare = WritingOptions(**{**vars(BARE), "words": 60})
    texts = [text_of(written(model_of(seed), bare, sampling=HOT)) for seed in range(5)]

    assert all(faults(text) for text in texts), "else the test above proves nothing"


def test_a_quotation_does_not_last_for_ever() -> None:
    # Three context lengths (5 words) after it was opened, a quotation ends with its sentence.
    words = (PARAGRAPH_BREAK, *"，。“”", *WORDS[20:])
    long = 0
    for seed in range(8):
        text = text_of(written(model_of(seed, words), WritingOptions(words=120), sampling=HOT))
        quotations = [part.partition("”")[0] for part in text.split("“")[1:]]
        assert all("。" not in quotation[15:-1] for quotation in quotations)
        long += sum(len(quotation) > 15 for quotation in quotations)
    assert long, "else this proves nothing"


def test_what_comes_in_twos_is_written_in_twos() -> None:
    text = np.array(ids_of("一……丁") * 10, dtype=np.int32)
    runs = [
        run
        for seed in range(6)
        for run in "".join(
            c if c == "…" else " "
            for c in text_of(
                written(model_of(seed, text_ids=text), WritingOptions(words=80), sampling=HOT)
            )
        ).split()
    ]

    assert set(runs) == {"……"}
