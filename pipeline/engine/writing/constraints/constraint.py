"""What a constraint on writing is, and how one gives way to those before it."""

from __future__ import annotations

from typing import Protocol, Self

import numpy as np

from pipeline.arrays import Floats, Ids
from pipeline.engine.writing.constraints.draft import Draft


class Constraint(Protocol):
    """One thing that a text keeps to. By default it asks for nothing and keeps nothing in mind.

    A constraint that would leave no word gives way to those before it in the list, so `constrain`
    bars words through `bar` and `keep_only`. Only banned words never give way.
    """

    def constrain(self, log_probs: Floats, draft: Draft) -> bool:
        """Bar or favour next words in place: log probabilities (V,), −inf where a word is barred.

        Return whether the next word is decided, so that no later constraint is asked.
        """
        return False

    def note(self, draft: Draft) -> None:
        """Take note of the draft's last word: of each one of the seed phrase, then of each written.

        What counts written words alone goes by the draft's own counts, which leave out the seed.
        """
        return

    def may_end(self, draft: Draft) -> bool:
        """Return whether the text may end here."""
        return True

    def fork(self) -> Self:
        """Return a constraint that goes on from here on its own; itself where it notes nothing."""
        return self


def bar(log_probs: Floats, ids: Ids) -> None:
    """Bar words in place, unless that left no word at all: then the constraint gives way."""
    if len(ids):
        before = log_probs[ids]
        log_probs[ids] = -np.inf
        if log_probs.max() == -np.inf:
            log_probs[ids] = before


def keep_only(log_probs: Floats, ids: Ids) -> None:
    """Bar all other words in place, unless all of these are barred: then it gives way."""
    kept = log_probs[ids]
    if len(ids) and kept.max() > -np.inf:
        log_probs[:] = -np.inf
        log_probs[ids] = kept
