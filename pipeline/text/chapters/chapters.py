"""From paragraphs to chapters that cover them without gaps."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from pipeline.artifacts.corpus import Chapter
from pipeline.text.chapters.headings import Heading, read_heading

_MIN_CHAPTERS = 3  # fewer headings are taken for chance
_MIN_CONTENTS = 4  # so many headings in a row, with no text between, are a table of contents
_FRONT_MATTER = 500  # characters; less than this before the first heading is no chapter
_WHOLE_TITLE = "全文"
_FRONT_TITLE = "前言"
_CONTENTS = re.compile(r"\W*(?:目\s*[录錄次]|总目录?|回目|章节目录)\W*")


@dataclass(frozen=True)
class Division:
    """Paragraphs without the table of contents, their chapters, and the lines taken out."""

    paragraphs: tuple[str, ...]
    chapters: tuple[Chapter, ...]
    removed_lines: int


def divide(paragraphs: Sequence[str], *, titles: Set[str] = frozenset()) -> Division:
    """Divide a novel into chapters by its headings.

    `titles` are lines that the book itself marks as headings, without white space.

    - A table of contents is removed.
    - A heading followed directly by another (卷 by 章) belongs to that one's chapter.
    - A heading with the number of the one before it (a running title) opens no new chapter.
    - Less than 500 characters before the first heading join the first chapter, more are a chapter
      titled 前言.
    - With fewer than three headings the whole text is one chapter titled 全文.
    """
    headings = _find_headings(paragraphs, titles)
    contents = _find_contents(paragraphs, headings)
    kept = [index for index in range(len(paragraphs)) if index not in contents]
    paragraphs = tuple(paragraphs[index] for index in kept)
    headings = {new: headings[old] for new, old in enumerate(kept) if old in headings}
    starts = _find_starts(len(paragraphs), headings)
    return Division(paragraphs, _cover(paragraphs, starts), len(contents))


def _find_headings(paragraphs: Sequence[str], titles: Set[str]) -> dict[int, Heading]:
    """Return the headings by paragraph index; 节 counts only in a book without 章 and 回."""
    found = {index: read_heading(paragraph) for index, paragraph in enumerate(paragraphs)}
    headings = {index: heading for index, heading in found.items() if heading is not None}
    for index, paragraph in enumerate(paragraphs if titles else ()):
        if index not in headings and "".join(paragraph.split()) in titles:
            headings[index] = Heading(paragraph, "chapter", paragraph)
    chapters = sum(_unit(heading) in ("章", "回") for heading in headings.values())
    if chapters < _MIN_CHAPTERS:
        return headings
    return {index: heading for index, heading in headings.items() if heading.level != "section"}


def _unit(heading: Heading) -> str:
    return heading.key if isinstance(heading.key, str) else heading.key[0]


def _find_contents(paragraphs: Sequence[str], headings: Mapping[int, Heading]) -> set[int]:
    """Return the indices of the lines of tables of contents.

    A table is a run of headings without text between them; the run's last chapter heading, with
    the volume headings right before it, opens the text that follows and is kept.
    """
    contents: set[int] = set()
    for run in _runs(sorted(headings)):
        last = len(run) if run[-1] == len(paragraphs) - 1 else len(run) - 1
        while last > 0 and last < len(run) and headings[run[last - 1]].level == "volume":
            last -= 1
        chapters = sum(headings[index].level != "volume" for index in run[:last])
        labelled = run[0] > 0 and _CONTENTS.fullmatch(paragraphs[run[0] - 1]) is not None
        if chapters >= (1 if labelled else _MIN_CONTENTS - 1):
            contents.update(run[:last])
            if labelled:
                contents.add(run[0] - 1)
    return contents


def _runs(indices: Sequence[int]) -> list[list[int]]:
    """Group increasing indices into runs of neighbours."""
    runs: list[list[int]] = []
    for index in indices:
        if runs and index == runs[-1][-1] + 1:
            runs[-1].append(index)
        else:
            runs.append([index])
    return runs


def _find_starts(count: int, headings: Mapping[int, Heading]) -> list[tuple[int, str]]:
    """Return (first paragraph, title) of each chapter that a heading opens.

    `count` is the number of paragraphs. The title is that of the run's last heading above volume
    level; a run without text behind it, at the end of the book, opens nothing.
    """
    starts: list[tuple[int, str]] = []
    previous: Heading | None = None
    for run in _runs(sorted(headings)):
        named = [headings[index] for index in run if headings[index].level != "volume"]
        heading = _title(named) if named else headings[run[-1]]
        repeated = previous is not None and heading.key == previous.key and len(named) == len(run)
        if run[-1] < count - 1 and not repeated:
            starts.append((run[0], heading.title))
            previous = heading
    return starts


def _title(named: Sequence[Heading]) -> Heading:
    """Return the last heading, or the first one of its number."""
    return next(heading for heading in named if heading.key == named[-1].key)


def _cover(paragraphs: Sequence[str], starts: list[tuple[int, str]]) -> tuple[Chapter, ...]:
    """Make chapters that cover all paragraphs from where headings stand."""
    if len(starts) < _MIN_CHAPTERS:
        return (Chapter(_WHOLE_TITLE, 0, len(paragraphs)),)
    front = sum(map(len, paragraphs[: starts[0][0]]))
    if front >= _FRONT_MATTER:
        starts = [(0, _FRONT_TITLE), *starts]
    else:
        starts = [(0, starts[0][1]), *starts[1:]]
    stops = [start for start, _ in starts[1:]] + [len(paragraphs)]
    return tuple(
        Chapter(title, start, stop) for (start, title), stop in zip(starts, stops, strict=True)
    )
