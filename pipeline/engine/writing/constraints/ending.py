"""Where a text ends: the limit, and the way from there to the end of a sentence."""

from __future__ import annotations

import numpy as np

from pipeline.arrays import Floats
from pipeline.engine.writing.constraints.constraint import Constraint, bar, keep_only
from pipeline.engine.writing.constraints.draft import Draft
from pipeline.engine.writing.constraints.marks import Marks, Role, id_array
from pipeline.engine.writing.constraints.typography import half_a_mark
from pipeline.engine.writing.options import WritingOptions

_FAVOUR = 0.1  # nats by which an end grows likelier with every word over the limit
_LAST_OPENING = 15  # words over the limit after which nothing new is opened
_LAST_WORD = 40  # words over the limit after which the next place for a stop takes one
_DEADLINE = 120  # words over the limit after which the text ends, come what may


class Ending(Constraint):
    """The text ends at its limit, or once its sentence has ended and nothing is open any more."""

    def __init__(self, options: WritingOptions, marks: Marks) -> None:
        self._options = options
        self._marks = marks
        self._break = id_array([marks.break_id] if marks.break_id >= 0 else [])
        self._patience = _DEADLINE if options.finish else 0

    def constrain(self, log_probs: Floats, draft: Draft) -> bool:
        """Over the limit, lead to the sentence's end in time and in order."""
        if draft.over is None or not self._options.finish:
            return False
        marks = self._marks
        if draft.opened and (draft.ended or self._has_until(draft)):
            keep_only(log_probs, marks.closers[draft.opened[-1][0]])
        elif draft.over < _LAST_WORD:
            log_probs[marks.ends] += np.float32(_FAVOUR * draft.over)
            bar(log_probs, self._break)
            if draft.over >= _LAST_OPENING:
                bar(log_probs, marks.openings)
        elif draft.role in (Role.PAUSE, Role.OPENING):
            for ids in (marks.pauses, marks.openings, marks.ends):
                bar(log_probs, ids)
        else:
            keep_only(log_probs, marks.full_stops if len(marks.full_stops) else marks.ends)
        return False

    def note(self, draft: Draft) -> None:
        """Count the words over the limit."""
        if draft.over is not None:
            draft.over += 1
        elif self._at_limit(draft):
            draft.over = 0
        draft.overdue = draft.over is not None and draft.over >= self._patience

    def may_end(self, draft: Draft) -> bool:
        """Return whether the limit is reached, and the sentence is whole or time is over."""
        if draft.over is None or draft.overdue:
            return draft.overdue
        stopped = draft.ended or not len(self._marks.ends) or self._has_until(draft)
        return stopped and not (draft.opened or half_a_mark(draft))

    def _at_limit(self, draft: Draft) -> bool:
        """Return whether one of the ends that were asked for has been reached."""
        options = self._options
        return (
            draft.words >= options.limit()
            or (options.sentences is not None and draft.sentences >= options.sentences)
            or (options.paragraphs is not None and draft.paragraphs >= options.paragraphs)
            or self._has_until(draft)
        )

    def _has_until(self, draft: Draft) -> bool:
        """Return whether the text that ends it was written: its sentence need not end."""
        return self._options.until != "" and self._options.until in draft.own_tail


class LastParagraph(Constraint):
    """The last paragraph that was asked for ends with a sentence."""

    def __init__(self, options: WritingOptions, marks: Marks) -> None:
        self._options = options
        self._marks = marks
        self._break = id_array([marks.break_id])

    def constrain(self, log_probs: Floats, draft: Draft) -> bool:
        """Bar the last paragraph's break within a sentence."""
        if len(self._marks.ends) and not draft.ended and in_last_paragraph(draft, self._options):
            bar(log_probs, self._break)
        return False


def in_last_paragraph(draft: Draft, options: WritingOptions) -> bool:
    """Return whether this is the last paragraph that was asked for: its break ends the text."""
    return options.paragraphs == draft.paragraphs + 1
