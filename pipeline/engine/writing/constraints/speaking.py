"""Who speaks: he names himself, and speaks twice running, no more often than in the novel."""

from __future__ import annotations

import copy
from typing import Self

import numpy as np
from numpy.typing import NDArray

from pipeline.arrays import Doubles, Floats, Ids, Integers
from pipeline.engine.text_blocks import count_words
from pipeline.engine.writing.constraints.constraint import Constraint, Given, hold
from pipeline.engine.writing.constraints.draft import Draft
from pipeline.engine.writing.constraints.marks import Marks, Role, id_array
from pipeline.engine.writing.constraints.speeches import (
    Speeches,
    find_speeches,
    places_within,
    quote_closers,
)

_TOGETHER = 20_000  # speeches that are looked into together


class NovelSpeech(Constraint):
    """No speaker is named in or right after his own speech more often than in the novel.

    Nor does one speech introduce another within it. The speaker is the word that begins the
    sentence before an opening mark: 宝玉 in 宝玉听了，笑道：“.

    Attributes
    ----------
    verbs : int32 array
        The words that introduce a speech at most of their places.
    within : float
        How often one of them stands in a speech, of all its places.
    named, again : float64 (V,)
        How often a speaker stands in his speech, of all its places, and first after it; upper
        bounds where the novel has few.
    """

    def __init__(self, marks: Marks, text_ids: Ids) -> None:
        self._quotes = marks.quotes
        self._closers = frozenset(quote_closers(marks).tolist())
        self._first = -1  # the word that begins the sentence
        self._speaker = -1
        self._inside = False  # a quotation
        self._spoken = False  # whether one has just ended
        self._learn(marks, text_ids)

    @classmethod
    def made_for(cls, given: Given) -> Self | None:
        """Return the constraint, unless marks are free or there is no novel to go by."""
        habits = given.habits
        if habits is None:
            return None
        return given.once("speeches", lambda: cls(given.marks, habits))

    def constrain(self, weights: Floats, draft: Draft) -> bool:
        """Hold what introduces speech, and the speaker's word, to their shares."""
        if self._inside:
            hold(weights, self.verbs, self.within)
        if self._speaker >= 0 and (self._inside or self._spoken):
            shares = self.named if self._inside else self.again
            hold(weights, id_array([self._speaker]), float(shares[self._speaker]))
        return False

    def note(self, draft: Draft) -> None:
        """Note which word begins the sentence, whether someone speaks, and who."""
        role, word_id = draft.role, draft.ids[-1]
        if role is Role.WORD:
            if self._first < 0 and word_id < len(self.named):
                self._first = word_id
            self._spoken = False
        elif role is Role.OPENING and word_id in self._quotes and not self._inside:
            introduced = len(draft.ids) > 1 and draft.marks.role(draft.ids[-2]) is Role.PAUSE
            self._speaker = self._first if introduced else -1
            self._inside = True
        elif role is Role.BREAK or (word_id in self._closers and not draft.opened):
            self._spoken = self._spoken or self._inside
            self._inside = False
            self._first = -1
        elif role is Role.END:
            self._first = -1

    def fork(self) -> Self:
        """Return a copy that notes on its own."""
        return copy.copy(self)

    def _learn(self, marks: Marks, text_ids: Ids) -> None:
        """Learn the novel's habits."""
        size = len(marks.roles)
        speeches = find_speeches(text_ids, marks)
        introducing = np.bincount(speeches.verbs, minlength=size)
        verbs = np.flatnonzero(2 * introducing > count_words(text_ids, size))
        self.verbs = id_array(verbs.tolist())
        self.within, self.named = _shares_within(text_ids, speeches, self.verbs, size)
        after = speeches.stops + 1
        after = after + (_at(text_ids, after) == marks.break_id)
        self.again = _shares(speeches.speakers, _at(text_ids, after) == speeches.speakers, size)


def _at(text_ids: Ids, places: Integers) -> Ids:
    """Return the words at some places of a text, −1 after its end."""
    if not len(text_ids):
        return np.full(len(places), -1, dtype=np.int32)
    inside = places < len(text_ids)
    return np.where(inside, text_ids[np.minimum(places, len(text_ids) - 1)], np.int32(-1))


def _shares_within(
    text_ids: Ids, speeches: Speeches, verbs: Ids, size: int
) -> tuple[float, Doubles]:
    """Return `within` and `named`."""
    words = introducing = 0
    places, named = np.zeros((2, size), dtype=np.int64)
    for first in range(0, len(speeches.starts), _TOGETHER):
        within, owners = places_within(speeches, first, first + _TOGETHER)
        said, speakers = text_ids[within], speeches.speakers[owners]
        words += len(said)
        introducing += int(np.isin(said, verbs).sum())
        places += np.bincount(speakers, minlength=size)
        named += np.bincount(speakers[said == speakers], minlength=size)
    return (introducing + 1) / (words + 1), (named + 1) / (places + 1)


def _shares(ids: Ids, holds: NDArray[np.bool_], size: int) -> Doubles:
    """Return of each word's places (N,) the share where it holds, as if at one more, (V,)."""
    places = np.bincount(ids, minlength=size)
    counts = np.bincount(ids[holds], minlength=size)
    shares: Doubles = (counts + 1) / (places + 1)
    return shares
