"""No run of words that has been written already."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

from pipeline.arrays import Floats, Ids
from pipeline.engine.copy_index import CopyIndex, run_ends
from pipeline.engine.writing.constraints.constraint import Constraint, Given, bar
from pipeline.engine.writing.constraints.draft import Draft
from pipeline.engine.writing.constraints.marks import Marks, Role, id_array

_FORMULA = 2000  # words of the novel in which a run that is half punctuation is to be met once


@dataclass
class _Runs:
    """All but the last word of each run → (position, last word). Forks share it; see `note`."""

    followers: dict[tuple[int, ...], list[tuple[int, int]]] = field(default_factory=dict)
    stop: int = 0  # how many words have been noted


class NoRepeatedRuns(Constraint):
    """No run of `length` words is written twice, but for the novel's own formulae.

    Of the runs of four words that recur within 200 words of real novels, nearly all are half
    punctuation and formulae of the novel, such as 笑道：“ or ”宝玉道：. Runs that the novel itself
    repeats like that are free; twice as long a run is not, whatever it is made of.

    Parameters
    ----------
    length : int, at least 2
    vocabulary_size : int
        V: ids from V on are never written.
    marks : Marks
    text : CopyIndex or None
        The novel, where it is known.
    """

    def __init__(
        self, length: int, vocabulary_size: int, marks: Marks, text: CopyIndex | None
    ) -> None:
        self._lengths = (length, 2 * length)
        self._vocabulary_size = vocabulary_size
        self._marks = marks
        self._text = text
        self._runs = _Runs()
        self._stop = 0  # of the runs, those that end before here are its own

    @classmethod
    def made_for(cls, given: Given) -> Self | None:
        """Return the constraint, unless repeats are free."""
        length = given.options.no_repeat
        if not length:
            return None
        return cls(length, len(given.words), given.marks, given.copy_index)

    def constrain(self, weights: Floats, draft: Draft) -> bool:
        """Bar the words that would complete a run that has been written already."""
        bar(weights, self.repeated_next(draft))
        return False

    def repeated_next(self, draft: Draft) -> Ids:
        """Return the words that would complete a run that has been written already."""
        keys = (tuple(draft.ids[-length + 1 :]) for length in self._lengths)
        return id_array(
            [
                word_id
                for key in keys
                for position, word_id in self._runs.followers.get(key, ())
                if position < self._stop and word_id < self._vocabulary_size
            ]
        )

    def note(self, draft: Draft) -> None:
        """Note the runs that end with the draft's last word, but for formulae of the novel.

        They are written behind those that are shared, which no other fork looks at; one that goes
        on from further back, after an undo, copies its own first. So a fork costs nothing.
        """
        if self._stop < self._runs.stop:
            self._runs = self._own_runs()
        for length in self._lengths:
            run = tuple(draft.ids[-length:])
            if len(run) == length and (length > self._lengths[0] or not self._is_formula(run)):
                self._runs.followers.setdefault(run[:-1], []).append((self._stop, run[-1]))
        self._stop += 1
        self._runs.stop = self._stop

    def fork(self) -> Self:
        """Return a constraint that shares the runs so far."""
        return copy.copy(self)

    def _own_runs(self) -> _Runs:
        """Return a copy of the runs that end before `_stop`."""
        kept = {
            key: [follower for follower in followers if follower[0] < self._stop]
            for key, followers in self._runs.followers.items()
        }
        return _Runs({key: followers for key, followers in kept.items() if followers}, self._stop)

    def _is_formula(self, run: Sequence[int]) -> bool:
        """Return whether a run is half punctuation, and frequent in the novel where it is known."""
        marked = sum(self._marks.role(word_id) is not Role.WORD for word_id in run)
        if 2 * marked < len(run):
            return False
        text = self._text
        return text is None or len(run_ends(text, run)) * _FORMULA >= len(text.text_ids)
