"""Words that the text must hold, each at the best place that comes."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from typing import Self

from pipeline.arrays import Floats
from pipeline.artifacts.tokens import best_cut
from pipeline.engine.writing.constraints.constraint import Constraint, Given, bar, keep_only
from pipeline.engine.writing.constraints.draft import Draft
from pipeline.engine.writing.constraints.known import check_known
from pipeline.engine.writing.constraints.marks import Role, id_array

_WATCHING = 1 / 3  # the part of a wish's stretch in which its best place so far is only looked for
_LEAST_LEAD = -8.0  # nats behind the most probable word: no place so far was better than poor
_GIVING_IN = 8.0  # nats by which the demand falls over the rest of the stretch
_WAIT = 20  # words over the limit after which a wish no longer waits for a clause to begin


class MustInclude(Constraint):
    """Each wanted text is written once, in the order of the request.

    Each has its stretch of the text, the last one's ends at the limit. Its lead is the distance, in
    nats, of its first word from the most probable one. In the first third of the stretch only the
    best lead is noted; then the first place that is as good is taken, and the demand falls steadily
    (as in the secretary problem, but with a known end). Over the limit the next clause begins with
    it.

    Parameters
    ----------
    wanted : sequence of (text, ids of its words)
    break_id : int
    """

    def __init__(self, wanted: Sequence[tuple[str, list[int]]], break_id: int) -> None:
        self._break = id_array([break_id])
        self._count = len(wanted)
        self._pending = list(wanted)
        self._best = _LEAST_LEAD  # the first pending text's lead at its best place so far
        self._queue: list[int] = []  # the words that come next, once a text has begun

    @classmethod
    def made_for(cls, given: Given) -> Self | None:
        """Return the constraint, if there are words to be included.

        Raises
        ------
        SettingsError
            The novel does not know one of them.
        """
        texts = given.options.must_include
        if not texts:
            return None
        check_known("must-include", texts, given.log_priors)
        ids = {word: number for number, word in enumerate(given.words)}
        cut = [(text, [ids[w] for w in best_cut(text, given.log_priors)]) for text in texts]
        return cls(cut, given.marks.break_id)

    def constrain(self, weights: Floats, draft: Draft) -> bool:
        """Write the words of the text that has begun; begin the next if this is the place."""
        if not self._pending:
            return False
        if draft.options.finish and draft.in_last_paragraph:
            bar(weights, self._break)
        if not self._queue and self._is_due(weights, draft):
            self._queue = list(self._pending[0][1])
        if self._queue:
            keep_only(weights, id_array(self._queue[:1]))
        return bool(self._queue)

    def note(self, draft: Draft) -> None:
        """Strike what has been written, and the begun text's word if that was the last one."""
        self._queue = self._queue[1:] if self._queue[:1] == draft.ids[-1:] else []
        left = [(text, ids) for text, ids in self._pending if text not in draft.own_tail]
        if left[:1] != self._pending[:1]:
            self._best = _LEAST_LEAD
        self._pending = left

    def may_end(self, draft: Draft) -> bool:
        """Return whether all has been written, or there is no more time for it."""
        return not self._pending or draft.overdue

    def fork(self) -> Self:
        """Return a copy; its lists are replaced and never changed."""
        return copy.copy(self)

    def _is_due(self, weights: Floats, draft: Draft) -> bool:
        """Return whether the first pending text begins here; note how good a place it is."""
        own = float(weights[self._pending[0][1][0]] / weights.max())
        lead = math.log(own) if own > 0 else -math.inf
        if draft.over is not None:
            clause = draft.role not in (Role.WORD, Role.LONG, Role.OTHER)
            return draft.over > _WAIT or (clause and lead > -math.inf)
        done = self._count - len(self._pending)
        progress = draft.words / draft.options.limit() * self._count - done  # 0 to 1
        if progress < _WATCHING:
            self._best = max(self._best, lead)
            return False
        demand = self._best - _GIVING_IN * (progress - _WATCHING) / (1 - _WATCHING)
        return lead >= demand
