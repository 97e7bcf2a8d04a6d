"""A written text divided into paragraphs, and those into what is copied and what is not."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.engine.writing.constraints.marks import PAIRS
from pipeline.engine.writing.generate import spell

_OPENINGS, _CLOSINGS = frozenset(PAIRS), frozenset(PAIRS.values())


def divide_text(
    words: Sequence[str], runs: Sequence[tuple[int, int]], *, previous: str = ""
) -> tuple[tuple[tuple[str, bool], ...], ...]:
    """Return a text as paragraphs of pieces (text, whether it is copied).

    Two runs that meet or overlap are two pieces; `divide_runs` tells where one ends.

    Parameters
    ----------
    words : written words and paragraph breaks
    runs : what is copied, from `copied_stretches`
    previous : the word before the first
    """
    owners = {p: start for start, stop in divide_runs(words, runs) for p in range(start, stop)}
    kinds = [(word == PARAGRAPH_BREAK, owners.get(place)) for place, word in enumerate(words)]
    paragraphs: list[list[tuple[str, bool]]] = [[]]
    for (is_break, owner), group in groupby(zip(kinds, words, strict=True), key=lambda it: it[0]):
        piece = [word for _, word in group]
        if is_break:
            paragraphs += [[] for _ in piece]
        else:
            paragraphs[-1].append((spell(piece, previous), owner is not None))
        previous = piece[-1]
    return tuple(tuple(pieces) for pieces in paragraphs)


def divide_runs(words: Sequence[str], runs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the runs, in order of start, with no word in two of them.

    What two have in common is divided where the fewest quotation marks and brackets are open, as
    late as possible, so that “ stays with what it opens. Where they only meet, a mark may change
    sides.
    """
    depths = _open_marks(words)
    divided: list[tuple[int, int]] = []
    for start, stop in runs:
        if divided and start <= divided[-1][1]:
            first, end = divided[-1]
            places = range(max(start, first + 1), end + 1)
            if start == end:
                places = range(
                    start - (start - first > 1 and words[start - 1] in _OPENINGS),
                    start + 1 + (stop - start > 1 and words[start] in _CLOSINGS),
                )
            border = min(reversed(places), key=lambda place: depths[place])
            divided[-1], start = (first, border), border
        divided.append((start, stop))
    return divided


def _open_marks(words: Sequence[str]) -> list[int]:
    """Return how many pairs of marks are open before each word, and at the end.

    They are counted from the paragraph's beginning; a mark that closes nothing counts nothing.
    """
    depths = [0]
    for word in words:
        if word == PARAGRAPH_BREAK:
            depths.append(0)
        else:
            step = (word in _OPENINGS) - (word in _CLOSINGS)
            depths.append(max(0, depths[-1] + step))
    return depths
