"""A table of contents that lists titles without numbers: 目录, then the title of each chapter."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from pipeline.text.chapters.contents import Contents, is_label
from pipeline.text.chapters.forms import Heading, plain_words

_UNIT = "listed"
_FORM = 3
_LEAST = 3  # titles that make a table
_FOUND = 0.6  # of them that stand again, in order
_APART = 0.8  # of those that have text between them
_TITLE = re.compile(r"[^，。；：“”‘’「」『』]{1,40}")
_LINE = re.compile(r"[^。；：“”‘’「」『』]{1,40}")  # may be what a table lists


def find_listed(
    paragraphs: Sequence[str], headings: Mapping[int, Heading], known: Contents
) -> tuple[Contents, dict[int, Heading]]:
    """Return the tables of titles besides those known, and the lines that become headings by them.

    A table follows a line such as 目录. Most of its titles stand again behind it, in the same order
    and with text between: alone in a line, or beside the number of a heading.
    """
    labels = [i for i, line in enumerate(paragraphs) if is_label(line) and i not in known.lines]
    if not labels:
        return known, {}
    places = _places(paragraphs, headings)
    lines, listed = set(known.lines), set(known.listed)
    found: dict[int, Heading] = {}
    for label in labels:
        table = list(_titles(paragraphs, headings, label))
        targets = _targets([words for _, words in table], label + len(table), places)
        stand = [target for target in targets if target is not None]
        if not _is_table(len(table), stand):
            continue
        size = max(place for place, target in enumerate(targets, 1) if target is not None)
        lines.update(range(label, label + size + 1))
        listed.update(stand)
        for target in stand:
            if target not in headings:
                line = paragraphs[target]
                found[target] = Heading(line, line, _UNIT, "chapter", form=_FORM)
    return Contents(frozenset(lines), frozenset(listed)), found


def _places(paragraphs: Sequence[str], headings: Mapping[int, Heading]) -> dict[str, list[int]]:
    """Return where each title stands, by its words: increasing indices of paragraphs."""
    places: dict[str, list[int]] = {}
    for index, line in enumerate(paragraphs):
        text = headings[index].name if index in headings else line
        if _LINE.fullmatch(text):
            places.setdefault(plain_words(text), []).append(index)
    return places


def _titles(
    paragraphs: Sequence[str], headings: Mapping[int, Heading], label: int
) -> Iterator[tuple[int, str]]:
    """Yield the lines below a label that may be titles, with their words; none comes twice.

    The number of an entry is none of its words: the text may have the title alone.
    """
    seen: set[str] = set()
    for index in range(label + 1, len(paragraphs)):
        line = paragraphs[index]
        known = headings.get(index)
        words = plain_words(known.name if known and known.name else line)
        may_be = _TITLE.fullmatch(line) or (known and _LINE.fullmatch(line))
        if not words or words in seen or is_label(line) or not may_be:
            return
        seen.add(words)
        yield index, words


def _targets(
    titles: Sequence[str], after: int, places: Mapping[str, Sequence[int]]
) -> list[int | None]:
    """Return where each title stands behind the table, in rising order; None: nowhere."""
    targets: list[int | None] = []
    for words in titles:
        stands = places.get(words, ())
        next_one = bisect_right(stands, after)
        targets.append(stands[next_one] if next_one < len(stands) else None)
        after = targets[-1] or after
    return targets


def _is_table(size: int, stand: Sequence[int]) -> bool:
    """Return whether enough of a table's titles stand over text."""
    if len(stand) < max(_LEAST, _FOUND * size):
        return False
    apart = sum(b - a > 1 for a, b in pairwise(stand))
    return apart >= _APART * (len(stand) - 1)
