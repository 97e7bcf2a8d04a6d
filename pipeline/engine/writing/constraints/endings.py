"""Where a text ends: the limit, the way to the end of the sentence, and quotations that last."""

from __future__ import annotations

import math

import numpy as np

from pipeline.arrays import Floats, Ids
from pipeline.engine.writing.constraints.draft import Draft
from pipeline.engine.writing.constraints.marks import Marks, Role
from pipeline.engine.writing.constraints.typography import half_a_mark
from pipeline.engine.writing.options import WritingOptions

FAVOUR = 0.1  # nats by which an end grows likelier with every word over the limit
LAST_OPENING = 15  # words over the limit after which nothing new is opened
LAST_WORD = 40  # words over the limit after which the next place for a stop takes one
DEADLINE = 120  # words over the limit after which the text ends, come what may
QUOTATION = 3  # context lengths after which a quotation ends with its sentence
BRACKETED = 12  # words after which brackets are closed: mostly they hold a title


def at_limit(draft: Draft, writing: WritingOptions) -> bool:
    """Return whether one of the ends that were asked for has been reached."""
    return (
        draft.words >= writing.limit()
        or (writing.sentences is not None and draft.sentences >= writing.sentences)
        or (writing.paragraphs is not None and draft.paragraphs >= writing.paragraphs)
        or (writing.until != "" and writing.until in draft.own_tail)
    )


def is_finished(
    draft: Draft, writing: WritingOptions, marks: Marks, *, over: int, wishes: bool
) -> bool:
    """Return whether a text that is `over` words over its limit may end here.

    `wishes` says whether words that must be included still wait.
    """
    if not writing.finish or over >= DEADLINE:
        return True
    stopped = draft.ended or not len(marks.ends) or has_until(draft, writing)
    return stopped and not (draft.opened or wishes or half_a_mark(draft, marks))


def has_until(draft: Draft, writing: WritingOptions) -> bool:
    """Return whether the text that ends it was written: its sentence need not end."""
    return writing.until != "" and writing.until in draft.own_tail


def lead_to_end(
    log_probs: Floats, draft: Draft, writing: WritingOptions, marks: Marks, *, over: int
) -> None:
    """Change log probabilities (V,) in place so that the sentence ends, in time and in order."""
    if draft.opened and (draft.ended or has_until(draft, writing)):
        keep_only(log_probs, marks.closers[draft.opened[-1][0]])
    elif over < LAST_WORD:
        log_probs[marks.ends] += np.float32(FAVOUR * over)
        bar(log_probs, np.array([marks.break_id] if marks.break_id >= 0 else [], dtype=np.int32))
        if over >= LAST_OPENING:
            bar(log_probs, marks.openings)
    elif draft.role in (Role.PAUSE, Role.OPENING):
        for ids in (marks.pauses, marks.openings, marks.ends):
            bar(log_probs, ids)
    else:
        keep_only(log_probs, marks.full_stops if len(marks.full_stops) else marks.ends)


def close_in_time(log_probs: Floats, draft: Draft, marks: Marks, *, steps: int) -> None:
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
        keep_only(log_probs, closers)
    elif share > 1 / QUOTATION:
        raise_share(log_probs, closers, share)


def raise_share(log_probs: Floats, ids: Ids, share: float) -> None:
    """Raise log probabilities in place until these words have this share of the whole, below 1."""
    weights = np.exp(log_probs)  # (V,)
    total, present = float(weights.sum()), float(weights[ids].sum())
    if 0 < present < share * total:
        log_probs[ids] += np.float32(math.log(share / (1 - share) * (total - present) / present))


def bar(log_probs: Floats, ids: Ids) -> None:
    """Bar words in place, unless no word were left: then the rule gives way."""
    if len(ids):
        before = log_probs[ids]
        log_probs[ids] = -np.inf
        if log_probs.max() == -np.inf:
            log_probs[ids] = before


def keep_only(log_probs: Floats, ids: Ids) -> None:
    """Bar all other words in place, unless none of these may come: then the rule gives way."""
    kept = log_probs[ids]
    if len(ids) and kept.max() > -np.inf:
        log_probs[:] = -np.inf
        log_probs[ids] = kept
