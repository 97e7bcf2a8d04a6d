"""Hard-wrapped text: found by its even line widths, and joined back into paragraphs.

Widths are in columns of a terminal: a Chinese character takes two, a Latin letter one.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from pipeline.chinese import PARAGRAPH_ENDS
from pipeline.text.chapters.headings import is_heading
from pipeline.text.cleaning.lines import Line
from pipeline.text.cleaning.room import Room, find_room

_MIN_WIDTH = 32  # columns; verse and lists are narrower
_MAX_WIDTH = 160  # columns; nobody wraps wider
_SLACK = 6  # columns a full line may fall short of: punctuation that may not begin a line
_MIN_LINES = 20  # fewer lines prove no habit
_FULL_SHARE = 0.3  # of the lines; dialogue leaves many short ones, and more where lines are wide:
_USUAL_WIDTH = 80  # columns; where they are twice as wide, half that share is enough
_PUNCTUATED_SHARE = 0.5  # of the full lines; wrapping cuts anywhere, verse and paragraphs do not
_PUNCTUATION = "。！？…”’」』．：；，、!?;:,."
_LATIN_END = re.compile(r"[A-Za-z0-9,.;:!?]")
_LATIN_START = re.compile(r"[A-Za-z0-9]")
_TOLD_SHARE = 0.05  # of the lines that an indent or an empty line shows to begin a paragraph
_CLOSING = PARAGRAPH_ENDS + "：:"  # what a paragraph ends with, speech and lists too


class Wrapping(NamedTuple):
    """How a text was wrapped.

    `width` in columns, `base` the usual indent of a paragraph's later lines, `room` what tells the
    ends of paragraphs where nothing else does.
    """

    width: int
    base: int
    room: Room | None


def columns(line: str) -> int:
    """Return the width of a line without the white space at its ends."""
    line = line.strip()
    try:
        return len(line.encode("gbk"))  # two bytes for what is wide, and many times faster
    except UnicodeEncodeError:
        return sum(1 + (unicodedata.east_asian_width(c) in "WFA") for c in line)


def _indent(line: str) -> int:
    """Return the width of the white space a line begins with; a tab counts four columns."""
    space = line[: len(line) - len(line.lstrip())]
    return sum({"\t": 4, "\u3000": 2}.get(character, 1) for character in space)


def wrap_width(lines: Sequence[str]) -> int | None:
    """Return the width in columns that a text was wrapped at, or None if it was not wrapped.

    Wrapped means: at least three tenths of the lines are full, fewer where they are wide, hardly
    any is longer, and most full lines end in the middle of a sentence.
    """
    prose = [line for line in lines if line.strip() and not is_heading(line)]
    if len(prose) < _MIN_LINES:
        return None
    widths = list(map(columns, prose))
    width = sorted(widths)[int(0.98 * (len(widths) - 1))]
    full = [
        line
        for line, own in zip(prose, widths, strict=True)
        if abs(own - width) <= _SLACK or abs(_counted(line) - width) <= _SLACK
    ]
    punctuated = sum(line.rstrip()[-1] in _PUNCTUATION for line in full)
    wrapped = (
        _MIN_WIDTH <= width <= _MAX_WIDTH
        and len(full) >= _FULL_SHARE * min(1, _USUAL_WIDTH / width) * len(prose)
        and punctuated < _PUNCTUATED_SHARE * len(full)
    )
    return width if wrapped else None


def _counted(line: str) -> int:
    """Return the columns of a line to a program that counts characters, indent and all.

    Spaces of half a width count as characters do; a line without them needs no second look.
    """
    return 2 * len(line.rstrip()) if line[:1] in (" ", "\t") else 0


def _reach(line: str) -> int:
    return columns(line) + _indent(line)


def _characters(line: str) -> int:
    return len(line.rstrip())


def usual_width(lines: Sequence[str]) -> int:
    """Return the width to join by when joining is asked for whatever the text looks like."""
    widths = sorted(columns(line) for line in lines if line.strip()) or [0]
    return widths[int(0.9 * (len(widths) - 1))]


def rejoin(lines: Sequence[Line], width: int) -> tuple[list[Line], int]:
    """Join the lines of a text wrapped at `width` columns into paragraphs.

    Returns the paragraphs (white space at their ends kept), each with the number of its first line,
    and the number of line ends taken out. Empty lines part paragraphs and are dropped.
    """
    lines = drop_double_spacing(lines)
    texts = [line.text for line in lines]
    wrapping = find_wrapping(texts, width)
    numbers: list[int] = []
    paragraphs: list[list[str]] = []  # each of the pieces that it is joined from in the end
    for index, text in enumerate(texts):
        before = texts[index - 1] if index else ""
        following = texts[index + 1] if index + 1 < len(texts) else ""
        if not text.strip():
            continue
        if before.strip() and continues(before, text, following, wrapping):
            paragraphs[-1][-1:] = _joined(paragraphs[-1][-1], text)
        else:
            numbers.append(lines[index].number)
            paragraphs.append([text])
    joined = sum(len(pieces) - 1 for pieces in paragraphs)
    pairs = zip(numbers, paragraphs, strict=True)
    return [Line(number, "".join(pieces)) for number, pieces in pairs], joined


def continues(before: str, line: str, following: str, wrapping: Wrapping) -> bool:
    """Return whether `line` goes on with the paragraph of `before`.

    It does unless `before` is short or ends where there was room left, either is a heading, `line`
    is indented more than usual, or `line` opens verse: short lines after the end of a sentence.
    """
    if not _is_full(before, wrapping.width):
        return False
    if is_heading(before) or is_heading(line) or _indent(line) > wrapping.base + 1:
        return False
    if wrapping.room is not None and wrapping.room.ends(before, line):
        return False
    short = wrapping.width / 2
    verse = columns(line) < short and 0 < columns(following) < short and not is_heading(following)
    return not (verse and before.rstrip()[-1] in _CLOSING)


def _is_full(line: str, width: int) -> bool:
    """Return whether a line reaches the wrapping width, by columns or by count of characters.

    Programs that wrap by count give fewer columns to a line with Latin letters in it.
    """
    space = _indent(line)
    return max(columns(line) + space, 2 * len(line.strip()) + space) >= width - _SLACK


def is_wrapped(line: str, width: int) -> bool:
    """Return whether wrapping can have made a line that others follow: it is full, not longer."""
    return _is_full(line, width) and columns(line) <= width + _SLACK


def is_open(line: str) -> bool:
    """Return whether a line ends in the middle of a sentence."""
    return line.rstrip()[-1] not in _CLOSING


def drop_double_spacing(lines: Sequence[Line]) -> list[Line]:
    """Take out the empty lines of a text that has one after nearly every line."""
    filled = [index for index, line in enumerate(lines) if line.text.strip()]
    gaps = Counter(second - first for first, second in pairwise(filled))
    if gaps[2] < 0.95 * len(filled):
        return list(lines)
    return [lines[index] for index in filled]


def find_wrapping(lines: Sequence[str], width: int) -> Wrapping:
    """Return how a text of `width` columns was wrapped.

    Room at the end of a line tells where paragraphs end only if indents and empty lines do not.
    """
    filled = [line for line in lines if line.strip()]
    later = [second for first, second in pairwise(filled) if _is_full(first, width)]
    counts = Counter(map(_indent, later or filled))
    base = counts.most_common(1)[0][0] if counts else 0
    told = _gaps(lines) + sum(_indent(line) > base + 1 for line in filled)
    if told >= _TOLD_SHARE * len(filled):
        return Wrapping(width, base, None)
    pairs = [pair for pair in pairwise(filled) if _is_full(pair[0], width)]
    return Wrapping(width, base, find_room(pairs, (_reach, _characters)))


def _gaps(lines: Sequence[str]) -> int:
    """Return how many empty lines there are, without those at headings."""
    filled = [at for at, line in enumerate(lines) if line.strip()]
    apart = ((lines[a], lines[b]) for a, b in pairwise(filled) if b - a > 1)
    return sum(not is_heading(above) and not is_heading(below) for above, below in apart)


def _joined(first: str, second: str) -> tuple[str, str]:
    """Return two halves of a broken line to be joined, with a space only between Latin words."""
    first, second = first.rstrip(), second.lstrip()
    latin = _LATIN_END.search(first[-1:]) and _LATIN_START.match(second)
    return first + (" " if latin else ""), second
