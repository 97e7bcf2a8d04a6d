"""A book's headings once its chapters' family is known: volumes, extras, strays, merged gaps."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from pipeline.text.chapters.contents import dense_runs, runs_of
from pipeline.text.chapters.faint import UNITS, find_faint
from pipeline.text.chapters.families import UNCOUNTED, Book, Family, choose, weigh
from pipeline.text.chapters.forms import STRONG, Heading, Level
from pipeline.text.chapters.unnumbered import ends_book, opens_book

_ENOUGH_EXTRAS = 3  # headings such as 楔子 that divide a book without others
_NEAR_VOLUME = 500  # characters between a volume's heading and its first chapter's
_TITLE_PAGE = 200  # characters before the only heading of a book
_TAIL = 2  # headings of another family behind the last chapter that prove each other
_APPENDIX = re.compile(r"\W*附[录錄]")


def choose_headings(book: Book) -> dict[int, Heading]:
    """Return the book's headings by index of the paragraph, each with the level it has here.

    None where no family holds.
    """
    families = weigh(book)
    main = choose(families)
    if main is None or main.level == "volume":
        book, more = _with_faint(book)
        families += more
        main = choose(more) or main or choose(weigh(book, pairs=True))
    if main is None:
        extras = _extras(book, frozenset())
        only = _only_one(book)
        enough = only or len(extras) >= _ENOUGH_EXTRAS
        return dict(sorted({**only, **extras}.items())) if enough else {}
    chapters = {index: _at(book.headings[index], "chapter") for index in main.points}
    chapters |= _fillers(book, chapters, main)
    chapters |= _empty_ones(book, chapters, main)
    chapters |= _extras(book, _goes_on(book, chapters))
    chapters |= _doubled(book, chapters)
    chapters = dict(sorted(chapters.items()))
    volumes = _volumes(book, chapters, families)
    return dict(sorted({**chapters, **volumes}.items()))


def _with_faint(book: Book) -> tuple[Book, list[Family]]:
    """Return the book with the titles that prose has as well, and the families of these."""
    titles = find_faint(book.paragraphs, book.headings)
    book = replace(book, headings=dict(sorted({**book.headings, **titles}.items())))
    return book, [family for family in weigh(book) if family.unit in UNITS]


def _only_one(book: Book) -> dict[int, Heading]:
    """Return the heading of a book of one chapter: the first of its kind, and no other counts."""
    strong = {i: h for i, h in book.headings.items() if h.form >= STRONG}
    counted = [index for index, heading in strong.items() if heading.first is not None]
    if len(counted) != 1 or book.places[next(iter(strong))] > _TITLE_PAGE:
        return {}
    heading = book.headings[counted[0]]
    return {counted[0]: _at(heading, "chapter")} if heading.first == 1 else {}


def _at(heading: Heading, level: Level) -> Heading:
    return heading if heading.level == level else replace(heading, level=level)


def _extras(book: Book, goes_on: frozenset[int]) -> dict[int, Heading]:
    """Return the headings without a number of the sequence: 楔子, 番外第一章.

    Between two chapters whose numbers follow each other, an appendix, a list of such lines, and a
    bare 序 or 尾声 without a volume's heading at its side are part of the chapter before.
    """
    stray = _strays(book, goes_on)
    return {
        index: _at(heading, "chapter")
        for index, heading in book.headings.items()
        if heading.unit in UNCOUNTED and heading.form >= STRONG and index not in stray
    }


def _strays(book: Book, goes_on: frozenset[int]) -> set[int]:
    """Return which of the lines between two chapters open none, though their words might."""
    named = _named(book, goes_on)
    found = {index for run in dense_runs(named) for index in run}
    behind, before = _at_volumes(book)
    found |= {i for i, heading in named.items() if opens_book(heading) and i not in behind}
    found |= {i for i, heading in named.items() if ends_book(heading) and i not in before}
    appendices = {i for i, heading in named.items() if _APPENDIX.match(heading.title)}
    return (found - book.listed) | appendices


def _named(book: Book, indices: frozenset[int]) -> dict[int, Heading]:
    return {i: h for i, h in book.headings.items() if i in indices and h.unit in UNCOUNTED}


def _at_volumes(book: Book) -> tuple[set[int], set[int]]:
    """Return the headings without a number behind a volume's heading, and those before one.

    Another heading without a number may stand between.
    """
    sides: list[set[int]] = []
    indices = list(book.headings)
    for order in (indices, indices[::-1]):
        near: set[int] = set()
        at_volume = False
        for index in order:
            heading = book.headings[index]
            if heading.unit in UNCOUNTED:
                near |= {index} if at_volume else set()
            else:
                at_volume = heading.level == "volume" and heading.form >= STRONG
        sides.append(near)
    return sides[0], sides[1]


def _doubled(book: Book, chapters: Mapping[int, Heading]) -> dict[int, Heading]:
    """Return headings of another family beside one with the same number: Chapter 1, 第一章."""
    beside = (
        (place, heading)
        for index, heading in chapters.items()
        for place in (index - 1, index + 1)
        if place in book.headings and place not in chapters
    )
    return {
        place: _at(other, "chapter")
        for place, heading in beside
        if (other := book.headings[place]).form >= STRONG
        and other.level != "volume"
        and other.first == heading.first is not None
    }


def _goes_on(book: Book, chapters: Mapping[int, Heading]) -> frozenset[int]:
    """Return the candidates that stand between two chapters whose numbers follow each other."""
    following = _following_numbers(book, chapters)
    last: int | None = None
    found: set[int] = set()
    for index in book.headings:
        if index in chapters:
            last = chapters[index].last
        elif last is not None and following[index] == last + 1:
            found.add(index)
    return frozenset(found)


def _fillers(book: Book, chapters: Mapping[int, Heading], main: Family) -> dict[int, Heading]:
    """Return lines of other families that go on with the numbers: 第五节 between 四 and 六章.

    Behind the last chapter it takes two of them, 51、 and 52、 after 第五十章, or one of a family
    that fills gaps before.
    """
    found: dict[int, Heading] = {}
    tail: dict[int, Heading] = {}
    following = _following_numbers(book, chapters)
    last = 0
    unit = main.unit
    for index, heading in book.headings.items():
        if index in chapters:
            last, unit = chapters[index].last or last, main.unit
        elif _goes_on_with(heading, last, unit) and heading.unit != main.unit:
            behind = following[index]
            if behind is None:
                tail[index] = _at(heading, "chapter")
            elif behind > last + 1:
                found[index] = _at(heading, "chapter")
            else:
                continue
            last, unit = heading.last or last, heading.unit
    proved = len(tail) >= _TAIL or {h.unit for h in tail.values()} <= {
        h.unit for h in found.values()
    }
    return {**found, **(tail if proved else {})}


def _goes_on_with(heading: Heading, last: int, unit: str) -> bool:
    """Return whether a heading has the number after `last`, and a form that may be one's.

    Where the one before is of its `unit`, a title with a comma will do.
    """
    least = 0 if heading.unit == unit else 1
    follows = 0 < last == (heading.first or 0) - 1
    return follows and heading.form >= least and heading.level != "volume"


def _following_numbers(book: Book, chapters: Mapping[int, Heading]) -> dict[int, int | None]:
    """Return for each candidate the number of the next chapter behind it."""
    following: dict[int, int | None] = {}
    number: int | None = None
    for index in reversed(list(book.headings)):
        following[index] = number
        if index in chapters:
            number = chapters[index].first
    return following


def _empty_ones(book: Book, chapters: Mapping[int, Heading], main: Family) -> dict[int, Heading]:
    """Return headings in a row, with no text between, whose numbers go on from the one before."""
    found: dict[int, Heading] = {}
    order = sorted(chapters)
    place = 0
    last = 0
    for run in dense_runs(book.headings):
        own = [index for index in run if book.headings[index].unit == main.unit]
        while place < len(order) and order[place] < run[0]:
            last = chapters[order[place]].last or last
            place += 1
        if not own:
            continue
        expected = last
        for index in own:
            heading = book.headings[index]
            if heading.first != expected + 1 or heading.form < STRONG:
                break
            expected = heading.last or heading.first
        else:
            found |= {index: _at(book.headings[index], "chapter") for index in own}
            last = expected
    return found


def _volumes(
    book: Book, chapters: Mapping[int, Heading], families: list[Family]
) -> dict[int, Heading]:
    """Return the headings of volumes: those right before a chapter's, but for an introduction.

    A list of them without text between is none: 第一集 to 第四集 within a chapter.
    """
    sure = {family.unit for family in families}
    lists = {index for run in dense_runs(book.headings) for index in run}
    stops = {index: run[-1] for run in runs_of(book.headings) for index in run}
    order = sorted(chapters)
    found: dict[int, Heading] = {}
    place = 0
    for index, heading in book.headings.items():
        while place < len(order) and order[place] <= index:
            place += 1
        if heading.level != "volume" or index in chapters or index in lists or place == len(order):
            continue
        introduced = book.places[order[place]] - book.places[index + 1] <= _NEAR_VOLUME
        at_once = order[place] <= stops[index]
        if (at_once and heading.form >= STRONG) or (introduced and heading.unit in sure):
            found[index] = _at(heading, "volume")
    return found
