"""Paragraphs that were put into one line, parted again where their line ends or indents stood."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from pipeline.chinese import PARAGRAPH_ENDS
from pipeline.text.chapters.headings import is_heading
from pipeline.text.cleaning.lines import Line
from pipeline.text.cuts import Cut

_PAGE = r"(?!\d{1,4}\s*$)"  # a number at the end of a line is a page's, behind its running head
_INDENT = re.compile("(?<=\\S)\u3000{2,}(?=\\S)" + _PAGE)
# What parts only a text whose lines nothing else ends:
_GAP = re.compile("(?<=\\S)(?: {4}| ?\xa0 ?\xa0| {0,3}\t)[ \xa0\t\u3000]*+(?=\\S)" + _PAGE)
_WRITTEN_END = re.compile(r"(?:\\[nr])+(?:\\t)*")  # \n as two characters
_ENDS = PARAGRAPH_ENDS + "）】：—"
_HABIT = 3  # indents after the end of a sentence; fewer are no habit
_HEADING = 60  # characters of one
_GLUED = re.compile(f"(?<=[{_ENDS}])第[^{_ENDS}]{{1,40}}$")
_SHARE = 0.5  # of all indents inside lines, or they are gaps in verse and tables


def part_at_written_ends(lines: Sequence[Line]) -> tuple[list[Line], list[Cut]]:
    r"""Return lines parted where `\n` is written out, and a cut for each line that it stood in.

    Nothing is done where it does not end the book's lines: most are behind the end of a sentence or
    a heading, and there are no more lines than of these.
    """
    if not _ends_paragraphs(lines, _WRITTEN_END, ("\\n", "\\r"), alone=True):
        return list(lines), []
    parted = [Line(line.number, piece) for line in lines for piece in _WRITTEN_END.split(line.text)]
    found = ((line, _WRITTEN_END.search(line.text)) for line in lines)
    return parted, [Cut("line end", "", line.number, end.group()) for line, end in found if end]


def part_at_indents(lines: Sequence[Line]) -> tuple[list[Line], list[Cut]]:
    """Return lines parted where an indent follows the end of a sentence or a heading.

    Nothing is done in a text where most gaps inside lines are others. Spaces and tabs part only
    what has no other line ends; then there is a cut for each line that they stood in.
    """
    cuts: list[Cut] = []
    if _ends_paragraphs(lines, _INDENT, ("\u3000\u3000",), alone=False):
        lines = [
            Line(line.number, piece) for line in lines for piece in _parted(line.text, _INDENT)
        ]
    if _ends_paragraphs(lines, _GAP, ("    ", "\t", "\xa0"), alone=True):
        found = ((line, _GAP.search(line.text)) for line in lines)
        cuts = [Cut("line end", "", line.number, _spell(gap.group())) for line, gap in found if gap]
        lines = [Line(line.number, piece) for line in lines for piece in _parted(line.text, _GAP)]
    return list(lines), cuts


def _ends_paragraphs(
    lines: Sequence[Line], pattern: re.Pattern[str], hints: Sequence[str], *, alone: bool
) -> bool:
    """Return whether what a pattern finds stands where paragraphs end.

    All that it finds holds one of the `hints`. `alone` says that there must be no more lines than
    of these ends.
    """
    texts = (line.text.strip() for line in lines)
    hinted = [text for text in texts if any(map(text.__contains__, hints))]
    ends = [
        _is_end(text[max(0, gap.start() - _HEADING) : gap.start()])
        for text in hinted
        for gap in pattern.finditer(text)
    ]
    if sum(ends) < _HABIT or sum(ends) < _SHARE * len(ends):
        return False
    filled = (line for line in lines if line.text.strip())
    return not alone or next(islice(filled, sum(ends), None), None) is None


def _spell(gap: str) -> str:
    return " ".join(f"U+{ord(character):04X}" for character in dict.fromkeys(gap))


def _parted(text: str, pattern: re.Pattern[str]) -> Iterator[str]:
    """Yield the paragraphs of a line; a heading may stand right behind the end of a sentence."""
    done = 0
    for gap in pattern.finditer(text):
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
    return before[-1:] in _ENDS or (len(before) < _HEADING and is_heading(before.strip()))
