"""Chapters in numbered parts, and pages with the chapter's title and a number."""

from __future__ import annotations

import pytest
from test_habits import NUMBERS, TITLES, book, read, titles


@pytest.mark.parametrize("form", ["第{}章 {} {}", "第{}章 {}-{}", "第{}章 {}·{}", "{}、{} {}"])
@pytest.mark.parametrize("contents", [False, True], ids=["", "contents"])
def test_a_part_with_a_gap_before_its_number_opens_its_own(form: str, *, contents: bool) -> None:
    headings = [form.format(NUMBERS[n // 2], TITLES[n // 2], n % 2 + 1) for n in range(8)]
    table = ["目录", *headings] if contents else []

    division = read("\n".join([*table, book(headings)]))

    assert [chapter.title.replace("\u3000", " ") for chapter in division.chapters] == headings
    assert [cut.reason for cut in division.cuts] == ["contents"] * len(table)


def test_numbers_that_go_on_from_chapter_to_chapter_are_pages() -> None:
    lines = [f"第{NUMBERS[n // 3]}章 {TITLES[n // 3]} {n + 1}" for n in range(12)]

    assert titles(book(lines)) == lines[::3]
    assert [cut.reason for cut in read(book(lines)).cuts] == ["running title"] * 8


def test_the_pages_of_a_table_are_no_parts() -> None:
    headings = [f"第{NUMBERS[n]}章 {TITLES[n]}" for n in range(6)]
    table = [f"{heading} {9 * n + 1}" for n, heading in enumerate(headings)]

    division = read("\n".join(["目录", *table, book(headings)]))

    assert [chapter.title.replace("\u3000", " ") for chapter in division.chapters] == headings
    assert len(division.cuts) == 7
