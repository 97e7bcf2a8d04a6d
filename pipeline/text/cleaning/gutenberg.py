"""Project Gutenberg's header and licence around a text, or around each of several in one file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline.chinese import count_chinese, has_chinese
from pipeline.text.cleaning.lines import Line
from pipeline.text.cuts import Cut

_REASON = "licence"
_START = re.compile(r"\*\*\*\s*START OF (?:THE|THIS) PROJECT GUTENBERG", re.IGNORECASE)
_END = re.compile(
    r"\*\*\*\s*END OF (?:THE|THIS) PROJECT GUTENBERG|^\s*End of (?:the )?Project Gutenberg",
    re.IGNORECASE,
)
_OTHER_TEXT = 500  # Chinese characters outside the marks that are no header: another text


def cut_gutenberg(lines: Sequence[Line]) -> tuple[list[Line], list[Cut]]:
    """Return the lines between Project Gutenberg's marks, and the blocks outside them."""
    kept: list[Line] = []
    cuts: list[Cut] = []
    for block, inside in _blocks(lines):
        for lost, part in [(False, block)] if inside else _outside(block):
            if not lost:
                kept += part
            elif text := "\n".join(line.text for line in part).strip():
                first = next(line for line in part if line.text.strip())
                cuts.append(Cut(_REASON, "", first.number, text))
    return kept, cuts


def _blocks(lines: Sequence[Line]) -> Iterator[tuple[list[Line], bool]]:
    """Yield stretches of lines, and whether they are inside the marks; the marks are outside."""
    marks = [
        (place, _START.search(line.text) is not None)
        for place, line in enumerate(lines)
        if "utenberg" in line.text.lower() and (_START.search(line.text) or _END.search(line.text))
    ]
    inside = not marks or not marks[0][1]
    start = 0
    for place, opens in marks:
        if opens != inside:
            stop = place + opens  # the line of a start belongs to the header before it
            yield list(lines[start:stop]), inside
            start, inside = stop, opens
    yield list(lines[start:]), inside


def _outside(block: Sequence[Line]) -> Iterator[tuple[bool, list[Line]]]:
    """Yield whether lines outside the marks are lost, and the lines.

    All are, unless another text stands there: then its lines are kept, from the first to the last
    that are Chinese.
    """
    chinese = [place for place, line in enumerate(block) if has_chinese(line.text)]
    size = sum(count_chinese(block[place].text) for place in chinese)
    first, last = (chinese[0], chinese[-1] + 1) if size > _OTHER_TEXT else (len(block), len(block))
    for lost, part in ((True, block[:first]), (False, block[first:last]), (True, block[last:])):
        if part:
            yield lost, list(part)
