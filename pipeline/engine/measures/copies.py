"""How much of a written text stands in the training text word for word."""

from __future__ import annotations

from pipeline.arrays import Ids
from pipeline.engine.copy_index import CopyIndex, run_ends


def longest_copy(text_ids: Ids, index: CopyIndex) -> int:
    """Return the words of a text's longest run that stands in a source word for word."""
    ids, start, longest = text_ids.tolist(), 0, 0
    while start + longest < len(ids):
        # Shorter runs are not looked for: those that are as long as one that is there are rare.
        if len(run_ends(index, ids[start : start + longest + 1])):
            longest += 1
        else:
            start += 1
    return longest
