"""Headings whose number is damaged, 第?章 and 第□十章: those around them tell which they are."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from pipeline.text.chapters.forms import (
    CLOSING,
    GAP,
    OPENING,
    STRONG,
    UNIT,
    Heading,
    bare_title,
    canonical_unit,
    level_of,
    prose_points,
)
from pipeline.text.chapters.numerals import NUMERAL_CLASS

_DAMAGED = "damaged "  # before the unit of a heading whose number is not known yet
_SIGN = "[?？□■〓＊*\ufffd]"
_FORM = re.compile(
    rf"{OPENING}*第[ \u3000]?{NUMERAL_CLASS}*{_SIGN}(?:{NUMERAL_CLASS}|{_SIGN}){{0,6}}"
    rf"[ \u3000]?(?P<unit>{UNIT})"
)
_PARTED = re.compile(rf"$|{GAP}|{CLOSING}")
_LEAST = 2  # sound headings of the unit


@dataclass(frozen=True)
class Damaged:
    """The lines whose numbers are damaged: those that are headings, and others."""

    told: tuple[int, ...] = ()
    untold: tuple[int, ...] = ()


def read_damaged(line: str) -> Heading | None:
    """Return the heading that a line with a damaged number may be, or None; its form says little.

    >>> read_damaged("第?章　归").unit, read_damaged("第?章里说过")
    ('damaged 章', None)
    """
    found = _FORM.match(line)
    if found is None or not _PARTED.match(line, found.end()):
        return None
    name = bare_title(line[found.end() :])
    if prose_points(line, name, parted=True) > 0:
        return None
    unit = canonical_unit(found["unit"])
    return Heading(line, name, _DAMAGED + unit, level_of(found["unit"]), form=0)


def with_damaged(headings: Mapping[int, Heading]) -> tuple[dict[int, Heading], Damaged]:
    """Return the headings, those with a damaged number as what they are, and which these were.

    One is a heading where its number follows from the sound ones of its unit around it: as many as
    are damaged are missing there. The others are none.
    """
    units = {
        index: own.unit.removeprefix(_DAMAGED)
        for index, own in headings.items()
        if own.unit.startswith(_DAMAGED)
    }
    numbers: dict[int, int] = {}
    for unit in set(units.values()):
        numbers |= _numbers(headings, unit)
    made = {
        index: replace(headings[index], unit=units[index], first=number, last=number, form=STRONG)
        for index, number in numbers.items()
    }
    untold = tuple(index for index in units if index not in numbers)
    sound = {
        index: made.get(index, own)
        for index, own in headings.items()
        if index in numbers or index not in units
    }
    return sound, Damaged(tuple(sorted(numbers)), untold)


def _numbers(headings: Mapping[int, Heading], unit: str) -> dict[int, int]:
    """Return the numbers of the damaged headings of a unit, as far as the others tell them."""
    own = [
        (index, heading)
        for index, heading in headings.items()
        if heading.unit == _DAMAGED + unit
        or (heading.unit == unit and heading.first is not None and heading.form >= STRONG)
    ]
    if sum(heading.unit == unit for _, heading in own) < _LEAST:
        return {}
    runs = [list(run) for _, run in groupby(own, key=lambda pair: pair[1].unit == unit)]
    numbers: dict[int, int] = {}
    for place, run in enumerate(runs):
        if run[0][1].unit == unit:
            continue
        before = runs[place - 1][-1][1].last if place else None
        after = runs[place + 1][0][1].first if place + 1 < len(runs) else None
        titles = [[i for i, _ in same] for _, same in groupby(run, key=lambda pair: pair[1].title)]
        start = _start(before, after, len(titles))
        if start is not None:  # one that is printed twice has one number
            numbers |= {i: start + n for n, same in enumerate(titles) for i in same}
    return numbers


def _start(before: int | None, after: int | None, missing: int) -> int | None:
    """Return the number of the first of so many headings between two sound ones, None: who knows.

    Behind the last one they go on; before a volume's first sound one they begin with 1.
    """
    if before is not None and (after is None or after - before - 1 == missing):
        return before + 1
    anew = after is not None and (before is None or after <= before)
    return 1 if anew and after == missing + 1 else None


def tell_damaged(paragraphs: Sequence[str], damaged: Damaged) -> str:
    """Return a line for people on the headings with a damaged number, "" where there are none."""
    told: list[str] = []
    if damaged.told:
        count, example = len(damaged.told), paragraphs[damaged.told[0]]
        told.append(f"{count:,} with a damaged number, as “{example}”, by the numbers around")
    if damaged.untold:
        count, example = len(damaged.untold), paragraphs[damaged.untold[0]]
        told.append(f"{count:,} more like “{example}” are none, as nothing tells their number")
    return f"headings: {'; '.join(told)}" if told else ""
