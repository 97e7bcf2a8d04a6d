"""No chapter headings in the middle of a text, such as 第七回 after 且听下回分解."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np

from pipeline.arrays import Floats, Ids
from pipeline.engine.writing.constraints.constraint import Constraint, Given, bar
from pipeline.engine.writing.constraints.draft import Draft
from pipeline.engine.writing.constraints.marks import Role

_FEWEST = 2  # chapters that begin alike


class NoHeadings(Constraint):
    """No paragraph begins with a word that in the novel begins chapters, and little else.

    Attributes
    ----------
    headings : int32 (words,)
    """

    def __init__(self, headings: Ids) -> None:
        self.headings = headings

    @classmethod
    def made_for(cls, given: Given) -> Self | None:
        """Return the constraint where marks are kept to and chapters begin alike."""
        if given.text_ids is None or not given.options.marks:
            return None
        starts = [start for _, start, _ in given.chapters]
        headings = heading_words(given.text_ids, starts, given.marks.break_id)
        return cls(headings) if len(headings) else None

    def constrain(self, log_probs: Floats, draft: Draft) -> bool:
        """Bar the words of headings where a paragraph begins."""
        if draft.role is Role.BREAK:
            bar(log_probs, self.headings)
        return False


def heading_words(text_ids: Ids, starts: Sequence[int], break_id: int) -> Ids:
    """Return the words that begin more headings than other paragraphs, ascending.

    Parameters
    ----------
    text_ids : int32 (tokens,)
        −1 outside the training chapters.
    starts : where chapters begin, with their headings
    break_id : the word that ends a paragraph
    """
    first = np.flatnonzero(text_ids[:-1] == break_id) + 1  # of paragraphs
    own = np.asarray([start for start in starts if start < len(text_ids)], dtype=np.int64)
    every = np.union1d(first, own)
    words, counts = np.unique(text_ids[own], return_counts=True)
    begun = (text_ids[every][:, None] == words).sum(axis=0)  # paragraphs that a word begins
    found: Ids = words[(words >= 0) & (counts >= _FEWEST) & (2 * counts > begun)].astype(np.int32)
    return found
