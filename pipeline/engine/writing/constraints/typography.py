"""Marks in order: which words may not stand next, whatever the novel.

General rules of Chinese typesetting (GB/T 15834): no line starts with a pause, a stop or a closing
mark; only what is open is closed, and by its own mark; two pauses or stops do not stand in a row.
A paragraph that has begun to punctuate ends with a mark.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Self

from pipeline.arrays import Floats, Ids
from pipeline.engine.copy_index import NOTHING
from pipeline.engine.writing.constraints.constraint import Constraint, Given, bar, keep_only
from pipeline.engine.writing.constraints.draft import Draft
from pipeline.engine.writing.constraints.marks import Role, id_array


class PairedMarks(Constraint):
    """Quotation marks and brackets come in pairs."""

    def __init__(self) -> None:
        self._barred: dict[tuple[int, ...], Ids] = {}  # by what is open; texts open little

    @classmethod
    def made_for(cls, given: Given) -> Self | None:
        """Return the constraint, unless marks are free."""
        return cls() if given.options.marks else None

    def constrain(self, weights: Floats, draft: Draft) -> bool:
        """Bar what may not open, close or break anything here."""
        opened = tuple(opening for opening, _ in draft.opened)
        if opened not in self._barred:
            self._barred[opened] = out_of_place(draft)
        bar(weights, self._barred[opened])
        return False


class OrderedStops(Constraint):
    """Pauses, stops and paragraph breaks stand where they may."""

    @classmethod
    def made_for(cls, given: Given) -> Self | None:
        """Return the constraint, unless marks are free."""
        return cls() if given.options.marks else None

    def constrain(self, weights: Floats, draft: Draft) -> bool:
        """Bar marks that may not stand beside the last word."""
        for ids in out_of_line(draft):
            bar(weights, ids)
        return False


class TwofoldMarks(Constraint):
    """A mark that this novel prints in twos is written in twos."""

    @classmethod
    def made_for(cls, given: Given) -> Self | None:
        """Return the constraint, unless marks are free."""
        return cls() if given.options.marks else None

    def constrain(self, weights: Floats, draft: Draft) -> bool:
        """Let half a mark be followed by its other half."""
        if not half_a_mark(draft):
            return False
        keep_only(weights, id_array(draft.ids[-1:]))
        return True


class NoEmptyParagraph(Constraint):
    """No paragraph is empty: what is left of order where marks are free."""

    @classmethod
    def made_for(cls, given: Given) -> Self | None:
        """Return the constraint, if marks are free."""
        return cls() if not given.options.marks else None

    def constrain(self, weights: Floats, draft: Draft) -> bool:
        """Bar a second break in a row."""
        if draft.role is Role.BREAK:
            bar(weights, id_array([draft.marks.break_id]))
        return False


def out_of_place(draft: Draft) -> Ids:
    """Return words that may not open, close or break anything here."""
    marks = draft.marks
    top = draft.opened[-1][0] if draft.opened else None
    fitting = NOTHING if top is None else marks.closers[top]
    again = {opening for opening, _ in draft.opened}  # inside its like, a mark opens nothing
    barred = {*marks.closings.tolist(), *again} - {*fitting.tolist()}
    if top is None:
        barred -= marks.closers.keys()  # straight marks open here
    else:
        barred.add(marks.break_id)
    return id_array(sorted(barred - {-1}))


def out_of_line(draft: Draft) -> Iterator[Ids]:
    """Yield marks that may not stand beside the last word."""
    marks, role = draft.marks, draft.role
    closed_end = role is Role.CLOSING and draft.ended
    if role in (Role.PAUSE, Role.END, Role.OPENING, Role.BREAK) or closed_end:
        yield marks.pauses
        yield marks.ends
    if role in (Role.OPENING, Role.BREAK):
        yield marks.closings
    if (
        role in (Role.OPENING, Role.BREAK)
        or (role is Role.PAUSE and draft.tail[-1:] not in "：:")
        or (role is Role.WORD and draft.punctuated)  # only headings and verses end with a word
    ):
        yield id_array([marks.break_id] if marks.break_id >= 0 else [])
    if role is Role.OTHER or (role is Role.LONG and draft.run >= 2):
        yield id_array(draft.ids[-1:])


def half_a_mark(draft: Draft) -> bool:
    """Return whether the last word is the first half of a mark that is printed in twos."""
    return draft.ids[-1] in draft.marks.twofold and draft.run % 2 == 1
