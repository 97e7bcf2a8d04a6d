"""Quotations and brackets that last: they are closed in time."""

from __future__ import annotations

from typing import Self

import numpy as np

from pipeline.arrays import Floats, Ids
from pipeline.engine.writing.constraints.constraint import Constraint, Given, keep_only
from pipeline.engine.writing.constraints.draft import Draft
from pipeline.engine.writing.constraints.marks import Marks, Role

_QUOTATION = 3  # context lengths after which a quotation ends with its sentence
_BRACKETED = 12  # words after which brackets are closed: mostly they hold a title


class ClosedInTime(Constraint):
    """After a sentence in a long quotation, and in long brackets, closing marks are likelier.

    The network sees the last `steps` words; beyond them it cannot know that a quotation is open.
    From there on the closing marks together get at least a share that grows with its length.
    """

    def __init__(self, marks: Marks, steps: int) -> None:
        self._marks = marks
        self._steps = steps

    @classmethod
    def made_for(cls, given: Given) -> Self | None:
        """Return the constraint, unless marks are free."""
        return cls(given.marks, given.steps) if given.options.marks else None

    def constrain(self, weights: Floats, draft: Draft) -> bool:
        """Favour the marks that close what was opened last, or keep only them."""
        if not draft.opened or draft.role in (Role.OPENING, Role.PAUSE):
            return False
        opening, position = draft.opened[-1]
        quoted = opening in self._marks.quotes
        if quoted and not draft.ended:
            return False
        longest = _QUOTATION * self._steps if quoted else _BRACKETED
        share = (len(draft.ids) - position) / longest
        closers = self._marks.closers[opening]
        if share >= 1:
            keep_only(weights, closers)
        elif share > 1 / _QUOTATION:
            _raise_share(weights, closers, share)
        return False


def _raise_share(weights: Floats, ids: Ids, share: float) -> None:
    """Raise weights in place until these words have this share of the whole, below 1."""
    total, present = float(weights.sum()), float(weights[ids].sum())
    if 0 < present < share * total:
        weights[ids] *= np.float32(share / (1 - share) * (total - present) / present)
