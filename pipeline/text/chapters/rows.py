"""Tables of contents with several chapters in a line: 目录：第一章 夜雨 第二章 归人."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pipeline.text.chapters.contents import LABEL
from pipeline.text.chapters.forms import UNIT, Heading, plain_words
from pipeline.text.chapters.numerals import NUMERAL

_BEGINS = re.compile(rf"第[ \u3000]?{NUMERAL}[ \u3000]?({UNIT})")
_SENTENCE = re.compile("[。；“”]")
_NOT_WORD = re.compile(r"[\W_]+")
_DIGITS = re.compile(r"\d+")
_LEAST = 3  # chapters that make a table
_COVERED = 0.8  # of a row's characters, numbers of pages apart: so many name chapters
_LONGEST = 60  # characters of a heading


def find_rows(paragraphs: Sequence[str], headings: Mapping[int, Heading]) -> frozenset[int]:
    """Return the lines that only name chapters, several in a line, and the label above them.

    What a line names are headings that stand alone in theirs. Each line but a labelled one begins
    with one of 第….
    """
    names: set[str] | None = None
    found: set[int] = set()
    row: list[int] = []
    count = 0
    for index, line in enumerate([*paragraphs, ""]):
        start = _start(line)
        if start is not None:
            names = _names(headings) if names is None else names
            named = _named(line[start:], names)
        if start is None or named is None or (start == 0 and named == 1):
            found.update(row if count >= _LEAST else ())
            row, count = [], 0
        else:
            row.append(index)
            count += named
    return frozenset(found)


def _start(line: str) -> int | None:
    """Return where a line's first entry may begin, None for one that is no row."""
    label = LABEL.match(line)
    if label:
        return label.end()
    twice = _BEGINS.match(line) and len(_BEGINS.findall(line)) > 1
    return 0 if twice and not _SENTENCE.search(line) else None


def _names(headings: Mapping[int, Heading]) -> set[str]:
    """Return the words of the headings that may be entries: no rows themselves."""
    return {
        words
        for heading in headings.values()
        if heading.first is not None
        and len(words := plain_words(heading.title)) > 1
        and len(units := _BEGINS.findall(heading.title)) == len(set(units))
    }


def _named(line: str, names: set[str]) -> int | None:
    """Return how many chapters a line names one after the other; None: it says more than that."""
    words = _NOT_WORD.sub("", line)
    place = count = other = 0
    while place < len(words):
        longest = range(min(_LONGEST, len(words) - place), 1, -1)
        size = next((n for n in longest if words[place : place + n] in names), 0)
        page = None if size else _DIGITS.match(words, place)
        other += size == 0 and page is None
        count += size > 0
        place = page.end() if page else place + max(1, size)
    return count if other <= (1 - _COVERED) * len(words) else None
