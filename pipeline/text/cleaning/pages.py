"""What a printed page leaves between the lines of a text: its number, a rule of dashes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from itertools import pairwise

from pipeline.chinese import SENTENCE_ENDS
from pipeline.text.chapters.headings import is_heading
from pipeline.text.cleaning.lines import Line
from pipeline.text.cuts import Cut

_MIN_MARKS = 3  # fewer numbers are no habit
_MAX_STEP = 3  # pages from one mark to the next; a page may have lost its own
_RISING_SHARE = 0.8  # of the steps from mark to mark
_INSIDE_SHARE = 0.3  # of bare numbers that stand in the middle of a sentence
_FRAME = r"[\s·•\-‐‑‒–—―─－﹣~～=*_|.…【】\[\]()（）<>〈〉/]"
_PAGE = re.compile(
    rf"{_FRAME}*(?:第|[Pp](?:age)?\.?)?{_FRAME}*(?P<page>\d{{1,4}}){_FRAME}*页?"
    rf"(?:{_FRAME}*[/／共]{_FRAME}*(?P<all>\d{{1,4}}){_FRAME}*页?)?{_FRAME}*"
)
_GAP = r"[\s·|…]{2,}|[\u3000\t]"
_RUNNING = re.compile(
    rf"\s*(?:(?P<title>[^\s\d][^\n]{{0,28}}?)(?:{_GAP})(?P<page>\d{{1,4}})"
    rf"|(?P<first>\d{{1,4}})(?:{_GAP})(?P<behind>[^\s\d][^\n]{{0,28}}?))\s*"
)
_INDENTS = ("\u3000\u3000", "\t", "    ")
_LONGEST = 80  # characters of a mark
_TITLE = 30  # characters of a title that stands on every page
_BESIDE_SHARE = 0.6  # of the marks that it stands beside
_BARE = re.compile(r"\s*\d{1,4}\s*")
_RULE = re.compile(r"[\s\-=*_~#+·—─━═＝＊※◇◆☆★○●□■|]+")
_PROSE = frozenset("。！？”")
_ENDS = SENTENCE_ENDS + "!?…”」』：:"


def is_rule(text: str) -> bool:
    """Return whether a line is a rule of dashes or stars; dots and dashes alone are speech."""
    if text[-1:] in _PROSE:  # told at once, as most lines are no rules
        return False
    text = text.strip()
    return len(text) >= 2 and bool(_RULE.fullmatch(text)) and not re.fullmatch(r"[·—]+", text)


def cut_page_marks(lines: Sequence[Line]) -> tuple[list[Line], list[Cut]]:
    """Return the lines without page numbers and without the empty lines around them.

    Page numbers are lines with nothing but a number, or a number and the book's title, which grows
    by one from mark to mark, with text between. Those that have no sign around them could head
    chapters: some must stand in the middle of a sentence. A title of its own line beside most of
    them goes too.
    """
    cuts: list[Cut] = []
    lost: set[int] = set()
    for find in (_framed, _bare, _running):
        marks = _apart(lines, find(lines))
        if _are_pages(lines, marks, surely=find is _framed):
            places = marks.keys() | _titles_beside(lines, marks)
            cuts += [
                Cut("page mark", "", lines[at].number, lines[at].text.strip()) for at in places
            ]
            lost |= places | _gaps_around(lines, places)
    kept = [line for at, line in enumerate(lines) if at not in lost] if lost else list(lines)
    return kept, sorted(cuts, key=lambda cut: cut.line)


def _bare(lines: Sequence[Line]) -> dict[int, int]:
    """Return place → number of the lines that are digits only."""
    return {at: int(line.text) for at, line in enumerate(lines) if _BARE.fullmatch(line.text)}


def _framed(lines: Sequence[Line]) -> dict[int, int]:
    """Return place → number of the lines that are a number with signs around it: - 3 -, 3/40."""
    found = {
        at: (int(match["page"]), int(match["all"] or 0))
        for at, line in enumerate(lines)
        if len(line.text) < _LONGEST
        and (match := _PAGE.fullmatch(line.text))
        and not _BARE.fullmatch(line.text)
    }
    totals = Counter(total for _, total in found.values())
    return {
        at: page
        for at, (page, total) in found.items()
        if not total or (page <= total and totals[total] >= _MIN_MARKS)
    }


def _running(lines: Sequence[Line]) -> dict[int, int]:
    """Return place → number of the lines with a number and a title that others have too."""
    found = {
        at: (int(match["page"] or match["first"]), match["title"] or match["behind"])
        for at, line in enumerate(lines)
        if len(line.text) < _LONGEST
        and (match := _RUNNING.fullmatch(line.text))
        and not is_heading(line.text)
    }
    titles = Counter(title for _, title in found.values())
    return {at: page for at, (page, title) in found.items() if titles[title] >= _MIN_MARKS}


def _apart(lines: Sequence[Line], marks: Mapping[int, int]) -> dict[int, int]:
    """Return the marks that have text between them: whoever counts in a story has none."""
    counting: set[int] = set()
    for first, second in pairwise(marks):
        if not any(lines[at].text.strip() for at in range(first + 1, second)):
            counting.update((first, second))
    return {at: number for at, number in marks.items() if at not in counting}


def _are_pages(lines: Sequence[Line], marks: Mapping[int, int], *, surely: bool) -> bool:
    """Return whether numbers rise as those of pages do, and stand where pages end.

    `surely` is no heading what looks like these marks.
    """
    if len(marks) < _MIN_MARKS:
        return False
    steps = [second - first for first, second in pairwise(marks.values())]
    if sum(1 <= step <= _MAX_STEP for step in steps) < _RISING_SHARE * len(steps):
        return False
    inside = [at for at in marks if _is_inside(lines, at)]
    if surely:
        return bool(inside)
    return sum(not _is_indented(lines, at) for at in inside) >= _INSIDE_SHARE * len(marks)


def _titles_beside(lines: Sequence[Line], marks: Mapping[int, int]) -> set[int]:
    """Return the places of a title that stands on every page, above its number or below it."""
    places: set[int] = set()
    for step in (-1, 1):
        beside = [at for mark in marks if (at := _next_filled(lines, mark, step)) is not None]
        texts = Counter(lines[at].text.strip() for at in beside)
        often = {
            text
            for text, count in texts.items()
            if count >= max(_MIN_MARKS, _BESIDE_SHARE * len(marks)) and len(text) <= _TITLE
        }
        places.update(at for at in beside if lines[at].text.strip() in often)
    return places


def _next_filled(lines: Sequence[Line], at: int, step: int) -> int | None:
    """Return the place of the next line with text above (-1) or below (1) a place."""
    at += step
    while 0 <= at < len(lines) and not lines[at].text.strip():
        at += step
    return at if 0 <= at < len(lines) else None


def _is_inside(lines: Sequence[Line], at: int) -> bool:
    """Return whether the text before a line ends in the middle of a sentence."""
    above = _next_filled(lines, at, -1)
    if above is None or is_heading(lines[above].text):
        return False
    return lines[above].text.rstrip()[-1] not in _ENDS


def _is_indented(lines: Sequence[Line], at: int) -> bool:
    """Return whether a new paragraph begins below a line."""
    below = _next_filled(lines, at, 1)
    return below is None or lines[below].text.startswith(_INDENTS)


def _gaps_around(lines: Sequence[Line], places: Set[int]) -> set[int]:
    """Return the places of the empty lines around page marks.

    They stay where the sentence before them has ended: a paragraph may end there too.
    """
    gaps: set[int] = set()
    for at in places:
        around: list[int] = []
        for step in (-1, 1):
            beside = at + step
            while 0 <= beside < len(lines) and _is_gap(lines, beside, places):
                around.append(beside)
                beside += step
            if step < 0 and beside >= 0 and lines[beside].text.rstrip()[-1] in _ENDS:
                break
        else:
            gaps.update(around)
    return gaps


def _is_gap(lines: Sequence[Line], at: int, places: Set[int]) -> bool:
    return at in places or not lines[at].text.strip()
