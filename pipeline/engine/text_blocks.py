"""A novel's text a block at a time: a large shelf's is counted in little memory."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pipeline.arrays import Ids, Integers

_BLOCK = 1 << 20  # words of a block


def text_blocks(text_ids: Ids, size: int, reach: int) -> Iterator[tuple[Ids, int]]:
    """Yield each block of a text with the words after it, and how many of them are its own.

    Parameters
    ----------
    text_ids : int32 (tokens,)
    size : V
        What is outside 0 … V − 1 is yielded as V.
    reach : int
        How many of the words after a block come with it, if there are so many.
    """
    for first in range(0, len(text_ids), _BLOCK):
        ids = text_ids[first : first + _BLOCK + reach]
        known = np.where((ids >= 0) & (ids < size), ids, size).astype(np.int32)
        yield known, min(_BLOCK, len(ids))


def count_words(text_ids: Ids, size: int) -> Integers:
    """Return how often each word occurs in a text, (V,); other ids are nobody's."""
    counts = np.zeros(size + 1, dtype=np.int64)
    for ids, _ in text_blocks(text_ids, size, reach=0):
        counts += np.bincount(ids, minlength=size + 1)
    return counts[:size]
