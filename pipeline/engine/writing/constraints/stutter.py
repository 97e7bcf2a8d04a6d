"""What follows itself at once: 也也, 二爷二爷, 太阳太阳; as often as in the novel, and no more."""

from __future__ import annotations

from typing import Self

import numpy as np

from pipeline.arrays import Doubles, Floats, Ids
from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.chinese import has_chinese
from pipeline.engine.text_blocks import text_blocks
from pipeline.engine.writing.constraints.constraint import Constraint, Given, bar
from pipeline.engine.writing.constraints.draft import Draft
from pipeline.engine.writing.constraints.marks import Role, id_array


class NovelDoubles(Constraint):
    """No word doubles the text's end more often than in the novel.

    It does so if it is the last word, or the last word's last character: 道 after 笑道. What the
    novel never doubles is barred; what it does, as 人人 and 慢慢, is held to its share there.

    Attributes
    ----------
    ends : int32 (V,)
        The single character that each word ends with, as a word; itself where there is none.
    shares : float64 (V,)
        How often a word follows where the text ends with it, of all such places in the novel.
    thrice : float64 (V,)
        How often a word comes a third time where it stood twice.
    pairs : float
        How often two words come again (in pieces 太阳 are two), of all places where the first has.
    """

    def __init__(self, words: tuple[str, ...], text_ids: Ids) -> None:
        self.ends = _ends_of(words)
        self.shares, self.thrice = _shares_of(text_ids, self.ends)
        self.pairs = _pairs_of(words, text_ids)

    @classmethod
    def made_for(cls, given: Given) -> Self | None:
        """Return the constraint where repetition is watched and there is a novel to go by."""
        text_ids = given.text_ids
        if text_ids is None or not given.options.no_repeat:
            return None
        return given.once("doubles", lambda: cls(given.words, text_ids))

    def constrain(self, weights: Floats, draft: Draft) -> bool:
        """Hold what would double the text's end to its share in the novel."""
        last = draft.ids[-1] if draft.ids else len(self.ends)
        if last < len(self.ends) and draft.marks.roles[last] is Role.WORD:
            shares = self.thrice if draft.run > 1 else self.shares
            for word_id in {last, int(self.ends[last])}:
                share = float(shares[word_id] if word_id == last else self.shares[word_id])
                _hold_to(weights, word_id, share)
            if len(draft.ids) > 2 and draft.ids[-3] == last:
                again = draft.ids[-2]
                if again < len(self.ends) and draft.marks.roles[again] is Role.WORD:
                    _hold_to(weights, again, self.pairs)
        return False


def _hold_to(weights: Floats, word_id: int, share: float) -> None:
    """Let a word be no likelier than its share in place: never, where that is 0."""
    if share == 0:
        bar(weights, id_array([word_id]))
    else:
        weights[word_id] = min(weights[word_id], share)


def _ends_of(words: tuple[str, ...]) -> Ids:
    """Return the id of the single character that each word ends with, its own where it is none."""
    single = {word: number for number, word in enumerate(words) if len(word) == 1}
    return np.array(
        [
            number if word == PARAGRAPH_BREAK else single.get(word[-1], number)
            for number, word in enumerate(words)
        ],
        dtype=np.int32,
    )


def _shares_of(text_ids: Ids, ends: Ids) -> tuple[Doubles, Doubles]:
    """Return `shares` and `thrice` of a text, −1 outside its chapters."""
    size = len(ends)
    places, doubled, twice, thrice = np.zeros((4, size), dtype=np.int64)
    for ids, own in text_blocks(text_ids, size, reach=2):
        count = min(own, len(ids) - 1)
        before, after = ids[:count], ids[1 : count + 1]
        inside = (before < size) & (after < size)
        before, after = before[inside], after[inside]  # (pairs,)
        places += np.bincount(before, minlength=size)
        doubled += np.bincount(after[before == after], minlength=size)
        # A longer word before is a place for its last character too.
        longer = ends[before] != before
        places += np.bincount(ends[before[longer]], minlength=size)
        doubled += np.bincount(after[longer & (ends[before] == after)], minlength=size)
        count = max(min(own, len(ids) - 2), 0)
        first, second, third = (ids[n : count + n] for n in range(3))
        same = (first < size) & (first == second)
        twice += np.bincount(first[same], minlength=size)
        thrice += np.bincount(first[same & (first == third)], minlength=size)
    return doubled / np.maximum(places, 1), thrice / np.maximum(twice, 1)


def _pairs_of(words: tuple[str, ...], text_ids: Ids) -> float:
    """Return how often x y x goes on with y, for two Chinese words of a text."""
    chinese = np.array([*map(has_chinese, words), False])  # (V + 1,)
    places = again = 0
    for ids, own in text_blocks(text_ids, len(words), reach=3):
        count = max(min(own, len(ids) - 3), 0)
        first, second, third, fourth = (ids[n : count + n] for n in range(4))
        found = chinese[first] & chinese[second] & (first == third) & (first != second)
        places += int(found.sum())
        again += int((found & (second == fourth)).sum())
    return again / max(places, 1)
