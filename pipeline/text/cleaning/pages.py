"""What a printed page leaves between the lines of a text: its number, a rule of dashes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from pipeline.chinese import SENTENCE_ENDS
from pipeline.text.cleaning.lines import Line
from pipeline.text.cuts import Cut

_MIN_MARKS = 3  # fewer numbers are no habit
_MAX_STEP = 3  # pages from one mark to the next; a page may have lost its own
_RISING_SHARE = 0.8  # of the steps from mark to mark
_INSIDE_SHARE = 0.3  # of bare numbers that stand in the middle of a sentence
_FRAME = r"[\s·•\-—–~～=*_|.…【】\[\]()（）<>〈〉/]"
_PAGE = re.compile(rf"{_FRAME}*(?:第|[Pp](?:age)?\.?)?{_FRAME}*(\d{{1,4}}){_FRAME}*页?{_FRAME}*")
_BARE = re.compile(r"\s*\d{1,4}\s*")
_RULE = re.compile(r"[\s\-=*_~#+·—─━═＝＊※◇◆☆★○●□■|]+")
_ENDS = SENTENCE_ENDS + "!?…”」』：:"


def is_rule(text: str) -> bool:
    """Return whether a line is a rule of dashes or stars; dots and dashes alone are speech."""
    text = text.strip()
    return len(text) >= 2 and bool(_RULE.fullmatch(text)) and not re.fullmatch(r"[·—]+", text)


def cut_page_marks(lines: Sequence[Line]) -> tuple[list[Line], list[Cut]]:
    """Return the lines without page numbers and without the empty lines around them.

    Page numbers are lines with nothing but a number, which grows by one from mark to mark. Those
    that have no sign around them could head chapters: some must stand in the middle of a sentence.
    """
    cuts: list[Cut] = []
    lost: set[int] = set()
    for framed in (True, False):
        marks = _marks(lines, framed=framed)
        if _are_pages(lines, marks, framed=framed):
            cuts += [Cut("page mark", "", lines[at].number, lines[at].text.strip()) for at in marks]
            for at in marks:
                lost.update(_with_gaps(lines, at))
    kept = [line for at, line in enumerate(lines) if at not in lost] if lost else list(lines)
    return kept, sorted(cuts, key=lambda cut: cut.line)


def _marks(lines: Sequence[Line], *, framed: bool) -> dict[int, int]:
    """Return place → number of the lines that are nothing but a number."""
    found = {
        at: int(match[1])
        for at, line in enumerate(lines)
        if len(line.text) < 80 and (match := _PAGE.fullmatch(line.text))
    }
    bare = {at for at in found if _BARE.fullmatch(lines[at].text)}
    return {at: number for at, number in found.items() if (at in bare) != framed}


def _are_pages(lines: Sequence[Line], marks: dict[int, int], *, framed: bool) -> bool:
    """Return whether numbers rise as those of pages do, and stand where pages end."""
    if len(marks) < _MIN_MARKS:
        return False
    steps = [second - first for first, second in pairwise(marks.values())]
    if sum(1 <= step <= _MAX_STEP for step in steps) < _RISING_SHARE * len(steps):
        return False
    inside = sum(_is_inside(lines, at) for at in marks)
    return inside >= _INSIDE_SHARE * len(marks) or (framed and inside > 0)


def _is_inside(lines: Sequence[Line], at: int) -> bool:
    """Return whether the text before a line ends in the middle of a sentence."""
    above = at - 1
    while above >= 0 and not lines[above].text.strip():
        above -= 1
    return above >= 0 and lines[above].text.rstrip()[-1] not in _ENDS


def _with_gaps(lines: Sequence[Line], at: int) -> set[int]:
    """Return the places of a page mark and of the empty lines around it.

    They stay where the sentence before it has ended: a paragraph may end there too.
    """
    if not _is_inside(lines, at):
        return {at}
    gaps = {at}
    for step in (-1, 1):
        beside = at + step
        while 0 <= beside < len(lines) and not lines[beside].text.strip():
            gaps.add(beside)
            beside += step
    return gaps
