"""Running heads of a printed book: the titles at the top or the foot of its pages.

A head stands at the same place of most pages and is the same word for word, but for figures. Left
and right pages may have two, as a title and an author; a chapter's title has the pages of its
chapter, and its first place there is the heading itself.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence, Set
from itertools import pairwise
from statistics import median

from pipeline.chinese import PARAGRAPH_ENDS
from pipeline.text.chapters.headings import is_heading
from pipeline.text.cleaning.lines import Line

ENDS = PARAGRAPH_ENDS + "：:"
_INDENTS = ("\u3000\u3000", "\t", "    ")
_LONGEST = 30  # characters of a head
_FEW_PAGES = 3  # that prove a head that stands on each of them
_PAGES = 6  # that prove heads that differ
_SHARE = 0.6  # of the pages that have a head
_OWN_SHARE = 0.6  # of the places of its words that are heads
_LEAST_APART = 8  # lines with text of a page
_EVEN = 0.2  # of a page: so much more or less it may hold
_EVEN_SHARE = 0.7  # of the pages
_MANY_WORDINGS = 400  # that stand three times; more are no book's heads
_PROSE = 16  # characters of a line that is no verse
_INSIDE = 2  # heads in the middle of a sentence
_FIGURES = re.compile(r"[\s\d０-９·.…|\-—–_]+")


def _next_filled(lines: Sequence[Line], at: int, step: int) -> int | None:
    """Return the place of the next line with text above (-1) or below (1) a place."""
    at += step
    while 0 <= at < len(lines) and not lines[at].text.strip():
        at += step
    return at if 0 <= at < len(lines) else None


def is_inside(lines: Sequence[Line], at: int) -> bool:
    """Return whether the text before a line ends in the middle of a sentence."""
    above = _next_filled(lines, at, -1)
    if above is None or is_heading(lines[above].text):
        return False
    return lines[above].text.rstrip()[-1] not in ENDS


def is_indented(lines: Sequence[Line], at: int) -> bool:
    """Return whether a new paragraph begins below a line."""
    below = _next_filled(lines, at, 1)
    return below is None or lines[below].text.startswith(_INDENTS)


def heads_beside(lines: Sequence[Line], marks: Collection[int]) -> set[int]:
    """Return the places of heads right above or right below the numbers of pages."""
    places: set[int] = set()
    for step in (-1, 1):
        found = (_next_filled(lines, mark, step) for mark in marks)
        beside = {at: text for at in found if at is not None if (text := _wording(lines[at].text))}
        texts = Counter(beside.values())
        often = {t for t, n in texts.items() if n >= max(_FEW_PAGES, _SHARE * len(marks))}
        if often:
            places |= {at for at, text in beside.items() if text in often}
        elif len(marks) >= _PAGES:
            own = _own(lines, beside)
            heads = {at for at, text in beside.items() if text in own}
            if len(heads) >= _SHARE * len(marks):
                places |= _without_headings(lines, heads, set(marks))
    return places


def heads_apart(lines: Sequence[Line]) -> set[int]:
    """Return the places of heads at even distances, some in the middle of a sentence."""
    texts = {at: text for at, line in enumerate(lines) if (text := _wording(line.text))}
    counts = Counter(texts.values())
    often = [text for text, count in counts.most_common() if count >= _FEW_PAGES]
    if not often or len(often) > _MANY_WORDINGS:
        return set()
    filled = _filled_before(lines)
    for wordings in (often, often[:2], often[:1]):
        places = [at for at, text in texts.items() if text in wordings]
        if len(places) >= _PAGES and _are_even([filled[at] for at in places]):
            break
    else:
        return set()
    inside = sum(_splits(lines, at, set()) for at in places)
    return _without_headings(lines, set(places), set()) if inside >= _INSIDE else set()


def _wording(text: str) -> str:
    """Return what a line says but for figures and gaps, or nothing for what is no head."""
    text = text.strip()
    if len(text) > _LONGEST or text[-1:] in ENDS:
        return ""
    return _FIGURES.sub("", text)


def _own(lines: Sequence[Line], beside: Mapping[int, str]) -> set[str]:
    """Return the wordings that stand again and again beside numbers, and hardly elsewhere.

    Of headings all: which of their places are heads, the heading above tells.
    """
    texts = Counter(beside.values())
    everywhere = Counter(text for line in lines if (text := _wording(line.text)) in texts)
    return {
        text
        for text, count in texts.items()
        if is_heading(text) or (count >= _FEW_PAGES and count >= _OWN_SHARE * everywhere[text])
    }


def _without_headings(lines: Sequence[Line], places: set[int], marks: Set[int]) -> set[int]:
    """Return the places but for those where a heading stands for the first time.

    Within a sentence it is none if it stands elsewhere too: its chapter begins on that page.
    """
    elsewhere = {
        _wording(line.text)
        for at, line in enumerate(lines)
        if at not in places and is_heading(line.text)
    }
    above = ""
    heads: set[int] = set()
    for at, line in enumerate(lines):
        heading = is_heading(line.text)
        if not heading and at not in places:
            continue
        text = _wording(line.text)
        early = text in elsewhere and _splits(lines, at, marks)
        if at in places and (text == above or early or not heading):
            heads.add(at)
        elif text:
            above = text
    return heads


def _filled_before(lines: Sequence[Line]) -> list[int]:
    """Return for each line how many with text stand before it."""
    counts: list[int] = []
    count = 0
    for line in lines:
        counts.append(count)
        count += bool(line.text.strip())
    return counts


def _are_even(places: Sequence[int]) -> bool:
    """Return whether most distances are alike, and those of pages."""
    gaps = [second - first for first, second in pairwise(places)]
    usual = median(gaps)
    even = sum(abs(gap - usual) <= max(2, _EVEN * usual) for gap in gaps)
    return usual >= _LEAST_APART and even >= _EVEN_SHARE * len(gaps)


def _splits(lines: Sequence[Line], at: int, marks: Set[int]) -> bool:
    """Return whether a line of prose goes on over a head, and the marks beside it."""
    above, below = _beyond(lines, at, -1, marks), _beyond(lines, at, 1, marks)
    if above is None or below is None or is_heading(lines[above].text):
        return False
    before, after = lines[above].text.strip(), lines[below].text
    return len(before) >= _PROSE and before[-1] not in ENDS and not after.startswith(_INDENTS)


def _beyond(lines: Sequence[Line], at: int, step: int, marks: Set[int]) -> int | None:
    """Return the next place with text that is no mark."""
    place = _next_filled(lines, at, step)
    while place is not None and place in marks:
        place = _next_filled(lines, place, step)
    return place
