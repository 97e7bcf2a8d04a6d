"""Which chapters are held out."""

from __future__ import annotations

from itertools import pairwise

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


def test_a_short_book_gives_up_one_chapter_for_each() -> None:
    for count in range(3, 20):
        parts = divided(count)
        assert (parts.count("validation"), parts.count("test")) == (1, 1)
        assert parts.count("train") == count - 2
    # 7/20 and 17/20 of the way through ten chapters.
    assert indices(divided(10), "validation") == [3]
    assert indices(divided(10), "test") == [8]


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
    assert [section.title for section in sections] == [chapter.title for chapter in chapters]


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
