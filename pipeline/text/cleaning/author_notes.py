"""Authors' notes between chapters: 作者有话说, and what follows up to the next heading."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile

from pipeline.text.chapters.headings import is_heading
from pipeline.text.cleaning.lines import Line
from pipeline.text.cleaning.signs import fold
from pipeline.text.cleaning.voices import tells

_MAX_NOTE = 1_500  # characters of an author's note at the end of a chapter
_NOTE_HEAD = re.compile(r"[\W_]*作者(?:有话(?:要)?说|的话)[\W_]{0,3}(?:[:：].*)?", re.DOTALL)
OPENING = '“「『‘"'  # dialogue is no author's note


def find_notes(lines: Sequence[Line], folded: Mapping[int, str]) -> set[int]:
    """Return the places of authors' notes: 作者有话说, and what follows up to the next chapter.

    One that is longer than a note is, is none: only its label goes then, as other lines do.
    """
    places: set[int] = set()
    begin = stop = size = 0  # a stretch without a heading, and its characters: it only moves on
    for start, text in folded.items():
        if start in places or "作者" not in text or not _NOTE_HEAD.fullmatch(text.strip()):
            continue
        size = sum(-len(lines[at].text) for at in range(begin, start)) + size if start < stop else 0
        begin, stop = start, max(start, stop)
        while stop < len(lines) and size <= _MAX_NOTE and not is_heading(lines[stop].text):
            size += len(lines[stop].text)
            stop += 1
        block = [at for at in range(start, stop) if lines[at].text.strip()]
        told = any(lines[at].text.strip()[0] in OPENING for at in block)
        if size <= _MAX_NOTE and not told and not _opens_chapter(lines, start):
            places.update(_own(block, lines))
    return places


def _own(block: Sequence[int], lines: Sequence[Line]) -> Iterator[int]:
    """Yield the places of a note's lines: from where a line tells a story, all is the story's."""
    return takewhile(lambda at: at == block[0] or not tells(fold(lines[at].text)), block)


def _opens_chapter(lines: Sequence[Line], at: int) -> bool:
    """Return whether what stands before a line is a heading: then a whole chapter may follow."""
    while at and not lines[at - 1].text.strip():
        at -= 1
    return at > 0 and is_heading(lines[at - 1].text)
