"""Where a text ends: the limit, the way to the end of the sentence, and quotations that last."""

from __future__ import annotations

import math

import numpy as np

from pipeline.arrays import Floats, Ids
from pipeline.engine.writing.rules.draft import Draft
from pipeline.engine.writing.rules.marks import Marks, Role
from pipeline.engine.writing.rules.pen import Pen
from pipeline.engine.writing.rules.typography import half_a_mark

FAVOUR = 0.1  # nats by which an end grows likelier with every word over the limit
LAST_OPENING = 15  # words over the limit after which nothing new is opened
LAST_WORD = 40  # words over the limit after which the next place for a stop takes one
DEADLINE = 120  # words over the limit after which the text ends, come what may
QUOTATION = 3  # context lengths after which a quotation ends with its sentence
BRACKETED = 12  # words after which brackets are closed: mostly they hold a title


def at_limit(draft: Draft, pen: Pen) -> bool:
    """Return whether one of the ends that were asked for has been reached."""
    return (
        draft.words >= pen.limit()
        or (pen.sentences is not None and draft.sentences >= pen.sentences)
        or (pen.paragraphs is not None and draft.paragraphs >= pen.paragraphs)
        or (pen.until != "" and pen.until in draft.own_tail)
    )


def is_finished(draft: Draft, pen: Pen, marks: Marks, *, over: int, wishes: bool) -> bool:
    """Return whether a text that is `over` words over its limit may end here.

    `wishes` says whether words that must be included still wait.
    """
    if not pen.finish or over >= DEADLINE:
        return True
    stopped = draft.ended or not len(marks.ends) or has_until(draft, pen)
    return stopped and not (draft.opened or wishes or half_a_mark(draft, marks))


def has_until(draft: Draft, pen: Pen) -> bool:
    """Return whether the text that ends it was written: its sentence need not end."""
    return pen.until != "" and pen.until in draft.own_tail


def lead_to_end(chances: Floats, draft: Draft, pen: Pen, marks: Marks, *, over: int) -> None:
    """Change log probabilities (V,) in place so that the sentence ends, in time and in order."""
    if draft.opened and (draft.ended or has_until(draft, pen)):
        keep_only(chances, marks.closers[draft.opened[-1][0]])
    elif over < LAST_WORD:
        chances[marks.ends] += np.float32(FAVOUR * over)
        bar(chances, np.array([marks.break_id] if marks.break_id >= 0 else [], dtype=np.int32))
        if over >= LAST_OPENING:
            bar(chances, marks.openings)
    elif draft.role in (Role.PAUSE, Role.OPENING):
        for ids in (marks.pauses, marks.openings, marks.ends):
            bar(chances, ids)
    else:
        keep_only(chances, marks.full_stops if len(marks.full_stops) else marks.ends)


def close_in_time(chances: Floats, draft: Draft, marks: Marks, *, steps: int) -> None:
    """Make closing marks likelier in place: after a sentence in a long quotation, in long brackets.

    The network sees the last `steps` words; beyond them it cannot know that a quotation is open.
    From there on the closing marks together get at least a share that grows with its length.
    """
    if not draft.opened or draft.role in (Role.OPENING, Role.PAUSE):
        return
    opening, position = draft.opened[-1]
    quoted = opening in marks.quotes
    if quoted and not draft.ended:
        return
    share = (len(draft.ids) - position) / (QUOTATION * steps if quoted else BRACKETED)
    closers = marks.closers[opening]
    if share >= 1:
        keep_only(chances, closers)
    elif share > 1 / QUOTATION:
        raise_share(chances, closers, share)


def raise_share(chances: Floats, ids: Ids, share: float) -> None:
    """Raise log probabilities in place until these words have this share of the whole, below 1."""
    weights = np.exp(chances)  # (V,)
    total, present = float(weights.sum()), float(weights[ids].sum())
    if 0 < present < share * total:
        chances[ids] += np.float32(math.log(share / (1 - share) * (total - present) / present))


def bar(chances: Floats, ids: Ids) -> None:
    """Bar words in place, unless no word were left: then the rule gives way."""
    if len(ids):
        before = chances[ids]
        chances[ids] = -np.inf
        if chances.max() == -np.inf:
            chances[ids] = before


def keep_only(chances: Floats, ids: Ids) -> None:
    """Bar all other words in place, unless none of these may come: then the rule gives way."""
    kept = chances[ids]
    if len(ids) and kept.max() > -np.inf:
        chances[:] = -np.inf
        chances[ids] = kept
