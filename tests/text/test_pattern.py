"""A book's own form of headings."""

from __future__ import annotations

import re
import time

import pytest

from pipeline.errors import SettingsError
from pipeline.stages.fetch import FetchConfig
from pipeline.text.chapters import pattern as module
from pipeline.text.chapters.chapters import divide
from pipeline.text.chapters.pattern import compile_pattern, read_own

BODY = ["她在灯下坐了很久，听见雨落在瓦上。" * 5, "天黑了。"]
BOOK = [line for n in "甲乙丙" for line in (f"○{n}夜", "第一章\u3000雪", *BODY)]


def test_a_books_own_headings_are_found() -> None:
    division = divide(BOOK, pattern=compile_pattern("○[甲乙丙]"))

    assert [chapter.title for chapter in division.chapters] == ["○甲夜", "○乙夜", "○丙夜"]
    assert division.paragraphs == tuple(BOOK)
    assert not division.undivided


def test_a_pattern_that_matches_nothing_says_so() -> None:
    division = divide(BOOK, pattern=compile_pattern("卯"))

    assert division.undivided
    assert [chapter.title for chapter in division.chapters] == ["全文"]


def test_a_pattern_of_volumes_makes_chapters_of_them() -> None:
    paragraphs = [line for n in "一二三" for line in (f"卷{n}", *BODY * 4)]

    division = divide(paragraphs, pattern=compile_pattern("卷."))

    assert [(c.title, c.volume) for c in division.chapters] == [(f"卷{n}", "") for n in "一二三"]


def test_long_lines_are_no_headings() -> None:
    assert read_own(["第" + "字" * 60, "第一"], re.compile("第")).keys() == {1}


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("[", "expected a regular expression"),
        ("(?P<n>", "expected a regular expression"),
        ("a{99999999999}", "expected a regular expression"),
        (".*", "matches an empty line"),
        ("(?:第.章)?", "matches an empty line"),
        ("(?:a+)+b", "repeats a group"),
        ("(a|aa)+b", "repeats a group"),
        ("((a)*b){2,9}", "repeats a group"),
        ("(.{1,9}){1,9}章", "repeats a group"),
        ("第.*.*.*.*.*.*章", "at most 5 repeats"),
    ],
)
def test_patterns_that_cannot_be_used_are_refused(pattern: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        compile_pattern(pattern)
    with pytest.raises(ValueError, match=message):
        FetchConfig(headings=pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "第.{1,9}[章回]",
        "(?:第|卷).",
        r"\(+\d",
        "[)+*(|]第",
        "(雪)+",
        "第(?:一|二)?章",
        "(?i)part",
        r"a\|b",
    ],
)
def test_patterns_that_can_be_used(pattern: str) -> None:
    assert compile_pattern(pattern).pattern == pattern
    assert FetchConfig(headings=pattern).headings == pattern


def test_matching_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_SECONDS", 0.0)
    started = time.monotonic()

    with pytest.raises(SettingsError, match=r"quick to match, got 'a\.\*b', which took more than"):
        read_own(["a" * 50] * 100_000, re.compile("a.*b"))

    assert time.monotonic() - started < 5
