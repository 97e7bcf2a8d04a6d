"""How the numbers of one family of headings run: 1, 2, 3, with new beginnings, gaps and strays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Literal

Step = Literal["begins", "follows", "jumps", "repeats", "odd", "stray", "inserted", "uncounted"]

_DEEPEST = 4  # interrupted runs that are looked at for one that a number continues
_FARTHEST = 10  # numbers that may be missing in a run
_WITHIN = 4  # chapters that one with an inserted list is at most as long as
_WITHIN_TIE = 1.5  # the same where the list's own numbers could go on as well
_BEGINNINGS = (0, 1)


@dataclass(frozen=True)
class Counted:
    """A number in a text: `first` to `last` (None without), at a place told in characters.

    `anew` says that a heading of a higher level stands right before, so that counting may begin
    again, `part` that it names the chapter before once more: 夜雨（二） behind 夜雨（一）.
    """

    first: int | None
    last: int | None
    place: int
    anew: bool = False
    part: bool = False


@dataclass
class _Run:
    """Numbers that follow each other: the last, which of `numbers` they are, where they stand."""

    last: int
    members: list[int]
    first_place: int
    last_place: int
    anew: bool

    def spacing(self, usual: float) -> float:
        """Return the mean distance between neighbours, or the usual one of a lonely number."""
        count = len(self.members) - 1
        return (self.last_place - self.first_place) / count if count else usual


def steps(numbers: Sequence[Counted]) -> list[Step]:
    """Return what each number is in its sequence.

    Returns
    -------
    list of Step
        - 'begins': 0 or 1, or after a volume, with its follower behind it.
        - 'follows': one more than the number before.
        - 'jumps': up to ten more.
        - 'repeats': equal to the one before, or its part.
        - 'odd': none of these, where the next number closes the gap over it: a misprint.
        - 'stray': the next number goes on over it.
        - 'inserted': a sequence goes on after the one that it is part of: a list in a chapter.
        - 'uncounted': there is no number.

    A list 1, 2, 3 between 5 and 6 is told by 6 going on where 5 stood, with no more text
    between than a few chapters have. The time is proportional to the count of numbers.
    """
    usual = _usual_size(numbers)
    result: list[Step] = ["uncounted"] * len(numbers)
    runs: list[_Run] = []
    counted = [index for index, number in enumerate(numbers) if number.first is not None]
    for order, index in enumerate(counted):
        after = numbers[counted[order + 1]].first if order + 1 < len(counted) else None
        _resume(numbers, index, runs, result, usual)
        result[index] = _step(numbers[index], after, index, runs)
    return result


def _usual_size(numbers: Sequence[Counted]) -> float:
    """Return the median distance between neighbours, in characters."""
    places = [number.place for number in numbers]
    return median([b - a for a, b in pairwise(places)] or [0])


def _resume(
    numbers: Sequence[Counted], index: int, runs: list[_Run], result: list[Step], usual: float
) -> None:
    """Drop the runs that stand within one that this number continues."""
    number = numbers[index]
    if not runs or number.first is None or number.anew:
        return
    tie = number.first == runs[-1].last + 1
    for depth in range(2, min(len(runs), _DEEPEST) + 1):
        if runs[1 - depth].anew:
            return
        run = runs[-depth]
        most = (_WITHIN_TIE if tie else _WITHIN) * run.spacing(usual) + 1
        if run.last + 1 == number.first and number.place - run.last_place <= most:
            for dropped in runs[len(runs) - depth + 1 :]:
                for member in dropped.members:
                    result[member] = "inserted"
            del runs[len(runs) - depth + 1 :]
            return


def _step(number: Counted, after: int | None, index: int, runs: list[_Run]) -> Step:
    """Put one number to the run on top, or begin one."""
    first, last = number.first or 0, number.last or number.first or 0
    top = runs[-1] if runs else None
    if top is not None and first == top.last + 1:
        return _extend(top, max(first, last), number, index, "follows")
    if top is not None and first == top.last and number.part:
        return _extend(top, top.last, number, index, "repeats")
    if top is not None and not number.anew and first == top.last and after == first + 1:
        return _extend(top, top.last, number, index, "repeats")
    if top is not None and not number.anew and after is not None:
        if after == top.last + 1 and first != top.last:
            return "stray"
        if after == top.last + 2 and (first > top.last + 1 or first < top.last):
            return _extend(top, top.last + 1, number, index, "odd")
    if first in _BEGINNINGS or number.anew:
        runs.append(_begun(number, index))
        return "begins"
    if top is not None and first == top.last:
        return _extend(top, top.last, number, index, "repeats")
    if top is not None and top.last < first <= top.last + _FARTHEST:
        return _extend(top, max(first, last), number, index, "jumps")
    if top is None or after == first + 1:
        runs.append(_begun(number, index))
        return "jumps"
    return "odd"


def _begun(number: Counted, index: int) -> _Run:
    last = max(number.first or 0, number.last or 0)
    return _Run(last, [index], number.place, number.place, number.anew)


def _extend(run: _Run, last: int, number: Counted, index: int, step: Step) -> Step:
    run.last = last
    run.last_place = number.place
    run.members.append(index)
    return step
