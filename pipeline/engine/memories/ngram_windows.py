"""The n-grams that a block of windows begins with, in order: how often, and after what words.

A window is a place with the words from it on. A key packs words of it into 64 bits, the first ones
highest: sorted, the windows that begin alike stand side by side, and where neighbours first differ
tells all lengths at once. Where not all words fit, the first ones are ranked, with the window's
place in the lowest bits, and the rank stands for them in the next key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.arrays import Integers

_KEY_BITS = 64
_HALF_BITS = 32

Words = NDArray[np.unsignedinteger]
_Keys = NDArray[np.unsignedinteger]


@dataclass(frozen=True)
class Groups:
    """The groups of windows whose first k words are alike, in ascending order.

    Attributes
    ----------
    words : int64 (G,)
        The last of the k words; 0 where the text ends before.
    parents : int64 (G,)
        Which group of k − 1 words each belongs to.
    occurrences : int64 (G,)
        How many windows it has.
    preceding : int64 (G,)
        How many different words stand before it; nothing (0,) for the longest.
    """

    words: Integers
    parents: Integers
    occurrences: Integers
    preceding: Integers


def most_windows(bits: int) -> int:
    """Return how many windows of words of so many bits can be grouped at once."""
    return 1 << (_KEY_BITS - bits) // 2


def group_windows(*, left: Words, words: Sequence[Words], bits: int) -> list[Groups]:
    """Return the groups of each length from 1 to that of the windows, at least 2.

    Parameters
    ----------
    left : unsigned (n,), at least one and at most `most_windows(bits)`
        The word before each window, 0 for none.
    words : unsigned (n,) each
        The first word of each window, the second …; 0 where the text ends before.
    bits : int
        In which the words fit.
    """
    ranked = _Ranked(left=left, rest=list(words), bits=bits)
    while ranked.width + len(ranked.rest) * bits > _KEY_BITS:
        ranked.rank_more()
    pairs = ranked.pack([*ranked.rest[:-1], left])
    ranked.take(_sorted(ranked.pack(ranked.rest)), len(ranked.rest))
    parents = _find_parents(ranked.firsts)
    starts = [np.flatnonzero(first) for first in ranked.firsts]
    preceding = _count_preceding(_sorted(pairs), parents, [len(own) for own in starts], bits)
    return [
        Groups(*columns)
        for columns in zip(
            ranked.lasts,
            parents,
            [np.diff(own, append=len(left)) for own in starts],
            [*preceding, np.empty(0, dtype=np.int64)],
            strict=True,
        )
    ]


class _Ranked:
    """Windows that are being sorted word by word.

    Attributes
    ----------
    rest : list of unsigned (n,)
        The words that are not sorted by as yet, the windows as they came.
    width : int
        The bits of the group's number.
    firsts : list of bool (n,)
        Of each length so far which of the sorted windows begin a group.
    lasts : list of int64 (G,)
        The last word of each group.
    """

    def __init__(self, *, left: Words, rest: list[Words], bits: int) -> None:
        self.rest, self.bits, self.width = rest, bits, 0
        self.firsts: list[NDArray[np.bool_]] = []
        self.lasts: list[Integers] = []
        self._place_bits = (len(left) - 1).bit_length()
        self._groups: Integers = np.zeros(len(left), dtype=np.int64)
        self._order: Integers | None = None  # as they came

    def pack(self, words: Sequence[Words]) -> NDArray[np.uint64]:
        """Return keys (n,) of the group and of words, which are given as the windows came."""
        keys = self._groups.astype(np.uint64)
        for own in words:
            keys <<= np.uint64(self.bits)
            keys |= own if self._order is None else own[self._order]
        return keys

    def rank_more(self) -> None:
        """Sort by as many words more as fit beside the group and the window's own place."""
        room = _KEY_BITS - self._place_bits - self.width
        count = min(room // self.bits, len(self.rest) - 1)
        keys = self.pack(self.rest[:count])
        keys <<= np.uint64(self._place_bits)
        keys |= (
            np.arange(len(keys), dtype=np.uint64)
            if self._order is None
            else self._order.view(np.uint64)
        )
        keys.sort()
        self._order = (keys & np.uint64((1 << self._place_bits) - 1)).view(np.int64)
        keys >>= np.uint64(self._place_bits)
        self.take(keys, count)
        self._groups = np.cumsum(self.firsts[-1]) - 1
        self.width = int(self._groups[-1]).bit_length()
        del self.rest[:count]

    def take(self, keys: NDArray[np.uint64], count: int) -> None:
        """Note the groups of sorted keys whose lowest bits are so many words."""
        changed = keys[1:] ^ keys[:-1]  # (n − 1,)
        for shift in range((count - 1) * self.bits, -1, -self.bits):
            first = np.empty(len(keys), dtype=np.bool_)
            first[0] = True
            np.greater_equal(changed, np.uint64(1 << shift), out=first[1:])
            last = keys[first] >> np.uint64(shift) & np.uint64((1 << self.bits) - 1)
            self.firsts.append(first)
            self.lasts.append(last.view(np.int64))


def _sorted(keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Sort keys in place and return them."""
    keys.sort()
    return keys


def _find_parents(firsts: Sequence[NDArray[np.bool_]]) -> list[Integers]:
    """Return for each length which group of one word less each group belongs to."""
    parents: list[Integers] = [np.zeros(np.count_nonzero(firsts[0]), dtype=np.int64)]
    for shorter, longer in pairwise(firsts):
        parents.append(np.cumsum(shorter[longer]) - 1)
    return parents


def _count_preceding(
    pairs: NDArray[np.uint64], parents: Sequence[Integers], sizes: Sequence[int], bits: int
) -> list[Integers]:
    """Return how many different words precede each group, for all lengths but the longest.

    `pairs` (n,) are sorted keys of the windows' words but the last, and the word before. What a
    group of k words is preceded by is what its groups of k + 1 words are, each word once.
    """
    last = len(parents) - 2
    pairs = pairs[_changes(pairs)]
    groups = np.cumsum(_changes(pairs >> np.uint64(bits))) - 1  # (pairs,)
    left = (pairs & np.uint64((1 << bits) - 1)).view(np.int64)  # (pairs,)
    groups, left = groups[left > 0], left[left > 0]
    preceding = [np.bincount(groups, minlength=sizes[last])]
    for k in range(last, 0, -1):
        groups, left = _distinct(parents[k][groups], left, bits)
        preceding.append(np.bincount(groups, minlength=sizes[k - 1]))
    return preceding[::-1]


def _distinct(groups: Integers, left: Integers, bits: int) -> tuple[Integers, Integers]:
    """Return the different pairs of group and word, ascending."""
    wide = not len(groups) or int(groups.max()).bit_length() + bits > _HALF_BITS
    pairs: _Keys = (groups << bits | left).astype(np.uint64 if wide else np.uint32)
    pairs.sort()
    found = pairs[_changes(pairs)].astype(np.int64)
    return found >> bits, found & ((1 << bits) - 1)


def _changes(values: _Keys) -> NDArray[np.bool_]:
    """Return which of ascending values differ from the one before."""
    changes = np.ones(len(values), dtype=np.bool_)
    np.not_equal(values[1:], values[:-1], out=changes[1:])
    return changes
