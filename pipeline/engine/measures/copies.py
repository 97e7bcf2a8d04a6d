"""Where a written text repeats the training text word for word."""

from __future__ import annotations

import numpy as np

from pipeline.arrays import Ids


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
        stop = start + _longest_match(text_ids[start:], source_ids)
        # A run that ends where the one before it ended is the tail of that one.
        if stop > furthest and stop - start >= least:
            runs.append((start, stop))
        furthest = max(furthest, stop)
    return runs


def _longest_match(text_ids: Ids, source_ids: Ids) -> int:
    """Return how many of the first words of `text_ids` (n,) stand in a row in `source_ids` (N,)."""
    places = np.arange(len(source_ids))  # where all words so far match
    for length, word_id in enumerate(text_ids):
        places = places[: np.searchsorted(places, len(source_ids) - length)]
        places = places[source_ids[places + length] == word_id]
        if not len(places):
            return length
    return len(text_ids)
