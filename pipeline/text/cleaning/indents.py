"""Paragraphs that were put into one line, parted again where their indents stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline.chinese import SENTENCE_ENDS
from pipeline.text.chapters.headings import is_heading
from pipeline.text.cleaning.lines import Line

_INDENT = re.compile("(?<=\\S)\u3000{2,}(?=\\S)")
_ENDS = SENTENCE_ENDS + "!?…”」』）】：—"
_HABIT = 3  # indents after the end of a sentence; fewer are no habit
_HEADING = 60  # characters of one
_GLUED = re.compile(f"(?<=[{_ENDS}])第[^{_ENDS}]{{1,40}}$")
_SHARE = 0.5  # of all indents inside lines, or they are gaps in verse and tables


def part_at_indents(lines: Sequence[Line]) -> list[Line]:
    """Return lines parted where an indent follows the end of a sentence or a heading.

    Nothing is done in a text where most gaps inside lines are others.
    """
    inside = [line for line in lines if "\u3000\u3000" in line.text.strip()]
    gaps = [
        _is_end(line.text[max(0, gap.start() - _HEADING) : gap.start()])
        for line in inside
        for gap in _INDENT.finditer(line.text)
    ]
    if sum(gaps) < _HABIT or sum(gaps) < _SHARE * len(gaps):
        return list(lines)
    return [Line(line.number, piece) for line in lines for piece in _parted(line.text)]


def _parted(text: str) -> Iterator[str]:
    """Yield the paragraphs of a line; a heading may stand right behind the end of a sentence."""
    done = 0
    for gap in _INDENT.finditer(text):
        near = max(done, gap.start() - _HEADING)
        if not _is_end(text[near : gap.start()]):
            heading = _GLUED.search(text, near, gap.start())
            if heading is None or not is_heading(text[heading.start() : gap.start()]):
                continue
            yield text[done : heading.start()]
            done = heading.start()
        yield text[done : gap.start()]
        done = gap.start()
    yield text[done:]


def _is_end(before: str) -> bool:
    """Return whether a paragraph ends before a gap: a sentence has ended, or it is a heading."""
    return before[-1] in _ENDS or (len(before) < _HEADING and is_heading(before.strip()))
