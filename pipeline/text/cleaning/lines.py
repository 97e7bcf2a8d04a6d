"""A text as lines that know where in the document they stood."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import count, groupby
from typing import NamedTuple

from pipeline.text.cuts import Cut

# Two lone surrogates, which no decoded text holds, keep count of the lines while tags are cut:
HIDDEN_END = "\ud801"  # a line of the document ended inside what was cut
NEW_END = "\ud802"  # a line ends here that ended nowhere in the document
_MANY_ENDS = re.compile("\n{3,}+")
_ENDS = re.compile(f"[\n{NEW_END}]")


class Line(NamedTuple):
    """A line of a document, or what is left of it; lines are counted from 1."""

    number: int
    text: str


def split_lines(text: str) -> list[Line]:
    """Return the lines of a text whose line ends are newlines or the marks above.

    Of more than two empty lines in a row only two are kept: more say nothing, and cost much.
    """
    if NEW_END in text or HIDDEN_END in text:
        return list(_few_empty(_marked_lines(text)))
    return list(_few_empty(_plain_lines(text)))


def _plain_lines(text: str) -> Iterator[Line]:
    """Yield lines where no marks are, without those in the middle of many line ends."""
    number, start = 1, 0
    for many in _MANY_ENDS.finditer(text):
        lines = text[start : many.start()].split("\n")
        yield from map(Line, count(number), lines)
        number += len(lines) + many.end() - many.start() - 1
        start = many.end()
        yield from (Line(number - 2, ""), Line(number - 1, ""))
    yield from map(Line, count(number), text[start:].split("\n"))


def _few_empty(lines: Iterable[Line]) -> Iterator[Line]:
    """Yield lines, of several empty ones in a row the first and the last."""
    empty: list[Line] = []
    for line in lines:
        if line.text and not line.text.isspace():
            yield from empty
            empty.clear()
            yield line
        elif len(empty) < 2:
            empty.append(line)
        else:
            empty[1] = line
    yield from empty


def _marked_lines(text: str) -> Iterator[Line]:
    """Yield lines where marks have to be counted and taken out."""
    number, start = 1, 0
    for end in [*(found.start() for found in _ENDS.finditer(text)), len(text)]:
        line = text[start:end]
        seen = line.lstrip(HIDDEN_END)  # what is left of a line stands where it is seen
        yield Line(number + len(line) - len(seen), seen.replace(HIDDEN_END, ""))
        number += line.count(HIDDEN_END) + text.startswith("\n", end)
        start = end + 1


def replace_found(
    text: str, found: Iterable[re.Match[str]], reason: str, put: Callable[[re.Match[str]], str]
) -> tuple[str, list[Cut]]:
    """Put other text in the place of what was found, and keep a record of it.

    The matches come in order and do not overlap; one whose text stays the same is no cut.
    """
    pieces: list[str] = []
    cuts: list[Cut] = []
    done, number = 0, 1
    for match in found:
        old, new = match.group(), put(match)
        if new == old:
            continue
        before = text[done : match.start()]
        number += _count_ends(before)
        cuts.append(Cut(reason, "", number, _plain(old)))
        ends = _count_ends(old)
        number += ends
        pieces += (before, new, HIDDEN_END * ends)
        done = match.end()
    return ("".join([*pieces, text[done:]]) if done else text), one_a_line(cuts)


def one_a_line(cuts: Iterable[Cut]) -> list[Cut]:
    """Join what was cut for the same reason from the same line; the cuts come line by line."""
    groups = groupby(cuts, key=lambda cut: (cut.reason, cut.line))
    return [
        Cut(reason, "", line, " ".join(cut.text for cut in group))
        for (reason, line), group in groups
    ]


def _count_ends(text: str) -> int:
    return text.count("\n") + text.count(HIDDEN_END)


def _plain(text: str) -> str:
    """Return a stretch without the marks that count lines."""
    return text.replace(HIDDEN_END, "").replace(NEW_END, "")


def as_document(cuts: Iterable[Cut], document: str) -> tuple[Cut, ...]:
    """Return cuts with the name of the document that they were made in."""
    return tuple(replace(cut, document=document) for cut in cuts)
