"""Which lines of a book are its headings: families of candidates, weighed on the whole book.

A line gets points for its own form, its place in the sequence of its family's numbers, what stands
before it, the size of the chapter that it would open, and the contents that list it. A family is
the lines that count in one way; the one with the most points, of the highest level that has one,
makes the book's chapters.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from statistics import mean, median

from pipeline.chinese import PARAGRAPH_ENDS
from pipeline.text.chapters import faint
from pipeline.text.chapters.contents import dense_runs
from pipeline.text.chapters.forms import NAMED, STRONG, Heading, Level, bare_title
from pipeline.text.chapters.numerals import NUMERAL_CLASS
from pipeline.text.chapters.running import find_running
from pipeline.text.chapters.sequence import Counted, Step, steps

_LEAST = 3  # points from which a line is a heading
_ENOUGH = 3  # headings that prove a family; two where they are a book's 1 and 2
_GOING_ON = 0.7  # of the numbers of a family without a sure form: so many go on
_FEW = 2  # asked of a book of two or three chapters: 1, 2
_MANY = 4  # asked of a family whose lines are no headings by their form alone
_FAIR = 1  # points of form that most of its lines have
_TINY = 100  # characters; a chapter of less speaks against its heading
_EVEN = 0.45  # of 1: how evenly the headings of a family without a sure form must stand
_FAINT_EVEN = 0.65  # the same for lines that prose has as well, more for few of them:
_MOST_EVEN = 0.93  # chance makes 0.5 of many, and anything of four
_NEARLY_ALL = 0.8  # of those lines
_PAGE = 500  # characters
_FRONT = 500  # characters before the first heading that need no explanation
_TITLE_PAGE = 200  # characters before the first heading of a family without a sure form
_LATE = 4  # usual chapters that may stand before the first heading
_MISSING = 2  # times the size of a chapter that a missing one may have
_NEAR = 5  # paragraphs between a volume's heading and its first chapter's
_SAME_FRONT = 3  # times that words before 第 recur: a book's or a volume's name
UNCOUNTED = (NAMED, "番外")  # units of headings that stand outside every count
_STEP_POINTS: dict[Step, int] = {
    "begins": 1,
    "follows": 2,
    "jumps": 0,
    "repeats": 0,
    "odd": 0,
    "stray": -2,
    "inserted": -4,
    "uncounted": 0,
}
_CLOSED = PARAGRAPH_ENDS + "’）)】》*＊-—=～~"
_PART = re.compile(
    rf"[\s（(【\[]*(?:{NUMERAL_CLASS}+|[上中下完终終续續])[）)】\]]*$"
)  # of a chapter
_LEVELS: tuple[Level, ...] = ("chapter", "section", "volume")


@dataclass(frozen=True)
class Book:
    """The lines that are weighed.

    `paragraphs` is the whole book, `places` has the characters before each of them and one entry
    more for the end, `headings` are all lines that may be headings, without tables of contents,
    `listed` those of them that a table lists.
    """

    paragraphs: Sequence[str]
    places: Sequence[int]
    headings: Mapping[int, Heading]
    listed: frozenset[int]


@dataclass(frozen=True)
class Family:
    """The lines of one way to count that are headings, and how much speaks for them.

    `points` by index of the paragraph.
    """

    unit: str
    level: Level
    points: Mapping[int, int]

    @property
    def total(self) -> int:
        """Return the points of all lines."""
        return sum(self.points.values())


def make_book(
    paragraphs: Sequence[str], headings: Mapping[int, Heading], listed: frozenset[int]
) -> Book:
    """Return the book to be weighed, with credit for words that recur before 第."""
    fronts = Counter(heading.front for heading in headings.values() if heading.front)
    credited: dict[int, Heading] = {}
    for index, heading in headings.items():
        if fronts[heading.front] >= _SAME_FRONT:
            credited[index] = replace(heading, form=heading.form + _SAME_FRONT)
        elif not heading.front or heading.form >= STRONG:
            credited[index] = heading  # else 她念到第三章
    places = [0, *accumulate(map(len, paragraphs))]
    return Book(paragraphs, places, credited, listed)


def weigh(book: Book, *, pairs: bool = False) -> list[Family]:
    """Return the families that hold as the book's headings, without deciding between them.

    With `pairs` two sure headings hold too, such as 第二章 and 第三章 of a book whose first one is
    damaged or lost.
    """
    over_text = dict(book.headings)
    for run in dense_runs(over_text):
        for index in run:
            del over_text[index]
    running = find_running(over_text)
    units: dict[str, list[int]] = {}
    anew: set[int] = set()
    volume = -_NEAR - 1
    for index, heading in over_text.items():
        if index in running:
            continue
        units.setdefault(heading.unit, []).append(index)
        if index - volume <= _NEAR or heading.outer is not None:
            anew.add(index)
        if heading.level == "volume":
            volume = index
    extras = sorted(index for unit in UNCOUNTED for index in units.pop(unit, []))
    families = [
        _family(book, unit, indices, anew, extras, pairs=pairs) for unit, indices in units.items()
    ]
    return [family for family in families if family is not None]


def _family(
    book: Book,
    unit: str,
    indices: list[int],
    anew: set[int],
    extras: Sequence[int],
    *,
    pairs: bool,
) -> Family | None:
    """Weigh the lines of one unit, twice: the second time without those that failed."""
    points: dict[int, int] = {}
    tried = indices
    for _ in range(2):
        points = _weigh_lines(book, indices, anew)
        indices = [index for index in indices if points[index] >= _LEAST]
        if not indices:
            return None
    points = {index: points[index] for index in indices}
    level = book.headings[indices[0]].level
    holds = _holds(book, indices, level, extras)
    holds = holds or (pairs and indices == tried and _is_pair(book, indices, level))
    holds = holds and (unit not in faint.UNITS or _stands_out(book, indices, tried, extras))
    return Family(unit, level, points) if holds else None


def _weigh_lines(book: Book, indices: Sequence[int], anew: set[int]) -> dict[int, int]:
    """Return the points of each line."""
    outer: tuple[str, int] | None = None
    previous: Heading | None = None
    counted: list[Counted] = []
    for index in indices:
        heading = book.headings[index]
        fresh = index in anew and (heading.outer is None or heading.outer != outer)
        outer = heading.outer or outer
        first, last = heading.first, heading.last
        part = previous is not None and _is_part(heading, previous)
        previous = heading
        anew_here = fresh and first in (0, 1)
        counted.append(Counted(first, last, book.places[index], anew=anew_here, part=part))
    stops = [*indices[1:], len(book.paragraphs)]
    return {
        index: book.headings[index].form
        + _STEP_POINTS[step]
        + _context_points(book, index)
        + _size_points(book.places[stop] - book.places[index + 1])
        + 3 * (index in book.listed)
        - (step == "repeats" and not number.part and book.headings[index].form >= STRONG)
        for index, stop, number, step in zip(indices, stops, counted, steps(counted), strict=True)
    }


def _is_part(heading: Heading, previous: Heading) -> bool:
    """Return whether a heading goes on with a chapter: 第一章 夜雨（二） behind its （一）."""
    if heading.first is None or heading.first != previous.first or heading.outer != previous.outer:
        return False
    names = [_PART.sub("", bare_title(one.name)) for one in (previous, heading)]
    return names[0] == names[1] and heading.name != previous.name


def _context_points(book: Book, index: int) -> int:
    """Return 1 where the text before a line has come to an end or has not begun, else -1."""
    if book.places[index] <= _FRONT or index - 1 in book.headings:
        return 1
    return 1 if book.paragraphs[index - 1][-1:] in _CLOSED else -1


def _size_points(size: int) -> int:
    return -3 if size <= 0 else 1 if size >= _TINY else 0


def _holds(book: Book, indices: Sequence[int], level: Level, extras: Sequence[int]) -> bool:
    """Return whether the lines of a family are enough, and stand as chapters do.

    `extras` are the book's headings such as 楔子. They count with a sure family's, and what they
    open before the first of the others is a chapter, no text without a heading.
    """
    headings = [book.headings[index] for index in indices]
    form = mean(heading.form for heading in headings)
    sure = form >= STRONG
    places = [book.places[index] for index in indices]
    sizes = [b - a for a, b in zip(places, [*places[1:], book.places[-1]], strict=True)]
    inner = sizes[:-1] or sizes
    late = places[0] > max(_FRONT, _LATE * mean(inner), sum(inner))
    if level == "volume" or (headings[0].first or 0) > 1:
        late = False  # what is missing before it stands in that text
    if sure:
        begun = [heading.first for heading in headings] == [1, 2] and places[0] <= _FRONT
        return (len(indices) + len(extras) >= _ENOUGH or begun) and not late
    fair = median(heading.form for heading in headings) >= _FAIR  # a comma in a title may be
    few = _FEW <= len(indices) < _MANY and _counts_from_one(headings) and min(sizes) >= _PAGE
    many = (few or (len(indices) >= _MANY and _rise(headings))) and fair
    front = _front(book, extras, places[0], _LATE * mean(inner))
    early = front <= max(_TITLE_PAGE, median(sizes) / 2)
    return many and early and _evenness([front, *sizes]) >= _EVEN


def _is_pair(book: Book, indices: Sequence[int], level: Level) -> bool:
    """Return whether the only two lines of a family are sure, and what is missing fits before.

    Their numbers rise with one missing at most, and each opens a page at least. Before 第三章 may
    stand two chapters, not ten.
    """
    headings = [book.headings[index] for index in indices]
    if len(headings) != 2 or level != "chapter" or min(h.form for h in headings) < STRONG:
        return False
    first, second = (heading.first or 0 for heading in headings)
    start, middle, stop = (*(book.places[index] for index in indices), book.places[-1])
    sizes = (middle - start, stop - middle)
    most = max(_FRONT, _MISSING * (first - 1) * max(sizes))
    return 1 <= first < second <= first + 2 and min(sizes) >= _PAGE and start <= most


def _rise(headings: Sequence[Heading]) -> bool:
    """Return whether most numbers go on from the one before, or begin anew."""
    numbers = [(h.first, h.last or h.first) for h in headings if h.first is not None]
    going = sum(b in (0, 1) or a is None or b - a in (0, 1) for (_, a), (b, _) in pairwise(numbers))
    return going >= _GOING_ON * (len(numbers) - 1)


def _counts_from_one(headings: Sequence[Heading]) -> bool:
    """Return whether numbers rise from 1 with one missing at most: 上, 下 are 1 and 3."""
    numbers = [heading.first or 0 for heading in headings]
    rises = all(a < b for a, b in pairwise(numbers))
    return rises and numbers[0] == 1 and numbers[-1] <= len(numbers) + 1


def _stands_out(
    book: Book, indices: Sequence[int], tried: Sequence[int], extras: Sequence[int]
) -> bool:
    """Return whether lines that prose has as well stand as titles do.

    Nearly all such lines of the book do, over a page at least, and they differ.
    """
    places = [book.places[index] for index in (*indices, len(book.paragraphs))]
    sizes = [b - a for a, b in pairwise(places)]
    names = Counter(book.headings[index].name for index in indices)
    return (
        len(indices) >= _NEARLY_ALL * len(tried)
        and median(sizes) >= _PAGE
        and _front(book, extras, places[0], _LATE * mean(sizes)) <= _TITLE_PAGE
        and _evenness(sizes) >= min(_MOST_EVEN, _FAINT_EVEN + 1.2 / len(sizes))
        and names.most_common(1)[0][1] <= len(indices) / 2
    )


def _front(book: Book, extras: Sequence[int], place: int, most: float) -> int:
    """Return the characters before the first heading: 楔子 over at most so many, or at `place`."""
    opened = (
        book.places[index]
        for index in extras
        if book.headings[index].form >= STRONG and place - most <= book.places[index] < place
    )
    return next(opened, place)


def _evenness(sizes: Sequence[int]) -> float:
    """Return 1 for sizes that are all equal, about 1/n where one of n has all.

    The share of sizes that would do, were they equal (Simpson 1949, inverse, over n); what stands
    before the first heading counts only where it is as much as a chapter.
    """
    sizes = sizes if sizes[0] >= median(sizes[1:]) else sizes[1:]
    squares = sum(size * size for size in sizes)
    return sum(sizes) ** 2 / squares / len(sizes) if squares else 0.0


def choose(families: Sequence[Family]) -> Family | None:
    """Return the family that makes the chapters: of the first level that has one, the weightiest.

    章 comes before 节 and bare numbers, and these before 卷.
    """
    for level in _LEVELS:
        of_level = [family for family in families if family.level == level]
        if of_level:
            return max(of_level, key=lambda family: family.total)
    return None
