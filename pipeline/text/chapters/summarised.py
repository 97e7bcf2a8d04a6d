"""A table of contents that tells in a line or two what each chapter brings."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence

from pipeline.text.chapters.forms import Heading, Identity

_LEAST = 3  # entries
_FOUND = 0.8  # of them that stand again behind the table
_SUMMED = 0.5  # of them with a summary
_MOST_LINES = 2  # of a summary
_MOST_CHARACTERS = 200
_TIMES = 3  # so many times as long as the table is the text behind it


def find_summarised(
    paragraphs: Sequence[str], headings: Mapping[int, Heading], labels: Sequence[int]
) -> tuple[set[int], set[int]]:
    """Return the lines of such tables, and the headings elsewhere that they list.

    A table follows one of the `labels`, lines such as 目录, and its headings stand again behind it.
    """
    lines: set[int] = set()
    listed: set[int] = set()
    places: dict[Identity, list[int]] = {}
    if not labels:
        return lines, listed
    for index, heading in headings.items():
        places.setdefault(heading.identity, []).append(index)
    stops = [*labels[1:], len(paragraphs)]
    for label, stop in zip(labels, stops, strict=True):
        entries, end = _entries(paragraphs, headings, label + 1, stop)
        found = [_behind(places[headings[index].identity], end) for index in entries]
        targets = [index for index in found if index is not None]
        table = range(label, end)
        if _is_table(len(entries), len(table) - 1, len(targets)) and _is_short(table, paragraphs):
            lines.update(table)
            listed.update(targets)
    return lines, listed


def _entries(
    paragraphs: Sequence[str], headings: Mapping[int, Heading], start: int, stop: int
) -> tuple[list[int], int]:
    """Return the entries from a line on, and where the last one's summary ends.

    They end before one that comes again. The last summary has no more lines than the others.
    """
    entries: list[int] = []
    seen: set[Identity] = set()
    most = lines = size = 0
    for index in range(start, stop):
        heading = headings.get(index)
        if heading is None:
            lines, size = lines + 1, size + len(paragraphs[index])
            if lines > _MOST_LINES or size > _MOST_CHARACTERS or not entries:
                break
        elif heading.identity in seen:
            break
        else:
            most, lines, size = max(most, lines), 0, 0
            entries.append(index)
            seen.add(heading.identity)
    return entries, (entries[-1] + 1 + min(lines, most) if entries else start)


def _behind(stands: Sequence[int], end: int) -> int | None:
    place = bisect_left(stands, end)
    return stands[place] if place < len(stands) else None


def _is_table(entries: int, lines: int, found: int) -> bool:
    return entries >= _LEAST and lines - entries >= _SUMMED * entries and found >= _FOUND * entries


def _is_short(table: range, paragraphs: Sequence[str]) -> bool:
    """Return whether the text behind a table is much longer: the table is no book of its own."""
    size = sum(len(paragraphs[index]) for index in table)
    behind = 0
    for index in range(table.stop, len(paragraphs)):
        behind += len(paragraphs[index])
        if behind >= _TIMES * size:
            return True
    return False
