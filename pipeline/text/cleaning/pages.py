"""What a printed page leaves between the lines of a text: its number, a rule of dashes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from itertools import pairwise

from pipeline.text.chapters.headings import is_heading
from pipeline.text.cleaning.heads import ENDS, heads_apart, heads_beside, is_indented, is_inside
from pipeline.text.cleaning.lines import Line
from pipeline.text.cuts import Cut
from pipeline.text.gaps import squeezed

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
_LONGEST = 80  # characters of a mark
_BARE = re.compile(r"\s*\d{1,4}\s*")
_RULE = re.compile(r"[\s\-=*_~#+·—─━═＝＊※◇◆☆★○●□■|]+")
_PROSE = frozenset("。！？”")


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
    chapters: some must stand in the middle of a sentence. Heads beside most of them go too, and
    heads at even distances where there are no numbers (`heads`).
    """
    cuts: list[Cut] = []
    lost: set[int] = set()
    for find in (_framed, _bare, _running):
        marks = _apart(lines, find(lines))
        if _are_pages(lines, marks, surely=find is _framed):
            heads = heads_beside(lines, marks)
            places = marks.keys() | heads
            cuts += _cuts(lines, marks, "page mark") + _cuts(lines, heads, "running title")
            lost |= places | _gaps_around(lines, places)
    heads = heads_apart(lines) - lost
    cuts += _cuts(lines, heads, "running title")
    lost |= heads | _gaps_around(lines, heads)
    kept = [line for at, line in enumerate(lines) if at not in lost] if lost else list(lines)
    return kept, sorted(cuts, key=lambda cut: cut.line)


def _cuts(lines: Sequence[Line], places: Iterable[int], reason: str) -> list[Cut]:
    return [Cut(reason, "", lines[at].number, lines[at].text.strip()) for at in places]


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
    """Return place → number of the lines with a number and a title that others have too.

    Or a chapter's title, which stands without the number where the chapter begins.
    """
    found = {
        at: (int(match["page"] or match["first"]), match["title"] or match["behind"])
        for at, line in enumerate(lines)
        if len(line.text) < _LONGEST and (match := _RUNNING.fullmatch(line.text))
    }
    chapters = {squeezed(title) for at, (_, title) in found.items() if is_heading(lines[at].text)}
    if chapters:
        chapters &= {squeezed(line.text) for line in lines if len(line.text) < _LONGEST}
    titles = Counter(title for _, title in found.values())
    return {
        at: page
        for at, (page, title) in found.items()
        if squeezed(title) in chapters
        or (titles[title] >= _MIN_MARKS and not is_heading(lines[at].text))
    }


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
    inside = [at for at in marks if is_inside(lines, at)]
    if surely:
        return bool(inside)
    return sum(not is_indented(lines, at) for at in inside) >= _INSIDE_SHARE * len(marks)


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
            if step < 0 and beside >= 0 and lines[beside].text.rstrip()[-1] in ENDS:
                break
        else:
            gaps.update(around)
    return gaps


def _is_gap(lines: Sequence[Line], at: int, places: Set[int]) -> bool:
    return at in places or not lines[at].text.strip()
