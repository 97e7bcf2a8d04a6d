"""Where a written text repeats the training text word for word."""

from __future__ import annotations

from pipeline.arrays import Ids
from pipeline.engine.copy_index import CopyIndex, run_ends


def copied_runs(text_ids: Ids, index: CopyIndex, least: int) -> list[tuple[int, int]]:
    """Return the stretches of a text that stand verbatim in a source.

    Parameters
    ----------
    text_ids : int32 (n,)
    index : CopyIndex
        Of the source. What must not match, such as unknown words and the seams between chapters,
        has ids in it that are outside the vocabulary.
    least : int
        Words of the shortest run to report, at least 1.

    Returns
    -------
    list of (start, stop)
        Each `text_ids[start:stop]` occurs in the source and grows on neither side. In order of
        start; two runs copied from different places may overlap.
    """
    ids = text_ids.tolist()
    runs: list[tuple[int, int]] = []
    furthest = 0
    for start in range(len(ids) - least + 1):
        stop = max(start + least, furthest)
        if not _stands(index, ids[start:stop]):
            continue
        while stop < len(ids) and _stands(index, ids[start : stop + 1]):
            stop += 1
        # A run that ends where the one before it ended is the tail of that one.
        if stop > furthest:
            runs.append((start, stop))
        furthest = stop
    return runs


def longest_copy(text_ids: Ids, index: CopyIndex) -> int:
    """Return the words of a text's longest run that stands in a source word for word."""
    ids, start, longest = text_ids.tolist(), 0, 0
    while start + longest < len(ids):
        # Shorter runs are not looked for: those that are as long as one that is there are rare.
        if _stands(index, ids[start : start + longest + 1]):
            longest += 1
        else:
            start += 1
    return longest


def _stands(index: CopyIndex, run: list[int]) -> bool:
    """Return whether a run of words stands in the source."""
    return len(run_ends(index, run)) > 0
