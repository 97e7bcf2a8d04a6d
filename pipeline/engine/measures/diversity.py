"""How written text behaves as text: variety, repetition, copying, sentences, punctuation.

All functions take texts as ids; what they measure of a writer's texts is read beside the same
measure of real text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from pipeline.arrays import Ids, Integers
from pipeline.chinese import SENTENCE_ENDS
from pipeline.engine.copy_index import CopyIndex
from pipeline.engine.measures.copies import longest_copy
from pipeline.engine.text_blocks import text_blocks

_ENDS = frozenset(SENTENCE_ENDS + "!?…")  # … as a sentence may break off: all texts alike


def distinct_share(texts: Sequence[Ids], n: int) -> float:
    """Share of different n-grams among all n-grams of all texts (distinct-n, Li et al. 2016)."""
    grams = [sliding_window_view(text, n) for text in texts if len(text) >= n]
    if not grams:
        return 0.0
    rows = np.concatenate(grams)  # (G, n)
    return len(np.unique(rows, axis=0)) / len(rows)


def repeated_share(texts: Sequence[Ids], n: int) -> float:
    """Share of n-grams that stood earlier in the same text."""
    repeated, total = 0, 0
    for text in texts:
        if len(text) >= n:
            rows = sliding_window_view(text, n)  # (G, n)
            repeated += len(rows) - len(np.unique(rows, axis=0))
            total += len(rows)
    return repeated / total if total else 0.0


def sentence_length(texts: Sequence[Ids], end_ids: Ids) -> float | None:
    """Mean words of a sentence: all words by all words that end one; None where none does."""
    ends = sum(int(np.isin(text, end_ids).sum()) for text in texts)
    return sum(map(len, texts)) / ends if ends else None


def length_distance(texts: Sequence[Ids], others: Sequence[Ids], end_ids: Ids) -> float | None:
    """Kolmogorov-Smirnov distance, 0 to 1, between the sentence lengths of two bodies of text.

    None where one of them has no sentence. A sentence is what stands between two of `end_ids`.
    """
    lengths = [
        np.sort(np.concatenate([np.diff(_places_of(end_ids, text)) for text in body]))
        for body in (texts, others)
    ]
    if not all(map(len, lengths)):
        return None
    at = np.unique(np.concatenate(lengths))
    shares = [np.searchsorted(own, at, side="right") / len(own) for own in lengths]
    return float(np.abs(shares[0] - shares[1]).max())


def _places_of(ids: Ids, text: Ids) -> Integers:
    """Return where a text holds one of some ids, ascending."""
    places, first = [np.empty(0, dtype=np.int64)], 0
    for block, own in text_blocks(text, int(ids.max(initial=-1)) + 1, reach=0):
        places.append(first + np.flatnonzero(np.isin(block, ids)))
        first += own
    return np.concatenate(places)


def frequency_distance(texts: Sequence[Ids], others: Sequence[Ids], word_ids: Ids) -> float | None:
    """Total variation distance, 0 to 1, between how two bodies of text share out `word_ids`.

    None where one of them uses none of these words.
    """
    shares = []
    for body in (texts, others):
        counts = np.array([sum((text == own).sum() for text in body) for own in word_ids])
        if not counts.sum():
            return None
        shares.append(counts / counts.sum())
    return float(np.abs(shares[0] - shares[1]).sum() / 2)


def distinct_in_groups(texts: Sequence[Ids], n: int, size: int) -> float:
    """Return the mean distinct-n of groups of `size` texts, as many as there are whole ones.

    The more text there is, the fewer of its n-grams are new: only as many texts compare.
    """
    groups = max(1, len(texts) // size)
    own = (texts[first::groups][:size] for first in range(groups))
    return float(np.mean([distinct_share(group, n) for group in own]))


def measure_texts(
    texts: Sequence[Ids], source: CopyIndex, words: Sequence[str], group: int
) -> dict[str, float | None]:
    """Return all measures of written texts beside the training text, which is indexed.

    `group` is how many texts distinct-n is of.
    """
    ends = _ids_of(words, lambda word: word in _ENDS)
    punctuation = _ids_of(words, lambda word: not any(map(str.isalnum, word)))
    texts = tell_unknown_apart(texts, len(words))
    copies = [longest_copy(text, source) for text in texts]
    return {
        **{f"distinct{n}": distinct_in_groups(texts, n, group) for n in (1, 2, 3)},
        "repeated4": repeated_share(texts, 4),
        "longest_copy": float(max(copies, default=0)),
        "mean_longest_copy": float(np.mean(copies)) if copies else 0.0,
        "sentence_length": sentence_length(texts, ends),
        "sentence_length_distance": length_distance(texts, [source.text_ids], ends),
        "punctuation_distance": frequency_distance(texts, [source.text_ids], punctuation),
    }


def tell_unknown_apart(texts: Sequence[Ids], unknown: int) -> list[Ids]:
    """Give every unknown word a number of its own: rare words are seldom the same one."""
    lengths = np.cumsum([0, *map(len, texts)])
    return [
        np.where(text >= unknown, unknown + 1 + start + np.arange(len(text)), text).astype(np.int32)
        for text, start in zip(texts, lengths, strict=False)
    ]


def _ids_of(words: Sequence[str], chosen: Callable[[str], bool]) -> Ids:
    """Return the ids of the chosen words of a vocabulary."""
    return np.array([n for n, word in enumerate(words) if chosen(word)], dtype=np.int32)
