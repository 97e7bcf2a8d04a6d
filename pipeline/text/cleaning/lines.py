"""A text as lines that know where in the document they stood."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from typing import NamedTuple

from pipeline.text.cuts import Cut

# Two lone surrogates, which no decoded text holds, keep count of the lines while tags are cut:
HIDDEN_END = "\ud801"  # a line of the document ended inside what was cut
NEW_END = "\ud802"  # a line ends here that ended nowhere in the document
_ENDS = re.compile(f"[\n{NEW_END}]")


class Line(NamedTuple):
    """A line of a document, or what is left of it; lines are counted from 1."""

    number: int
    text: str


def split_lines(text: str) -> list[Line]:
    """Return the lines of a text whose line ends are newlines or the marks above."""
    if NEW_END not in text and HIDDEN_END not in text:
        return [Line(number, line) for number, line in enumerate(text.split("\n"), 1)]
    return list(_marked_lines(text))


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
