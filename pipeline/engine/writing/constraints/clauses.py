"""Clauses that end too soon, as 把手， does: they end as often as the novel's, and no more."""

from __future__ import annotations

import math
from typing import Self

import numpy as np

from pipeline.arrays import Doubles, Floats, Ids
from pipeline.engine.text_blocks import text_blocks
from pipeline.engine.writing.constraints.constraint import Constraint, Given, hold
from pipeline.engine.writing.constraints.draft import Draft
from pipeline.engine.writing.constraints.marks import Marks, Role, id_array
from pipeline.engine.writing.constraints.speeches import quote_closers

_REACH = 3  # words back
_FURTHER = 0.5  # how much a word further back speaks for an end: the last word said it in part
_PRIOR = 5  # places with the mean share that are counted to each word beside its own


class NovelClauses(Constraint):
    """No clause ends more often than the novel's do after such words.

    把 is never the last word of a clause and hardly ever the last but one, 我们 is seldom the last,
    and two places after a mark few clauses end: they would have one word.

    Attributes
    ----------
    ends : int32 array
        The marks that end a clause.
    mean : float
        The log odds that a clause ends after a word.
    evidence : float64 (_REACH, V + 1)
        What a word or mark adds to them at the first, second, … place after it, of the clauses
        that reach that place; 0 for V, what the novel lacks.
    """

    def __init__(self, marks: Marks, text_ids: Ids) -> None:
        self.ends = _clause_ends(marks)
        self.mean, self.evidence = _evidence_of(text_ids, self.ends, marks)

    @classmethod
    def made_for(cls, given: Given) -> Self | None:
        """Return the constraint, unless marks are free or there is no novel to go by."""
        habits = given.habits
        if habits is None:
            return None
        return given.once("clauses", lambda: cls(given.marks, habits))

    def constrain(self, weights: Floats, draft: Draft) -> bool:
        """Hold the marks that end a clause to their share in the novel."""
        if draft.role is Role.WORD:
            hold(weights, self.ends, self.share(draft))
        return False

    def share(self, draft: Draft) -> float:
        """Return how often the novel ends a clause after the last words: naive Bayes.

        They overlap in what they say, so that what speaks for an end counts half but for the last
        word's; what speaks against it counts in full, as grammar does.
        """
        log_odds = self.mean
        for distance, word_id in enumerate(reversed(draft.ids[-_REACH:])):
            evidence = float(self.evidence[distance, word_id])
            log_odds += evidence if evidence < 0 or not distance else _FURTHER * evidence
            if distance and draft.marks.role(word_id) is not Role.WORD:
                break
        return 1 / (1 + math.exp(-log_odds))


def _clause_ends(marks: Marks) -> Ids:
    """Return the marks that end a clause: pauses, stops, breaks and the end of a quotation."""
    quoted = quote_closers(marks)
    ending = (Role.PAUSE, Role.END, Role.LONG, Role.BREAK)
    return id_array([n for n, role in enumerate(marks.roles) if role in ending or n in quoted])


def _evidence_of(text_ids: Ids, ends: Ids, marks: Marks) -> tuple[float, Doubles]:
    """Return `mean` and `evidence` of a text, in which ids outside the vocabulary are gaps."""
    size = len(marks.roles)
    places, counts = np.zeros((2, _REACH, size + 1), dtype=np.int64)
    for ids, own in text_blocks(text_ids, size, _REACH):
        word, ending = marks.spelt[ids], np.isin(ids, ends)
        for distance in range(1, _REACH + 1):
            # At `distance` after a place, with nothing but words between; at 1 it is itself a word.
            count = max(min(own, len(ids) - distance), 0)
            between = [word[back : back + count] for back in range(min(distance - 1, 1), distance)]
            after = slice(distance, distance + count)
            reached = np.logical_and.reduce(between) & (ids[after] < size)
            before, ended = ids[:count][reached], ending[after][reached]
            places[distance - 1] += np.bincount(before, minlength=size + 1)
            counts[distance - 1] += np.bincount(before[ended], minlength=size + 1)
    share = (counts.sum(axis=1, keepdims=True) + 1) / (places.sum(axis=1, keepdims=True) + 2)
    mean = np.log(share / (1 - share))  # (_REACH, 1)
    log_odds = np.log(counts + _PRIOR * share) - np.log(places - counts + _PRIOR * (1 - share))
    evidence = log_odds - mean
    evidence[:, size] = 0
    return float(mean[0, 0]), evidence
