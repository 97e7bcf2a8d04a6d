"""Burrows' Delta: how far two texts' habits in the most frequent words lie apart.

Of each of the N most frequent words the relative frequency in a text is turned into a z-score, its
distance from the mean in standard deviations, and Delta is the mean absolute difference of two
texts' z-scores (Burrows 2002, "Delta": a measure of stylistic difference). Variants weigh the
z-scores in other ways (Eder's, cosine); this is the first and plain one.

Mean and standard deviation need several samples. Burrows took them over the texts of a large
collection. Where but a few texts are compared they are taken over their chapters, all together: of
two texts alone any word's z-scores differ by √2, whatever it is and however they are written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.arrays import Doubles
from pipeline.chinese import has_chinese

WORDS = 150  # the most frequent ones, as in Burrows 2002
_LEAST = 2  # texts


@dataclass(frozen=True)
class Deltas:
    """How far texts lie apart, and the words by which.

    Attributes
    ----------
    words : tuple of str
        The most frequent first; those that all samples use alike are left out.
    distances : float64 (T, T)
        Symmetric, zero on the diagonal.
    """

    words: tuple[str, ...]
    distances: Doubles


def count_words(words: Iterable[str]) -> Counter[str]:
    """Count the words of a sample; punctuation and all else without a Chinese character is none."""
    return Counter(word for word in words if has_chinese(word))


@dataclass(frozen=True)
class Habits:
    """How often samples use the most frequent words.

    Attributes
    ----------
    words : tuple of str, length N
        The most frequent first; those that all samples use alike are left out.
    counts : float64 (S, N)
    sizes : float64 (S,)
        All words of each sample.
    spread : float64 (N,)
        Standard deviation of the relative frequencies over the samples (S − 1 in the divisor).
    """

    words: tuple[str, ...]
    counts: Doubles
    sizes: Doubles
    spread: Doubles


def habits_of(samples: Sequence[Mapping[str, int]], words: int = WORDS) -> Habits:
    """Return the habits of S ≥ 2 samples, word → count each.

    The most frequent words are those with the highest mean of the samples' relative frequencies, so
    that no long sample decides alone; equals in the order of Unicode.
    """
    vocabulary = _most_frequent(samples, words)
    counts = np.array([[own.get(w, 0) for w in vocabulary] for own in samples], dtype=np.float64)
    sizes = np.array([max(sum(own.values()), 1) for own in samples], dtype=np.float64)
    spread = (counts / sizes[:, None]).std(axis=0, ddof=1)
    told = spread > 0
    kept = tuple(word for word, own in zip(vocabulary, told, strict=True) if own)
    return Habits(kept, counts[:, told], sizes, spread[told])


def delta_between(habits: Habits, one: Sequence[int], other: Sequence[int]) -> float:
    """Return Burrows' Delta between two groups of samples, each taken as one text."""
    first, second = (
        habits.counts[list(group)].sum(axis=0) / habits.sizes[list(group)].sum()
        for group in (one, other)
    )  # (N,) each
    return float(np.abs((first - second) / habits.spread).mean())  # the mean cancels


def burrows_delta(
    samples: Sequence[Mapping[str, int]],
    texts: Sequence[int] | None = None,
    *,
    words: int = WORDS,
) -> Deltas | None:
    """Return Burrows' Delta between texts.

    Parameters
    ----------
    samples : S mappings word → count
        Standard deviations are over them.
    texts : S numbers, optional
        Which text each sample is a part of, 0 to T − 1; by default each is a text, as in Burrows'
        own definition. A text's frequencies are those of its samples together.
    words : int
        How many of the most frequent words.

    Returns
    -------
    Deltas or None
        None for fewer than two texts, or where no word tells them apart.

    References
    ----------
    .. [1] J. Burrows, "'Delta': a measure of stylistic difference and a guide to likely
       authorship", Literary and Linguistic Computing 17 (3), 2002, 267–287.
    """
    owners = list(range(len(samples)) if texts is None else texts)
    count = max(owners, default=-1) + 1
    if count < _LEAST:
        return None
    habits = habits_of(samples, words)
    if not habits.words:
        return None
    groups = [[place for place, own in enumerate(owners) if own == text] for text in range(count)]
    distances = [[delta_between(habits, one, other) for other in groups] for one in groups]
    return Deltas(habits.words, np.array(distances))


def _most_frequent(samples: Sequence[Mapping[str, int]], count: int) -> list[str]:
    """Return the words with the highest mean relative frequency, the highest first."""
    shares: dict[str, float] = {}
    for own in samples:
        size = sum(own.values())
        for word, times in own.items():
            shares[word] = shares.get(word, 0.0) + times / size
    return sorted(shares, key=lambda word: (-round(shares[word], 12), word))[:count]
