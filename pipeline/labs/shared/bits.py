"""Numbers as their bits, and pairs of numbers to add: what the adders read and are asked.

`LIMIT` is 2⁷, so that the sum of two addends has at most `BITS` bits. N numbers, T bits.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.arrays import Integers

BITS = 8
LIMIT = 128


class Pairs(NamedTuple):
    """Pairs to add: those to learn from, and those that are never seen."""

    training: Integers  # (N, 2)
    unseen: Integers  # (N', 2)


def as_bits(numbers: Integers, bits: int = BITS) -> Integers:
    """Return the bits (..., T), 0 or 1, of numbers from 0 to 2ᵀ − 1, lowest bit first."""
    return (np.asarray(numbers, np.int64)[..., np.newaxis] >> np.arange(bits)) & 1


def as_numbers(bits: NDArray[Any]) -> Integers:
    """Return the numbers (...) whose bits (..., T) are given, lowest first; T at most 62.

    Probabilities count as the bit that is nearer: 1 above one half.
    """
    numbers: Integers = (bits > 0.5) @ (np.int64(1) << np.arange(bits.shape[-1]))
    return numbers


def set_aside(generator: np.random.Generator, *, unseen: int, limit: int = LIMIT) -> Pairs:
    """Set pairs of addends from 0 to `limit` − 1 aside, and leave all others to learn from.

    No two of the unseen are the same sum in another order. Neither a + b nor b + a of them is left
    for the training, which holds every other pair once, in order.
    """
    first, second = np.triu_indices(limit)  # 8,256 each: all pairs, whatever their order
    is_kept = np.zeros(len(first), bool)
    is_kept[generator.choice(len(first), unseen, replace=False)] = True
    asked = np.stack([first[is_kept], second[is_kept]], axis=1)  # (N', 2)
    asked = generator.permuted(generator.permutation(asked), axis=1)  # a + b or b + a, by chance
    is_asked = np.zeros((limit, limit), bool)
    is_asked[first[is_kept], second[is_kept]] = is_asked[second[is_kept], first[is_kept]] = True
    return Pairs(np.argwhere(~is_asked), asked)  # about (14,400, 2), (N', 2)


def draw_pairs(generator: np.random.Generator, *, training: int, unseen: int) -> Pairs:
    """Draw pairs of addends from 0 to 127; none of the unseen ones is among the others.

    The unseen are set aside first (`set_aside`); the others are drawn from what is left, with
    replacement, as samples are.
    """
    left, asked = set_aside(generator, unseen=unseen)
    return Pairs(left[generator.integers(len(left), size=training)], asked)
