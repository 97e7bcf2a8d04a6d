"""Rare characters stand in the company that the novel gives them.

A character that the novel has a few times is mostly half of a word, which the model knows too
little of to go on from: it would make words that there are not.
"""

from __future__ import annotations

from typing import Self

import numpy as np

from pipeline.arrays import Floats, Ids
from pipeline.chinese import has_chinese
from pipeline.engine.writing.constraints.constraint import Constraint, Given, keep_only
from pipeline.engine.writing.constraints.draft import Draft

_RARE = 20  # times in the novel, at most
_PLACES = 5000  # words of the novel for each of them: in a short text none is rare


class KnownCompany(Constraint):
    """After a rare character comes what came after it in the novel.

    Attributes
    ----------
    followers : rare character → int32 (words,)
        What follows it in the novel, a mark or a line end as well.
    """

    def __init__(self, followers: dict[int, Ids]) -> None:
        self.followers = followers

    @classmethod
    def made_for(cls, given: Given) -> Self | None:
        """Return the constraint where marks are kept to and there is a novel to go by."""
        if given.text_ids is None or not given.options.marks:
            return None
        return cls(rare_followers(given.network.words, given.text_ids))

    def constrain(self, log_probs: Floats, draft: Draft) -> bool:
        """Keep to what came after the last word, if it is a rare character."""
        if draft.ids and (found := self.followers.get(draft.ids[-1])) is not None:
            keep_only(log_probs, found)
        return False


def rare_followers(words: tuple[str, ...], text_ids: Ids) -> dict[int, Ids]:
    """Return what follows each rare character of a text: see `KnownCompany`.

    A character that is followed by a gap alone, as at the end of a training chapter, has no entry.
    """
    size = len(words)
    inside = (text_ids >= 0) & (text_ids < size)  # (tokens,)
    counts = np.bincount(text_ids[inside], minlength=size)  # (V,)
    single = np.array([len(word) == 1 and has_chinese(word) for word in words])  # (V,)
    rare = single & (counts <= min(_RARE, len(text_ids) // _PLACES))
    places = np.flatnonzero(inside[:-1] & inside[1:] & rare[np.where(inside, text_ids, 0)[:-1]])
    pairs = np.unique(np.stack([text_ids[places], text_ids[places + 1]], axis=1), axis=0)  # (P, 2)
    found, first = np.unique(pairs[:, 0], return_index=True)
    parts = np.split(pairs[:, 1].astype(np.int32), first[1:]) if len(found) else []
    return dict(zip(found.tolist(), parts, strict=True))
