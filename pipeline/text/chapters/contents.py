"""Tables of contents: runs of headings with no text between that stand elsewhere over text."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.text.chapters.forms import STRONG, Heading, Identity
from pipeline.text.chapters.summarised import find_summarised

LABEL = re.compile(  # what stands over a table of contents
    r"(?i:\W*(?:本[书書卷册冊部集])?(?:目\s*[录錄次]|总目录?|總目錄?|回目|章[节節]目[录錄]|contents)\W*)"
)
_DENSE = 3  # so many different headings in a row, with no text between, are a list of some kind
_REPEATED = 0.6  # of a list's headings that stand elsewhere over text
_MOST_VOLUMES = 20  # with a chapter of the same number, in which a title is looked for


@dataclass(frozen=True)
class Contents:
    """The lines of tables of contents, and the headings elsewhere that they list."""

    lines: frozenset[int] = frozenset()
    listed: frozenset[int] = frozenset()


@dataclass
class _Lists:
    """Headings in runs without text between: lists, and those that stand over text."""

    dense: list[list[int]] = field(default_factory=list)
    sparse: dict[Identity, int] = field(default_factory=dict)
    numbers: dict[tuple[str, int], list[int]] = field(default_factory=dict)
    words: dict[int, str] = field(default_factory=dict)

    def add(self, heading: Heading, index: int) -> None:
        """Note a heading that stands over text."""
        self.sparse.setdefault(heading.identity, index)
        if heading.first is not None:
            self.numbers.setdefault((heading.unit, heading.first), []).append(index)
            self.words[index] = heading.identity[-1]

    def over_text(self, heading: Heading) -> int | None:
        """Return where a heading that is equal stands over text; one of both may lack its title."""
        key = heading.identity
        if key[4] and heading.first is not None:
            return self.sparse.get(key, self.sparse.get((*key[:3], None, "")))
        if heading.first is not None:
            return next(iter(self.numbers.get((heading.unit, heading.first), ())), None)
        return self.sparse.get(key)

    def behind(self, heading: Heading, after: int) -> int | None:
        """Return where a heading with this number and a title much like it stands behind a line."""
        exact = self.over_text(heading)
        if exact is not None and exact > after:
            return exact
        if heading.first is None:
            return None
        stands = self.numbers.get((heading.unit, heading.first), [])
        first = bisect_right(stands, after)
        near = stands[first : first + _MOST_VOLUMES]
        return next((i for i in near if _alike(heading.identity[-1], self.words[i])), None)


def is_label(line: str) -> bool:
    """Return whether a line says that a table of contents follows: 目录."""
    return LABEL.fullmatch(line) is not None


def runs_of(indices: Iterable[int]) -> list[list[int]]:
    """Group increasing indices into runs of neighbours."""
    runs: list[list[int]] = []
    for index in indices:
        if runs and index == runs[-1][-1] + 1:
            runs[-1].append(index)
        else:
            runs.append([index])
    return runs


def dense_runs(headings: Mapping[int, Heading]) -> list[list[int]]:
    """Return the runs of neighbours with three different headings of one unit or more."""
    return [run for run in runs_of(headings) if _is_dense(run, headings)]


def _is_dense(run: Sequence[int], headings: Mapping[int, Heading]) -> bool:
    if len(run) < _DENSE:
        return False
    counts: dict[str, set[Identity]] = {}
    for index in run:
        heading = headings[index]
        counts.setdefault(heading.unit, set()).add(heading.identity)
    return max(map(len, counts.values())) >= _DENSE


def find_contents(paragraphs: Sequence[str], headings: Mapping[int, Heading]) -> Contents:
    """Return the tables of contents of a book, wherever they stand.

    A table is a run of headings with no text between, most of which stand elsewhere, each over
    text of its own, perhaps with a title that differs a little. Lines that only count, 1, 2, 3, are
    none by themselves. Of a run that ends with a heading which the table has already named, that
    one opens the text and is no part of it.

    Parameters
    ----------
    paragraphs : the whole book
    headings : all lines that may be headings, by index, in order
    """
    labels = [index for index, line in enumerate(paragraphs) if is_label(line)]
    headings = {i: heading for i, heading in headings.items() if not is_label(paragraphs[i])}
    lines, listed = find_summarised(paragraphs, headings, labels)
    headings = {index: heading for index, heading in headings.items() if index not in lines}
    lists = _sort(paragraphs, headings)
    for run in lists.dense:
        labelled = _is_labelled(run[0], paragraphs)
        piece = [headings[index] for index in run]
        over = [lists.over_text(heading) for heading in piece]
        size = _tables([heading.identity for heading in piece], piece, over, labelled=labelled)
        if size == 0:
            over = [lists.behind(heading, run[-1]) for heading in piece]
            size = _tables(_loose_keys(piece), piece, over, labelled=labelled)
        tables = run[:size]
        targets = {index for index in over[:size] if index is not None}
        before = min(targets, default=run[-1]) >= run[0]
        if not _lists(piece[:size], labelled=labelled, before=before):
            continue
        lines.update(tables)
        listed.update(targets)
        if labelled and tables:
            lines.add(run[0] - 1)
    return Contents(frozenset(lines), frozenset(listed))


def _lists(table: Sequence[Heading], *, labelled: bool, before: bool) -> bool:
    """Return whether lines list chapters: 1, 2, 3 may be someone counting.

    Either half of them say more than a number, or two of three hold: a label, a form that is a
    heading's by itself, and a place before what is listed.
    """
    titled = sum(bool(heading.name) for heading in table) * 2 >= len(table)
    strong = sum(heading.form >= STRONG for heading in table) * 2 >= len(table)
    return titled or labelled + strong + before >= 2


def _is_labelled(index: int, paragraphs: Sequence[str]) -> bool:
    return index > 0 and is_label(paragraphs[index - 1])


def _sort(paragraphs: Sequence[str], headings: Mapping[int, Heading]) -> _Lists:
    """Part the lists from the headings that stand over text."""
    lists = _Lists()
    for run in runs_of(headings):
        if _is_dense(run, headings) or _is_labelled(run[0], paragraphs):
            lists.dense.append(run)
        else:
            for index in run:
                lists.add(headings[index], index)
    return lists


def _tables(
    keys: Sequence[Identity],
    run: Sequence[Heading],
    over: Sequence[int | None],
    *,
    labelled: bool,
) -> int:
    """Return how many headings of a run, from its first, are tables of contents.

    It is read piece by piece; a piece ends before a heading that it has named. `keys` are equal for
    what names the same chapter, `over` is where it stands over text.
    """
    last = {key: place for place, key in enumerate(keys)}
    start = 0
    while start < len(run):
        stop = _first_repeat(keys, start)
        while stop < len(run) and stop - 1 > start and run[stop - 1].level == "volume":
            stop -= 1  # it stands over the chapter that is repeated
        known = [
            last[keys[place]] >= stop or over[place] is not None for place in range(start, stop)
        ]
        size = _table_size(known, run[start:stop], labelled=labelled)
        start += size
        if size == 0 or start < stop:
            break
        labelled = False
    return start


def _loose_keys(run: Sequence[Heading]) -> list[Identity]:
    """Return the identities of headings, the first one's for those that are much like it."""
    seen: dict[tuple[str, int | None], list[Identity]] = {}
    keys: list[Identity] = []
    for heading in run:
        own = heading.identity
        before = seen.setdefault(own[:2], [])
        like = (key for key in before[-_MOST_VOLUMES:] if _alike(own[-1], key[-1]))
        keys.append(own if heading.first is None else next(like, own))
        before.append(own)
    return keys


def _alike(words: str, others: str) -> bool:
    """Return whether two titles have more than half of the shorter one's characters in common."""
    common = (Counter(words) & Counter(others)).total()
    return 2 * common > min(len(words), len(others))


def _table_size(known: Sequence[bool], piece: Sequence[Heading], *, labelled: bool) -> int:
    """Return how many headings of a piece, from its first, are a table of contents; 0: none."""
    chapters = [k for k, h in zip(known, piece, strict=True) if h.level != "volume"] or known
    if sum(chapters) < max(1 if labelled else _DENSE - 1, _REPEATED * len(chapters)):
        return 0
    return max(place for place, is_known in enumerate(known, 1) if is_known)


def _first_repeat(keys: Sequence[Identity], start: int) -> int:
    """Return the first place after `start` of a key that stands there already, or the end."""
    seen: set[Identity] = set()
    for place in range(start, len(keys)):
        if keys[place] in seen:
            return place
        seen.add(keys[place])
    return len(keys)
