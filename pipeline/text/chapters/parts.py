"""Chapters in numbered parts, 第一章 夜雨 1 and 第一章 夜雨 2, told from pages by their count."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

from pipeline.text.chapters.forms import Heading, Identity

_LAST = re.compile(r"[\s\u3000.．·・\-—_]+(\d{1,3})$")  # what else is a page's number


def with_parts(headings: Mapping[int, Heading]) -> dict[int, Heading]:
    """Return the headings, each that names a part with its number.

    Parts begin with 1 in every chapter that has several, and rise by one; pages go on from chapter
    to chapter. Only neighbours of one unit are compared, as they stand in the text or in a table.
    """
    chapters = _chapters(headings)
    broken = {unit for unit, numbers in chapters if not _are_parts(numbers)}
    several = {unit for unit, numbers in chapters if len(set(numbers)) > 1} - broken
    if not several:
        return dict(headings)
    return {
        index: replace(heading, part=_part(heading)) if heading.unit in several else heading
        for index, heading in headings.items()
    }


def _chapters(headings: Mapping[int, Heading]) -> list[tuple[str, list[int]]]:
    """Return the last numbers of the headings that name one chapter in a row, with its unit."""
    current: dict[str, tuple[Identity, list[int]]] = {}
    found: list[tuple[str, list[int]]] = []
    for heading in headings.values():
        part = _part(heading)
        if heading.unit not in current or current[heading.unit][0] != heading.identity:
            current[heading.unit] = heading.identity, []
            found.append((heading.unit, current[heading.unit][1]))
        if part:
            current[heading.unit][1].append(part)
    return found


def _part(heading: Heading) -> int:
    found = _LAST.search(heading.name) if heading.first is not None else None
    return int(found[1]) if found else 0


def _are_parts(numbers: list[int]) -> bool:
    """Return whether numbers rise by one from 1, each perhaps several times."""
    return numbers[:1] in ([], [1]) and all(b - a in (0, 1) for a, b in pairwise(numbers))
