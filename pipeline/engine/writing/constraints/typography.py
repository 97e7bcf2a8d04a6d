"""Marks in order: which words may not stand next, whatever the novel.

General rules of Chinese typesetting (GB/T 15834): no line starts with a pause, a stop or a closing
mark; only what is open is closed, and by its own mark; two pauses or stops do not stand in a row.
A paragraph that has begun to punctuate ends with a mark.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pipeline.arrays import Ids
from pipeline.engine.writing.constraints.copying import NOTHING
from pipeline.engine.writing.constraints.draft import Draft
from pipeline.engine.writing.constraints.marks import Marks, Role


def out_of_place(draft: Draft, marks: Marks) -> Iterator[Ids]:
    """Yield words that may not open, close or break anything here."""
    top = draft.opened[-1][0] if draft.opened else None
    fitting = NOTHING if top is None else marks.closers[top]
    again = {opening for opening, _ in draft.opened}  # inside its like, a mark opens nothing
    barred = {*marks.closings.tolist(), *again} - {*fitting.tolist()}
    if top is None:
        barred -= marks.closers.keys()  # straight marks open here
    else:
        barred.add(marks.break_id)
    yield np.array(sorted(barred - {-1}), dtype=np.int32)


def out_of_line(draft: Draft, marks: Marks) -> Iterator[Ids]:
    """Yield marks that may not stand beside the last word."""
    role = draft.role
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
        yield np.array([marks.break_id] if marks.break_id >= 0 else [], dtype=np.int32)
    if role is Role.OTHER or (role is Role.LONG and draft.run >= 2):
        yield np.array(draft.ids[-1:], dtype=np.int32)


def half_a_mark(draft: Draft, marks: Marks) -> bool:
    """Return whether the last word is the first half of a mark that is printed in twos."""
    return draft.ids[-1] in marks.twofold and draft.run % 2 == 1
