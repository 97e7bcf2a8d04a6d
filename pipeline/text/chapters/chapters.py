"""From paragraphs to chapters that cover them without gaps."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace

from pipeline.artifacts.corpus import Chapter
from pipeline.chinese import has_chinese
from pipeline.text.chapters.chosen import choose_headings
from pipeline.text.chapters.contents import Contents, find_contents, runs_of
from pipeline.text.chapters.damaged import tell_damaged, with_damaged
from pipeline.text.chapters.families import UNCOUNTED, make_book
from pipeline.text.chapters.forms import NAMED, STRONG, Heading
from pipeline.text.chapters.headings import read_heading
from pipeline.text.chapters.likely import likeliest
from pipeline.text.chapters.listed import find_listed
from pipeline.text.chapters.parts import with_parts
from pipeline.text.chapters.pattern import read_own
from pipeline.text.chapters.rows import find_rows
from pipeline.text.chapters.running import find_running
from pipeline.text.cuts import Cut
from pipeline.text.gaps import prose_gaps, squeezed

_FRONT_MATTER = 500  # characters; less than this before the first heading is no chapter
_USUAL = 0.6  # of the headings without a title: so many have one in the line below
_TITLE = re.compile(r"[^。！？；：“”…!?;:「」『』]{1,20}")
_WHOLE_TITLE = "全文"
_MARKED = 3  # points of a heading that the book itself marks
_FRONT_TITLE = "前言"

Place = tuple[str, int]  # document and line, as in a Cut


@dataclass(frozen=True)
class Division:
    """A book divided.

    Attributes
    ----------
    paragraphs : tuple of str
        Without what was cut.
    chapters : tuple of Chapter
        They cover all paragraphs.
    cuts : tuple of Cut
        The lines of tables of contents and the running titles, in order.
    headings : int
        How many lines are headings, or look like one by themselves.
    undivided : bool
        No heading was found.
    likeliest : tuple of str
        Up to three lines that look most like one, then.
    damaged : str
        What is to be said of headings with a damaged number.
    """

    paragraphs: tuple[str, ...]
    chapters: tuple[Chapter, ...]
    cuts: tuple[Cut, ...] = ()
    headings: int = 0
    undivided: bool = False
    likeliest: tuple[str, ...] = ()
    damaged: str = ""


def divide(
    paragraphs: Sequence[str],
    *,
    pattern: re.Pattern[str] | None = None,
    places: Sequence[Place] = (),
    titles: Set[str] = frozenset(),
) -> Division:
    """Divide a novel into chapters by its headings.

    - Which lines are headings the whole book decides (`families`), or `pattern`.
    - A table of contents and running titles are cut.
    - A heading followed directly by another (卷 by 章) belongs to that one's chapter.
    - Less than 500 characters before the first heading join the first chapter, more are a chapter
      titled 前言.
    - Without headings the whole text is one chapter titled 全文.

    Parameters
    ----------
    paragraphs : cleaned, not empty
    pattern : matches the beginnings of a book's own headings, see `pattern.compile_pattern`
    places : where each paragraph comes from, for the records of what is cut; may be left out
    titles : lines that the book itself marks as headings, without white space

    Raises
    ------
    SettingsError
        The pattern takes too long.
    """
    marked = _marked(paragraphs, titles) if pattern is None else {}
    candidates, contents, damaged = _candidates(paragraphs, pattern, marked)
    kept = [index for index in range(len(paragraphs)) if index not in contents.lines]
    text = [paragraphs[index] for index in kept]
    rest = {new: candidates[old] for new, old in enumerate(kept) if old in candidates}
    sure = contents.listed | marked.keys()
    listed = frozenset(new for new, old in enumerate(kept) if old in sure)
    headings = rest if pattern else choose_headings(make_book(text, rest, listed))
    running = _alone(find_running(rest, headings), rest)
    prose = _prose(rest, headings)
    text = [prose_gaps(line) if index in prose else line for index, line in enumerate(text)]
    left = tuple(line for index, line in enumerate(text) if index not in running)
    chapters = _cover(left, _find_starts(left, _without(headings, running)))
    undivided = chapters[0].title == _WHOLE_TITLE
    reasons = dict.fromkeys(contents.lines, "contents")
    reasons |= {kept[index]: "running title" for index in running}
    return Division(
        left,
        chapters,
        tuple(
            Cut(reasons[index], *(places[index] if places else ("", 0)), paragraphs[index])
            for index in sorted(reasons)
        ),
        sum(index in headings or heading.form >= STRONG for index, heading in rest.items()),
        undivided,
        likeliest(left, rest.values()) if undivided else (),
        damaged,
    )


def _candidates(
    paragraphs: Sequence[str], pattern: re.Pattern[str] | None, marked: Mapping[int, Heading]
) -> tuple[dict[int, Heading], Contents, str]:
    """Return the lines that may be headings by their index, the tables of contents, and a note."""
    note = ""
    if pattern is None:
        found = {i: h for i, line in enumerate(paragraphs) if (h := read_heading(line))}
        sound, damaged = with_damaged(dict(sorted({**marked, **found}.items())))
        candidates, note = with_parts(sound), tell_damaged(paragraphs, damaged)
    else:
        candidates = read_own(paragraphs, pattern)
    rows = find_rows(paragraphs, candidates)
    candidates = {index: h for index, h in candidates.items() if index not in rows}
    contents = find_contents(paragraphs, candidates)
    contents = replace(contents, lines=contents.lines | rows)
    if pattern is None:
        contents, by_title = find_listed(paragraphs, candidates, contents)
        candidates = dict(sorted({**candidates, **by_title}.items()))
    return candidates, contents, note


def _marked(paragraphs: Sequence[str], titles: Set[str]) -> dict[int, Heading]:
    """Return the lines that the book itself marks as headings, as headings without a number."""
    if not titles:
        return {}
    return {
        index: Heading(line, line, NAMED, "chapter", form=_MARKED)
        for index, line in enumerate(paragraphs)
        if squeezed(line) in titles
    }


def _without(headings: Mapping[int, Heading], cut: frozenset[int]) -> dict[int, Heading]:
    """Return the headings by their index among the lines that are left."""
    gone = sorted(cut)
    return {i - bisect_left(gone, i): h for i, h in headings.items() if i not in cut}


def _alone(running: frozenset[int], candidates: Mapping[int, Heading]) -> frozenset[int]:
    """Return the running titles without bare numbers that are no page's head.

    Someone may count to three in chapter one. A number at the head of pages stands alone in its
    place, and in most chapters.
    """
    bare = {
        index for index in running if not candidates[index].name and candidates[index].form < STRONG
    }
    single = {index for index in bare if not {index - 1, index + 1} & candidates.keys()}
    heads = Counter(unit for unit, _ in {_count(candidates[index]) for index in single})
    all_of = Counter(unit for unit, _ in {_count(heading) for heading in candidates.values()})
    usual = {unit for unit, count in heads.items() if count >= _USUAL * all_of[unit]}
    return running - {i for i in bare if i not in single or candidates[i].unit not in usual}


def _count(heading: Heading) -> tuple[str, int | None]:
    return heading.unit, heading.first


def _prose(candidates: Mapping[int, Heading], headings: Mapping[int, Heading]) -> set[int]:
    """Return the lines that might have been headings and are prose; entries of a list are not."""
    return {
        index
        for index, heading in candidates.items()
        if index not in headings and (heading.form < STRONG or heading.unit in UNCOUNTED)
    }


@dataclass(frozen=True)
class _Start:
    """Where a chapter begins."""

    index: int
    title: str
    volume: str = ""


def _find_starts(paragraphs: Sequence[str], headings: Mapping[int, Heading]) -> list[_Start]:
    """Return the beginnings of the chapters.

    The title is that of a run's last heading above volume level; a run without text behind it, at
    the end of the book, opens nothing. A volume holds until the next one.
    """
    starts: list[_Start] = []
    volume = ""
    opened: int | None = None  # where a volume begins that no chapter has followed yet
    titles = _titles_below(paragraphs, headings)
    runs = runs_of(headings)
    for run, following in zip(runs, [*runs[1:], [len(paragraphs)]], strict=False):
        named = [headings[index] for index in run if headings[index].level == "chapter"]
        volumes = [headings[index].title for index in run if headings[index].level == "volume"]
        volume = "\u3000".join(volumes) or volume
        first = run[0] if opened is None else opened
        opened = None
        if run[-1] == len(paragraphs) - 1:
            continue
        below = sum(map(len, paragraphs[run[-1] + 1 : following[0]]))
        if not named and following[0] < len(paragraphs) and below < _FRONT_MATTER:
            opened = first  # what stands below is the volume's introduction
            continue
        heading = _fullest(named) if named else headings[run[-1]]
        title = heading.title + titles.get(run[-1], "")
        starts.append(_Start(first, title, heading.volume or volume if named else ""))
    return starts


def _fullest(named: Sequence[Heading]) -> Heading:
    """Return the last heading, or of two in two languages the one that says more."""
    last, before = named[-1], named[-2:][0]
    if last.name or before.unit == last.unit or before.first != last.first:
        return last
    return before if before.name or has_chinese(before.title) else last


def _titles_below(paragraphs: Sequence[str], headings: Mapping[int, Heading]) -> dict[int, str]:
    """Return the titles that stand in the line below their number, if the book has them there."""
    bare = [index for index, heading in headings.items() if not heading.name]
    titles = {
        index: "\u3000" + paragraphs[index + 1]
        for index in bare
        if index + 2 < len(paragraphs)
        and index + 1 not in headings
        and index + 2 not in headings
        and _TITLE.fullmatch(paragraphs[index + 1])
    }
    return titles if len(titles) >= _USUAL * len(bare) else {}


def _cover(paragraphs: Sequence[str], starts: list[_Start]) -> tuple[Chapter, ...]:
    """Make chapters that cover all paragraphs from where headings stand."""
    if not starts:
        return (Chapter(_WHOLE_TITLE, 0, len(paragraphs)),)
    front = sum(map(len, paragraphs[: starts[0].index]))
    first = starts[0]
    if front >= _FRONT_MATTER:
        starts = [_Start(0, _FRONT_TITLE), *starts]
    else:
        starts = [_Start(0, first.title, first.volume), *starts[1:]]
    stops = [start.index for start in starts[1:]] + [len(paragraphs)]
    return tuple(
        Chapter(start.title, start.index, stop, start.volume)
        for start, stop in zip(starts, stops, strict=True)
    )
