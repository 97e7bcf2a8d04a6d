"""Where each word stands in the novel, and so each run of words."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pipeline.arrays import Ids
from pipeline.engine.text_blocks import count_words, text_blocks

NOTHING: Ids = np.empty(0, dtype=np.int32)
_QUICK = 4  # words of a run that is looked up before its places are sought
_ROOM = 8  # places for each of the text's runs, so that few are taken by chance
_MOST = 1 << 28  # bytes of them: a text of 67 million words takes a fifth of them
_BLOCK = 1 << 20  # runs that are looked at together
_STEP = 0x9E3779B1  # an odd number whose multiples spread well


@dataclass(frozen=True)
class CopyIndex:
    """Where each word stands in a text.

    Attributes
    ----------
    text_ids : int32 (tokens,)
        Ids below V; all others, such as the unknown word's, equal nothing.
    places : int32 (tokens,)
        Positions sorted by the word that stands there.
    starts : int64 (V + 1,)
        `places[starts[w] : starts[w + 1]]` are the places of word w.
    """

    text_ids: Ids
    places: Ids
    starts: NDArray[np.int64]

    @cached_property
    def _taken(self) -> NDArray[np.bool_]:
        """Of each place whether a run of `_QUICK` words of the text comes to it."""
        size = max(len(self.text_ids) - _QUICK + 1, 1)
        taken = np.zeros(min(1 << (_ROOM * size - 1).bit_length(), _MOST), dtype=np.bool_)
        for first in range(0, len(self.text_ids) - _QUICK + 1, _BLOCK):  # or arrays as the text
            text_ids = self.text_ids[first : first + _BLOCK + _QUICK - 1].astype(np.int64)
            places = np.zeros(len(text_ids) - _QUICK + 1, dtype=np.int64)
            for word in range(_QUICK):
                places = (places * _STEP + text_ids[word : word + len(places)]) & (len(taken) - 1)
            taken[places] = True
        return taken

    def may_hold(self, run: Sequence[int]) -> bool:
        """Return False where `_QUICK` words stand nowhere in the text like this: true of most.

        True says little: other runs may have come to the same place (Bloom 1970, with one
        function).
        """
        place, last = 0, len(self._taken) - 1
        for word in run:
            place = (place * _STEP + word) & last
        return bool(self._taken[place])


def index_text(text_ids: Ids, vocabulary_size: int) -> CopyIndex:
    """Index a text of ids in 0 … V − 1; other ids match nothing."""
    # numpy sorts 16-bit numbers by radix: ten times quicker, and most vocabularies fit.
    small = np.uint16 if vocabulary_size < np.iinfo(np.uint16).max else np.uint32
    ends = np.cumsum(count_words(text_ids, vocabulary_size))  # (V,)
    starts = np.concatenate([[0], ends])  # (V + 1,), all other ids last
    places = np.empty(len(text_ids), dtype=np.int32)  # (tokens,)
    free, first = starts.copy(), 0  # where each word's next place goes
    for ids, count in text_blocks(text_ids, vocabulary_size, reach=0):
        order = np.argsort(ids.astype(small), kind="stable")
        own = np.bincount(ids, minlength=len(free))
        places[np.repeat(free - (np.cumsum(own) - own), own) + np.arange(count)] = first + order
        free += own
        first += count
    return CopyIndex(text_ids=text_ids, places=places, starts=starts)


def run_ends(index: CopyIndex, run: Sequence[int]) -> Ids:
    """Return the positions right after each place of the text where this run stands.

    Most runs stand nowhere, which their ends tell. Else the places of the run's rarest word are
    few; the others are compared there, rare ones first.
    """
    if max(run) >= len(index.starts) - 1 or min(run) < 0:
        return NOTHING
    if len(run) >= _QUICK and not (index.may_hold(run[-_QUICK:]) and index.may_hold(run[:_QUICK])):
        return NOTHING
    order = sorted(range(len(run)), key=lambda place: _count(index, run[place]))
    rarest = order[0]
    places = index.places[index.starts[run[rarest]] : index.starts[run[rarest] + 1]]
    starts = places - np.int32(rarest)
    starts = starts[(starts >= 0) & (starts <= len(index.text_ids) - len(run))]
    for place in order[1:]:
        if not len(starts):
            return NOTHING
        starts = starts[index.text_ids[starts + place] == run[place]]
    return starts + np.int32(len(run))


def _count(index: CopyIndex, word: int) -> int:
    """Return how often a word stands in the text."""
    return int(index.starts[word + 1] - index.starts[word])


def copied_stretches(
    index: CopyIndex, ids: Sequence[int], least: int
) -> Iterator[tuple[int, int, int]]:
    """Yield the stretches of a text, from one that is indexed, that are at least so long.

    Parameters
    ----------
    index : CopyIndex
    ids : sequence of int
        The text; the id V for what the vocabulary lacks.
    least : int
        Words of the shortest stretch, at least 1.

    Yields
    ------
    (start, stop, place)
        `ids[start:stop]` stands at `place` of the indexed text, and with the word before it or
        after it nowhere. In order of start; two from different places may overlap.
    """
    start = 0
    while start + least <= len(ids):
        stop = start + least
        ends = run_ends(index, ids[start:stop])
        if not len(ends):
            start += 1
            continue
        while stop < len(ids):
            longer = ends[ends < len(index.text_ids)]
            longer = longer[index.text_ids[longer] == ids[stop]]
            if not (len(longer) and 0 <= ids[stop] < len(index.starts) - 1):
                break
            ends, stop = longer + np.int32(1), stop + 1
        yield start, stop, int(ends[0]) - (stop - start)
        if stop == len(ids):
            return
        # What ends here too is the tail of this one. The next one goes on: where one that does
        # stands, so do the shorter ones that begin later.
        later = range(start + 1, stop - least + 1)
        start += 1 + bisect_left(later, True, key=lambda own: _stands(index, ids[own : stop + 1]))


def _stands(index: CopyIndex, run: Sequence[int]) -> bool:
    """Return whether a run stands anywhere."""
    return len(run_ends(index, run)) > 0
