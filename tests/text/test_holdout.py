"""Which chapters are held out."""

from __future__ import annotations

from collections import Counter
from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.artifacts.corpus import Chapter
from pipeline.artifacts.segmentation import Section
from pipeline.errors import DataError
from pipeline.text.chapters.holdout import cut_stretches, divide_parts


def chapters_of(count: int, *, paragraphs: int = 4) -> list[Chapter]:
    return [
        Chapter(f"第{number}回", number * paragraphs, (number + 1) * paragraphs)
        for number in range(count)
    ]


def divided(count: int, *, every: int = 20, validation: int = 7, test: int = 17) -> list[str]:
    sections = divide_parts(
        chapters_of(count), [5] * 4 * count, every=every, validation=validation, test=test
    )
    return [section.part for section in sections]


def indices(parts: list[str], part: str) -> list[int]:
    return [index for index, name in enumerate(parts) if name == part]


def test_of_120_chapters_six_validate_and_six_test() -> None:
    parts = divided(120)
    # DESIGN of the measurements: chapters with (index from 0) mod 20 = 7 and = 17.
    assert indices(parts, "validation") == [7, 27, 47, 67, 87, 107]
    assert indices(parts, "test") == [17, 37, 57, 77, 97, 117]


def test_a_shorter_book_gives_up_one_chapter_for_each() -> None:
    for count in range(10, 20):
        parts = divided(count)
        assert (parts.count("validation"), parts.count("test")) == (1, 1)
        assert parts.count("train") == count - 2
    # 7/20 and 17/20 of the way through ten chapters.
    assert indices(divided(10), "validation") == [3]
    assert indices(divided(10), "test") == [8]


def shares(chapter_sizes: list[int]) -> dict[str, float]:
    """The share of each part in a book of chapters with so many paragraphs of 30 characters."""
    bounds = [0, *accumulate(chapter_sizes)]
    chapters = [Chapter(f"第{n}回", a, b) for n, (a, b) in enumerate(pairwise(bounds))]
    sections = divide_parts(chapters, [30] * bounds[-1], every=20, validation=7, test=17)
    check_cover(sections, bounds[-1])
    parts: Counter[str] = Counter()
    for section in sections:
        parts[section.part] += section.stop - section.start
    return {part: count / bounds[-1] for part, count in parts.items()}


@pytest.mark.parametrize(
    "chapter_sizes",
    [
        [60],
        [30, 30],
        [20, 20, 20],
        [1, 30, 30],
        [5, 5, 200],
        [200, 5, 5],
        [15] * 4,
        [12] * 5,
        [7] * 9,
        [6] * 17 + [400] * 3,
        [3] * 7 + [300] + [3] * 20,
    ],
)
def test_four_fifths_train_whatever_the_chapters_are(chapter_sizes: list[int]) -> None:
    found = shares(chapter_sizes)

    assert found["train"] >= 0.8
    assert min(found["validation"], found["test"]) >= 0.025


def test_pieces_of_a_chapter_are_numbered_and_volumes_named() -> None:
    chapters = [
        Chapter("第一回", 0, 20, "卷一"),
        Chapter("第二回", 20, 30),
        Chapter("尾声", 30, 40),
    ]

    sections = divide_parts(chapters, [9] * 40, every=20, validation=7, test=17)

    # Of 40 paragraphs two each are held out: the eighth stretch of two, and the eighteenth.
    assert [(s.title, s.start, s.stop, s.part) for s in sections] == [
        ("卷一\u3000第一回（1）", 0, 14, "train"),
        ("卷一\u3000第一回（2）", 14, 16, "validation"),
        ("卷一\u3000第一回（3）", 16, 20, "train"),
        ("第二回", 20, 30, "train"),
        ("尾声（1）", 30, 34, "train"),
        ("尾声（2）", 34, 36, "test"),
        ("尾声（3）", 36, 40, "train"),
    ]


@st.composite
def settings_of_holdout(draw: st.DrawFn) -> tuple[int, int, int]:
    every = draw(st.integers(3, 40))
    validation, test = draw(
        st.lists(st.integers(0, every - 1), min_size=2, max_size=2, unique=True)
    )
    return every, validation, test


def check_cover(sections: tuple[Section, ...], paragraphs: int) -> None:
    assert (sections[0].start, sections[-1].stop) == (0, paragraphs)
    assert all(a.stop == b.start for a, b in pairwise(sections))
    assert all(section.start < section.stop for section in sections)
    assert {section.part for section in sections} == {"train", "validation", "test"}


@given(st.integers(3, 60), settings_of_holdout())
def test_chapters_keep_their_order_and_every_part_has_some(
    count: int, holdout: tuple[int, int, int]
) -> None:
    every, validation, test = holdout
    chapters = chapters_of(count)
    sections = divide_parts(
        chapters, [5] * 4 * count, every=every, validation=validation, test=test
    )
    check_cover(sections, 4 * count)
    names = dict.fromkeys(section.title.partition("（")[0] for section in sections)
    assert list(names) == [chapter.title for chapter in chapters]


@given(st.lists(st.integers(1, 300), min_size=3, max_size=80), settings_of_holdout())
def test_a_text_without_chapters_is_cut_into_stretches_that_cover_it(
    sizes: list[int], holdout: tuple[int, int, int]
) -> None:
    every, validation, test = holdout
    whole = [Chapter("全文", 0, len(sizes))]
    sections = divide_parts(whole, sizes, every=every, validation=validation, test=test)
    check_cover(sections, len(sizes))
    assert len(sections) <= max(every, 3)


def test_equal_paragraphs_make_equal_stretches() -> None:
    stretches = cut_stretches([10] * 60, count=20)
    assert [(s.start, s.stop) for s in stretches] == [(3 * i, 3 * i + 3) for i in range(20)]


def test_too_short_a_text_is_refused() -> None:
    with pytest.raises(DataError, match=r"at least 3 paragraphs.* got 2; put line ends"):
        divide_parts([Chapter("全文", 0, 2)], [9, 9], every=20, validation=7, test=17)
