"""A book that is a single line, parted where its chapters' headings stand in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice, pairwise

from pipeline.chinese import PARAGRAPH_ENDS
from pipeline.text.chapters.headings import is_heading
from pipeline.text.chapters.numerals import NUMERAL, number
from pipeline.text.cleaning.lines import Line
from pipeline.text.cuts import Cut

_LEAST = 2000  # characters of a book
_SHORT = 200  # characters that may stand in other lines: a title, an author
_ENOUGH = 2  # headings
_MAX_STEP = 3  # from number to number: one may be lost
_SHARE = 0.8  # of what looks like a heading
_PAGE = 500  # characters from one heading to the next
_ENDS = PARAGRAPH_ENDS + "）】"
_GAP = r"[ \t\xa0\u3000]"
_HEADING = re.compile(
    rf"(?:^|(?<=[{_ENDS}])|(?<={_GAP}))第(?P<number>{NUMERAL})[章回节節]"
    rf"(?:{_GAP}*[^\s{_ENDS}，、；：“‘「『]{{1,20}}(?={_GAP})|(?={_GAP}))"
)


def is_single_line(texts: Sequence[str]) -> bool:
    """Return whether a text is one long line, but for a title and the like."""
    filled = [*islice((text for text in texts if text.strip()), 10)]
    longest = max(map(len, filled), default=0)
    return len(filled) < 10 and longest >= _LEAST and sum(map(len, filled)) - longest <= _SHORT


def part_at_headings(lines: Sequence[Line]) -> tuple[list[Line], list[Cut]]:
    """Return the lines, a book's single one parted before and behind its headings.

    They stand behind the end of a sentence or a gap and before a gap, their numbers rise step by
    step, and between them are pages; else nothing is done. A gap that follows a title is taken for
    its end: 第一章 灯 青棠…. Nothing is cut.
    """
    if not is_single_line([line.text for line in lines]):
        return list(lines), []
    return [Line(line.number, piece) for line in lines for piece in _parted(line.text)], []


def _parted(text: str) -> list[str]:
    found = [match for match in _HEADING.finditer(text) if is_heading(match.group())]
    headings = found[:1]
    for match in found[1:]:
        step = number(match["number"]) - number(headings[-1]["number"])
        if 1 <= step <= _MAX_STEP and match.start() - headings[-1].end() >= _PAGE:
            headings.append(match)
    if len(headings) < _ENOUGH or len(headings) < _SHARE * len(found):
        return [text]
    bounds = [0, *(place for match in headings for place in match.span()), len(text)]
    return [text[a:b] for a, b in pairwise(bounds)]
