"""Garbled text is mended line by line, where the way back from a wrong encoding is exact."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.errors import DataError
from pipeline.shown import shown
from pipeline.text.cleaning.encoding import Decoded
from pipeline.text.cleaning.evidence import COMMON
from pipeline.text.cleaning.losses import REFUSE
from pipeline.text.cleaning.misread import (
    FEW_LETTERS,
    LATIN,
    count_han,
    is_garbled,
    is_garbled_line,
    was_misread,
    way_back,
)
from pipeline.text.cuts import Cut

_BLOCK = 5_000  # characters of whole lines that are judged together
_SAMPLE = 300  # characters of them that are looked at first
_EXAMPLE = 200  # characters of a stretch kept in the record: the way back is exact
_SHOWN = 12  # characters of it in a message
_SPANS = 8  # stretches of lines that a message names

# Where a line may be garbled: a stretch without a common character, or a whole line.
_RARE_CHARACTER = f"[^{COMMON.pattern[1:-1]}\\n]"
# One of them comes first in both, so that a search runs from one to the next.
_UNCOMMON = re.compile(
    f"{_RARE_CHARACTER}(?:{_RARE_CHARACTER}{{15}}|(?<=^.){_RARE_CHARACTER}{{2,14}}$)", re.MULTILINE
)


@dataclass(frozen=True)
class Mended:
    """A text whose garbled stretches are mended, and what stood there.

    `garbled` is how many characters are garbled and stay so: U+FFFD in a line counts with it.
    """

    text: str
    cuts: tuple[Cut, ...] = ()
    notes: tuple[str, ...] = ()
    garbled: int = 0


@dataclass
class _Found:
    """What is found on the way through a text: the ways back by their lines, and lines lost."""

    document: str
    cuts: list[Cut] = field(default_factory=list)
    mended: dict[str, list[int]] = field(default_factory=dict)
    lost: list[int] = field(default_factory=list)
    garbled: int = 0
    sample: str = ""

    def mend(self, piece: str, line: int) -> str:
        """Return what a garbled piece was, or the piece where no way back is exact."""
        was, way = way_back(piece)
        lines = range(line, line + len(piece.rstrip("\n").split("\n")))
        if way:
            self.cuts.append(Cut("garbled text", self.document, line, piece[:_EXAMPLE]))
            self.mended.setdefault(way, []).extend(lines)
            return was
        self.sample = self.sample or piece.strip()
        self.lost.extend(lines)
        self.garbled += len(piece)
        return piece

    def notes(self) -> Iterator[str]:
        """Yield lines for people."""
        for way, lines in self.mended.items():
            yield f"{self.document}: {_spans(lines)}: {way}: mended"
        if self.lost:
            yield (
                f"{self.document}: {_spans(self.lost)}: once read in a wrong encoding, and "
                f"characters lost by it: garbled ({shown(self.sample, _SHOWN)})"
            )


def mend(decoded: Decoded, *, document: str) -> Mended:
    """Take the way back from text that was read in a wrong encoding, line by line if need be.

    Raises
    ------
    DataError
        There is such text, characters of it are lost, and it is more than 2 % of all.
    """
    found = _Found(document)
    pieces: list[str] = []
    line = 1
    for piece, garbled in _stretches(decoded.text):
        for part, misread in _parts(piece, garbled=garbled):
            pieces.append(found.mend(part, line) if misread else part)
            line += part.count("\n")
    share = found.garbled / max(1, len(decoded.text))
    if share > REFUSE:
        raise DataError(
            f"{document}: expected Chinese text, got text that was once read in a wrong encoding "
            f"and lost characters by it, {100 * share:.1f} %, {_spans(found.lost)} "
            f"({shown(found.sample, _SHOWN)}); take the file that it was made from"
        )
    return Mended("".join(pieces), tuple(found.cuts), tuple(found.notes()), found.garbled)


def _parts(piece: str, *, garbled: bool) -> Iterator[tuple[str, bool]]:
    """Yield a stretch in pieces that are mended or left as they are: whole where that goes."""
    if not garbled:
        yield from _single_lines(piece)
    elif way_back(piece)[1]:
        yield piece, True
    else:
        for line in re.findall(r"[^\n]*\n|[^\n]+", piece):
            yield line, count_han(line) + len(LATIN.findall(line)) >= FEW_LETTERS


def _spans(lines: Sequence[int]) -> str:
    """Return some lines for people, in order: 'lines 3-5, 9'."""
    spans: list[list[int]] = []
    for line in lines:
        if spans and line == spans[-1][-1] + 1:
            spans[-1][1:] = [line]
        else:
            spans.append([line])
    texts = ["-".join(f"{end:,}" for end in span) for span in spans[:_SPANS]]
    left = len(spans) - _SPANS
    more = f" and {left:,} more {'stretch' if left == 1 else 'stretches'}" if left > 0 else ""
    return f"line{'s' if len(lines) > 1 else ''} {', '.join(texts)}{more}"


def _single_lines(text: str) -> Iterator[tuple[str, bool]]:
    """Yield a sound text in pieces, and whether one is a single line that was misread."""
    begin = at = 0
    while found := _UNCOMMON.search(text, at):
        start = text.rfind("\n", at, found.start() + 1) + 1 or at
        at = text.find("\n", found.end()) + 1 or len(text)
        if was_misread(text[start:at]):
            yield text[begin:start], False
            yield text[start:at], True
            begin = at
    yield text[begin:], False


def _stretches(text: str) -> Iterator[tuple[str, bool]]:
    """Yield a text in stretches of whole lines, and whether they are garbled."""
    blocks = list(_blocks(text))
    flags = [
        is_garbled(text[start : start + _SAMPLE]) or is_garbled(text[stop - _SAMPLE : stop])
        for start, stop in blocks
    ]
    begin, state = 0, False
    for index, (start, stop) in enumerate(blocks):
        near = any(flags[max(0, index - 1) : index + 2])
        for at, garbled in _lines_of(text, start, stop) if near else [(start, False)]:
            if garbled is not None and garbled != state:
                if at > begin:
                    yield text[begin:at], state
                begin, state = at, garbled
    yield text[begin:], state


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Yield where blocks of whole lines begin and end."""
    at = 0
    while at < len(text):
        after = text.find("\n", min(at + _BLOCK, len(text))) + 1 or len(text)
        yield at, after
        at = after


def _lines_of(text: str, start: int, stop: int) -> Iterator[tuple[int, bool | None]]:
    """Yield where the lines of a block begin, and whether they are garbled; None: who knows."""
    at = start
    while at < stop:
        after = text.find("\n", at, stop) + 1 or stop
        yield at, is_garbled_line(text[at:after])
        at = after
