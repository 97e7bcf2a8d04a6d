"""What a part of the text adds to the counts, whatever comes before it.

That is the n-grams' last words and counts, and how many n-grams each history has: their keys follow
where the numbers of the histories are known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.arrays import Integers
from pipeline.engine.memories.ngram_blocks import Begin, End, Followers, Part, Windows, count_places
from pipeline.engine.memories.ngram_windows import Groups, group_windows

PRUNED = 3  # the least order of which n-grams may be dropped
FEW = 5  # counts below it are counted

_Narrow = NDArray[np.unsignedinteger]


@dataclass(frozen=True)
class Tally:
    """The k-grams of a block, in ascending order: G that are kept, over H histories that are.

    The arrays but `few` are of the narrowest type that holds their values, as they may come from
    another machine.

    Attributes
    ----------
    words : unsigned (G,)
        The last word of each, from 1 on.
    counts : unsigned (G,)
        Occurrences at the highest order, below it preceding words.
    children : unsigned (H,)
        How many of them each history has.
    lost : unsigned (H,), or nothing (0,) where all are kept
        The counts of each history's k-grams that are dropped.
    few : int64 (5,)
        How many k-grams have each count below 5, dropped ones too.
    """

    words: _Narrow
    counts: _Narrow
    children: _Narrow
    lost: _Narrow
    few: Integers


Tallied = Begin | End | list[Tally]


def tally_part(part: Part, *, bits: int, order: int, min_count: int) -> tuple[int, Tallied]:
    """Return of how many places of the text a part is, and its n-grams."""
    return count_places(part), _tally(part, bits=bits, order=order, min_count=min_count)


def _tally(part: Part, *, bits: int, order: int, min_count: int) -> Tallied:
    """Count the n-grams of a part: a tally for each length, the last one's is `order`.

    What begins and ends is returned as it is.
    """
    match part:
        case Windows(words):
            groups = group_windows(left=words[0], words=list(words[1:]), bits=bits)
            return _tally_groups(groups, order, min_count)
        case Followers(words, counts):
            below = np.zeros(len(words), dtype=np.int64)  # all of one history
            groups = [Groups(words, below, occurrences=counts, preceding=below)]
            return _tally_groups(groups, order, min_count)
    return part


def _tally_groups(groups: Sequence[Groups], order: int, min_count: int) -> list[Tally]:
    """Return a tally for each length."""
    tallies = []
    histories, held = 1, _mask(np.ones(1, dtype=np.bool_))
    for k, own in enumerate(groups, order + 1 - len(groups)):
        counts = own.occurrences if k == order else own.preceding
        real = own.words > 0
        least = min_count if k >= PRUNED else 1
        kept = real & (own.occurrences >= least) if least > 1 else real
        chosen = _mask(kept)
        children = np.bincount(own.parents[chosen], minlength=histories)
        lost = _sum_by(own.parents, counts, real & ~kept, histories)[held]
        tallies.append(
            Tally(
                words=_narrow(own.words[chosen]),
                counts=_narrow(counts[chosen]),
                children=_narrow(children[held]),
                lost=_narrow(lost if min_count > 1 else lost[:0]),
                few=np.bincount(np.minimum(counts[_mask(real)], FEW), minlength=FEW + 1)[:FEW],
            )
        )
        histories, held = len(own.words), chosen
    return tallies


def _narrow(values: Integers) -> _Narrow:
    """Return values, none below 0, in the narrowest type that holds them."""
    return values.astype(np.min_scalar_type(int(values.max(initial=0))))


def _mask(kept: NDArray[np.bool_]) -> NDArray[np.bool_] | slice:
    """Return what chooses the kept ones: where that is all, without copying them."""
    return slice(None) if kept.all() else kept


def _sum_by(groups: Integers, counts: Integers, chosen: NDArray[np.bool_], size: int) -> Integers:
    """Return the sum of each group's chosen counts (size,)."""
    if not chosen.any():
        return np.zeros(size, dtype=np.int64)
    # The sums are of whole numbers, which float64 has exactly.
    weights = counts[chosen]
    return np.bincount(groups[chosen], weights=weights, minlength=size).astype(np.int64)
