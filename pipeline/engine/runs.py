"""Where a written text repeats the training text word for word."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.engine.generate import spell

Ids = NDArray[np.int32]


def copied_runs(text_ids: Ids, source_ids: Ids, least: int) -> list[tuple[int, int]]:
    """Return the stretches of a text that stand verbatim in a source.

    Parameters
    ----------
    text_ids : int32 (n,)
    source_ids : int32 (N,)
        Give what must not match, such as unknown words and the seams between chapters, ids that the
        text never has.
    least : int
        Words of the shortest run to report, at least 1.

    Returns
    -------
    list of (start, stop)
        Each `text_ids[start:stop]` occurs in `source_ids` and grows on neither side. In order of
        start; two runs copied from different places may overlap.
    """
    runs: list[tuple[int, int]] = []
    furthest = 0
    for start in range(len(text_ids)):
        stop = start + longest_match(text_ids[start:], source_ids)
        # A run that ends where the one before it ended is the tail of that one.
        if stop > furthest and stop - start >= least:
            runs.append((start, stop))
        furthest = max(furthest, stop)
    return runs


def longest_match(text_ids: Ids, source_ids: Ids) -> int:
    """Return how many of the first words of `text_ids` (n,) stand in a row in `source_ids` (N,)."""
    places = np.arange(len(source_ids))  # where all words so far match
    for length, word_id in enumerate(text_ids):
        places = places[: np.searchsorted(places, len(source_ids) - length)]
        places = places[source_ids[places + length] == word_id]
        if not len(places):
            return length
    return len(text_ids)


def divide_text(
    words: Sequence[str], runs: Sequence[tuple[int, int]], *, previous: str = ""
) -> tuple[tuple[tuple[str, bool], ...], ...]:
    """Return a text as paragraphs of pieces (text, whether it is copied).

    Two runs that meet are two pieces; where they overlap, the words belong to the first.

    Parameters
    ----------
    words : written words and paragraph breaks
    runs : what is copied, from `copied_runs`
    previous : the word before the first
    """
    # Later runs first, so that an earlier one has the last say.
    owners = {p: start for start, stop in reversed(runs) for p in range(start, stop)}
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
