"""Token ids: what the numbers of a token stream stand for, with V words in the vocabulary.

    0 … V − 1     the words
    V             a word outside the vocabulary
    V + 1 + w     one that ends with the word w, and is read as w
    2V + 1 + k    stand-in k of a seed phrase (`engine/writing/seed.py`)

A Chinese compound mostly has its head last. Where the vocabulary lacks 唱道 the network reads 道,
and so knows that speech follows; from one unknown word for all it would know nothing. Only what is
read is replaced. As a target, in the n-gram model and to the cache all ids from V on are unknown
words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


LONGEST = 20  # characters of an ending: a run of Latin letters is one word, of any length


def token_id(word: str, ids: Mapping[str, int], *, suffixes: bool) -> int:
    """Return the id of a word, given word → id of the vocabulary.

    With `suffixes` an unknown word is read as the longest word of the vocabulary it ends with.
    """
    found = ids.get(word)
    if found is not None:
        return found
    starts = range(max(1, len(word) - LONGEST), len(word)) if suffixes else ()
    read = next((ids[word[start:]] for start in starts if word[start:] in ids), -1)
    return len(ids) + 1 + read


def stand_in_id(number: int, vocabulary_size: int) -> int:
    """Return the id of a seed phrase's stand-in, numbered from 0."""
    return 2 * vocabulary_size + 1 + number


def read_as(token_ids: NDArray[np.int32] | int, vocabulary_size: int) -> NDArray[np.int32]:
    """Return by which row of a table each token is read, int32 of the same shape.

    The table holds the V words, the unknown word, and a seed phrase's stand-ins if there are any.
    """
    import numpy as np

    ids, unknown = np.asarray(token_ids, dtype=np.int32), np.int32(vocabulary_size)
    shift = np.where(ids > 2 * unknown, unknown, np.where(ids > unknown, unknown + 1, 0))
    return ids - shift.astype(np.int32)
