"""No chapter headings in the middle of a text, such as 第七回 after 且听下回分解."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Self

import numpy as np

from pipeline.arrays import Floats, Ids
from pipeline.engine.memories.voice import NovelText
from pipeline.engine.text_blocks import count_words
from pipeline.engine.writing.constraints.constraint import Constraint, Given, bar
from pipeline.engine.writing.constraints.draft import Draft
from pipeline.engine.writing.constraints.marks import Marks, Role

_FEWEST = 2  # chapters that begin alike
_MOSTLY = 0.75  # the share of a word's places that makes it a word of headings


class NoHeadings(Constraint):
    """No paragraph begins with a character that in the novel begins chapters, and little else.

    Nor is a word written that the novel has in headings and hardly elsewhere, as 章.

    Attributes
    ----------
    headings : int32 (words,)
        All words that begin with such a character.
    titular : int32 (words,)
        The words that stand in headings and hardly elsewhere.
    """

    def __init__(self, headings: Ids, titular: Ids) -> None:
        self.headings = headings
        self.titular = titular

    @classmethod
    def made_for(cls, given: Given) -> Self | None:
        """Return the constraint where marks are kept to and chapters begin alike."""
        habits, words = given.habits, given.words
        if habits is None:
            return None
        novels = (NovelText(habits, given.chapters), *given.others)
        headings, titular = given.once(
            "headings", lambda: _words_of_headings(words, novels, given.marks)
        )
        return cls(headings, titular) if len(headings) or len(titular) else None

    def constrain(self, weights: Floats, draft: Draft) -> bool:
        """Bar the words of headings, some of them only where a paragraph begins."""
        bar(weights, self.titular)
        if draft.role is Role.BREAK:
            bar(weights, self.headings)
        return False


def _words_of_headings(
    words: Sequence[str], novels: Sequence[NovelText], marks: Marks
) -> tuple[Ids, Ids]:
    """Return `headings` and `titular` of all these novels."""
    headings, titular = np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int32)
    for novel in novels:
        starts = [start for _, start, _ in novel.chapters]
        begun = heading_words(words, novel.text_ids, starts, marks.break_id)
        headings = np.union1d(headings, begun)
        titular = np.union1d(titular, titular_words(len(words), novel.text_ids, starts, marks))
    return headings, titular


def heading_words(words: Sequence[str], text_ids: Ids, starts: Sequence[int], break_id: int) -> Ids:
    """Return the words whose first character begins more headings than other paragraphs, ascending.

    Parameters
    ----------
    words : the vocabulary, V
    text_ids : int32 (tokens,)
        −1 outside the training chapters.
    starts : where chapters begin, with their headings
    break_id : the word that ends a paragraph
    """
    own = np.array([start for start in starts if start < len(text_ids)], dtype=np.int64)
    paragraphs = np.union1d(np.flatnonzero(text_ids[:-1] == break_id) + 1, own)
    begun = _first_characters(words, text_ids[paragraphs])
    headed = _first_characters(words, text_ids[own])
    found = {c for c, count in headed.items() if count >= _FEWEST and 2 * count > begun[c]}
    return np.array([n for n, word in enumerate(words) if word[0] in found], dtype=np.int32)


def titular_words(size: int, text_ids: Ids, starts: Sequence[int], marks: Marks) -> Ids:
    """Return the words whose places are mostly headings, of two chapters at least.

    A chapter's heading is its first paragraph. Marks are none of them, nor is the break.

    Parameters
    ----------
    size : V
    text_ids, starts : see `heading_words`
    marks : Marks
    """
    breaks = np.append(np.flatnonzero(text_ids == marks.break_id), len(text_ids))
    chapters, inside = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    for start in starts:
        stop = int(breaks[np.searchsorted(breaks, start)])
        heading = text_ids[start:stop]
        counts = np.bincount(heading[(heading >= 0) & (heading < size)], minlength=size)
        inside += counts
        chapters += counts > 0
    found = (chapters >= _FEWEST) & (inside > _MOSTLY * count_words(text_ids, size))
    found &= marks.spelt[:-1]
    return np.flatnonzero(found).astype(np.int32)


def _first_characters(words: Sequence[str], ids: Ids) -> Counter[str]:
    """Return how many of some words begin with each character; other ids count for nothing."""
    return Counter(words[i][0] for i in ids.tolist() if 0 <= i < len(words))
