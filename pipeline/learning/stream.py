"""A novel's training text as a stream of numbered words: four bytes a word, not a string each."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

_BLOCK = 2**16  # words whose pieces are put in their places at once


@dataclass(frozen=True)
class WordStream:
    """Stretches of words, one after another.

    Attributes
    ----------
    words : the different words, by number, as they first occur
    ids : int32 (N,)
        Each word's number.
    bounds : S + 1 increasing numbers, from 0 to N
        Where each of the S stretches begins, and where the last one ends.
    """

    words: tuple[str, ...]
    ids: NDArray[np.int32]
    bounds: tuple[int, ...]

    def counts(self) -> Counter[str]:
        """Return word → occurrences, as they first occur."""
        found = np.bincount(self.ids, minlength=len(self.words)).tolist()
        return Counter({word: n for word, n in zip(self.words, found, strict=True) if n})

    def sentences(self, longest: int) -> Iterator[list[str]]:
        """Yield the stretches' words, in lists of so many or, at a stretch's end, fewer."""
        named = self.words.__getitem__
        for start, stop in pairwise(self.bounds):
            for first in range(start, stop, longest):
                yield list(map(named, self.ids[first : min(first + longest, stop)].tolist()))

    def parted(self, pieces: Callable[[str], Sequence[str]]) -> WordStream:
        """Return the stream of each word's pieces, asked for once a word."""
        numbers = _Numbers()
        cuts = [[numbers[piece] for piece in pieces(word)] for word in self.words]
        lengths = np.array([len(cut) for cut in cuts], dtype=np.int64)  # (words,)
        firsts = np.cumsum(lengths) - lengths  # (words,): where each cut begins in `flat`
        flat = np.array([number for cut in cuts for number in cut], dtype=np.int32)
        ends = [0]
        for start, stop in pairwise(self.bounds):
            counts = np.bincount(self.ids[start:stop], minlength=len(lengths))
            ends.append(ends[-1] + int(counts @ lengths))
        ids = np.empty(ends[-1], dtype=np.int32)  # (pieces,)
        done = 0
        for first in range(0, len(self.ids), _BLOCK):
            found = _gathered(self.ids[first : first + _BLOCK], lengths, firsts, flat)
            ids[done : done + len(found)] = found
            done += len(found)
        return WordStream(tuple(numbers), ids, tuple(ends))


class _Numbers(dict[str, int]):
    """Word → its number; a new word gets the next one."""

    def __missing__(self, word: str) -> int:
        self[word] = number = len(self)
        return number


def read_stream(stretches: Iterable[Iterable[str]]) -> WordStream:
    """Return the words of some stretches, which are read once, as a stream."""
    numbers = _Numbers()
    ids, bounds = array("i"), [0]
    for words in stretches:
        ids.extend(map(numbers.__getitem__, words))
        bounds.append(len(ids))
    return WordStream(tuple(numbers), np.asarray(ids, dtype=np.int32), tuple(bounds))


def _gathered(
    ids: NDArray[np.int32],
    lengths: NDArray[np.int64],
    firsts: NDArray[np.int64],
    flat: NDArray[np.int32],
) -> NDArray[np.int32]:
    """Return `flat[firsts[id] : firsts[id] + lengths[id]]` for each id, one after another."""
    counts = lengths[ids]
    before = np.cumsum(counts) - counts
    # Within a cut the places rise by one; each cut begins at its own.
    places = np.arange(counts.sum()) + np.repeat(firsts[ids] - before, counts)
    found: NDArray[np.int32] = flat[places]
    return found
