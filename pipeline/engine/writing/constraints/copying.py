"""No longer copy of the training text than allowed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np

from pipeline.arrays import Floats, Ids
from pipeline.engine.copy_index import NOTHING, CopyIndex, run_ends
from pipeline.engine.writing.constraints.constraint import Constraint, Given, bar
from pipeline.engine.writing.constraints.draft import Draft


class NoLongCopies(Constraint):
    """No run of more than `limit` words that stands in a novel's text, as that is cut there."""

    def __init__(self, indices: Sequence[CopyIndex], limit: int) -> None:
        self._indices = indices
        self._limit = limit

    @classmethod
    def made_for(cls, given: Given) -> Self | None:
        """Return the constraint, unless copies are free or there is no text to copy."""
        limit = given.options.max_copy
        indices = given.copy_indices if limit else ()
        return cls(indices, limit) if indices else None

    def constrain(self, weights: Floats, draft: Draft) -> bool:
        """Bar the words that would copy one word too many."""
        for index in self._indices:
            bar(weights, copied_next(index, draft.ids, self._limit))
        return False


def copied_next(index: CopyIndex, ids: Sequence[int], limit: int) -> Ids:
    """Return the words that would make a run of `limit` + 1 words that stands in the text.

    Parameters
    ----------
    index : CopyIndex
    ids : the words so far
    limit : int, at least 1
    """
    run = ids[-limit:]
    if len(run) < limit:
        return NOTHING
    ends = run_ends(index, run)
    followers = np.unique(index.text_ids[ends[ends < len(index.text_ids)]])
    return followers[(followers >= 0) & (followers < len(index.starts) - 1)]
