"""Where a text ends: the limit, and the way from there to the end of a sentence."""

from __future__ import annotations

import math
from typing import Self

import numpy as np

from pipeline.arrays import Floats
from pipeline.engine.writing.constraints.constraint import Constraint, Given, bar, keep_only
from pipeline.engine.writing.constraints.draft import Draft
from pipeline.engine.writing.constraints.known import check_until
from pipeline.engine.writing.constraints.marks import Marks, Role, id_array
from pipeline.engine.writing.constraints.typography import half_a_mark
from pipeline.errors import SettingsError

_FAVOUR = 0.1  # nats by which an end grows likelier with every word over the limit
_LAST_OPENING = 15  # words over the limit after which nothing new is opened
_LAST_WORD = 40  # words over the limit after which the next place for a stop takes one


class Ending(Constraint):
    """The text ends at its limit, or once its sentence has ended and nothing is open any more."""

    def __init__(self, marks: Marks) -> None:
        self._marks = marks
        self._break = id_array([marks.break_id] if marks.break_id >= 0 else [])

    @classmethod
    def made_for(cls, given: Given) -> Self:
        """Return the constraint: every text has an end.

        Raises
        ------
        SettingsError
            No text of this novel's words comes to the end that is asked for.
        """
        check_until(given.options.until, given.words)
        if given.options.paragraphs and given.marks.break_id < 0:
            raise SettingsError(
                "--paragraphs: expected a novel with paragraphs, got one without",
                option="--paragraphs",
            )
        return cls(given.marks)

    def constrain(self, weights: Floats, draft: Draft) -> bool:
        """Over the limit, lead to the sentence's end in time and in order."""
        if draft.over is None or not draft.options.finish:
            return False
        marks = self._marks
        if draft.opened and (draft.ended or draft.has_until):
            keep_only(weights, marks.closers[draft.opened[-1][0]])
        elif draft.over < _LAST_WORD:
            weights[marks.ends] *= np.float32(math.exp(_FAVOUR * draft.over))
            bar(weights, self._break)
            if draft.over >= _LAST_OPENING:
                bar(weights, marks.openings)
        elif draft.role in (Role.PAUSE, Role.OPENING):
            for ids in (marks.pauses, marks.openings, marks.ends):
                bar(weights, ids)
        else:
            keep_only(weights, marks.full_stops if len(marks.full_stops) else marks.ends)
        return False

    def may_end(self, draft: Draft) -> bool:
        """Return whether the limit is reached, and the sentence is whole or time is over."""
        if draft.over is None or draft.overdue:
            return draft.overdue
        stopped = draft.ended or not len(self._marks.ends) or draft.has_until
        return stopped and not (draft.opened or half_a_mark(draft))

    def ends_with(self, word_id: int, draft: Draft) -> bool:
        """Return whether this is the break of the last paragraph, which is left out."""
        return word_id == self._marks.break_id and draft.in_last_paragraph


class LastParagraph(Constraint):
    """The last paragraph that was asked for ends with a sentence."""

    def __init__(self, marks: Marks) -> None:
        self._marks = marks
        self._break = id_array([marks.break_id])

    @classmethod
    def made_for(cls, given: Given) -> Self | None:
        """Return the constraint, if so many paragraphs are asked for and sentences are finished."""
        options = given.options
        return cls(given.marks) if options.finish and options.paragraphs else None

    def constrain(self, weights: Floats, draft: Draft) -> bool:
        """Bar the last paragraph's break within a sentence."""
        if len(self._marks.ends) and not draft.ended and draft.in_last_paragraph:
            bar(weights, self._break)
        return False
