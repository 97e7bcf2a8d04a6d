"""Kneser–Ney against a slow dictionary version of the same formulas, and its promises."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.engine.ngram import (
    next_probabilities,
    train_kneser_ney,
)

VOCABULARY = 5  # ids 0 to 4; 5 is the unknown word

Text = list[int]
Gram = tuple[int, ...]


def discount(counts: Counter[Gram], count: int) -> float:
    """D(count) of Chen & Goodman 1999, written down once more from the counts of counts."""
    n = [sum(value == k for value in counts.values()) for k in range(5)]
    if not all(n[1:]):
        return 0.75 if count else 0.0
    y = n[1] / (n[1] + 2 * n[2])
    k = min(count, 3)
    value = k - (k + 1) * y * n[k + 1] / n[k] if k else 0.0
    return min(max(value, 0.0), float(k))


def slow_counts(spans: list[Text], order: int) -> list[Counter[Gram]]:
    """Counts of each order: plain ones for the highest, of different predecessors below it."""
    grams = [
        {
            (n, i): tuple(text[i : i + k])
            for n, text in enumerate(spans)
            for i in range(len(text) - k + 1)
        }
        for k in range(1, order + 2)
    ]
    counts = []
    for k in range(1, order):
        longer = set(grams[k].values())
        counts.append(Counter(dict.fromkeys(grams[k - 1].values(), 0)))
        counts[-1].update(gram[1:] for gram in longer)
    return [*counts, Counter(grams[order - 1].values())]


def slow_probability(counts: list[Counter[Gram]], history: Gram, word: int) -> float:
    """p_k(word | history) by recursion."""
    table = counts[len(history)]
    # Unigrams are over all words, those without a count too.
    words = range(VOCABULARY + 1)
    following = {w: table[*history, w] for w in words}
    total = sum(following.values())
    lower = slow_probability(counts, history[1:], word) if history else 1 / (VOCABULARY + 1)
    if not total:
        return lower
    freed = sum(discount(table, count) for count in following.values())
    own = following[word] - discount(table, following[word])
    return own / total + freed / total * lower


@given(
    spans=st.lists(
        st.lists(st.integers(0, VOCABULARY), min_size=6, max_size=60), min_size=1, max_size=3
    ),
    context=st.lists(st.integers(0, VOCABULARY), min_size=4, max_size=4),
    order=st.integers(2, 5),
)
@settings(max_examples=60, deadline=None)
def test_probabilities_are_those_of_the_formulas(
    spans: list[Text], context: Text, order: int
) -> None:
    ids, bounds = joined(spans)
    model = train_kneser_ney(ids, bounds, vocabulary_size=VOCABULARY, order=order)
    counts = slow_counts(spans, order)
    history = tuple(context[-(order - 1) :])
    expected = np.array([slow_probability(counts, history, w) for w in range(VOCABULARY + 1)])
    found = next_probabilities(model, np.array([context], dtype=np.int32))[0]
    np.testing.assert_allclose(found, expected, atol=1e-5)


def joined(spans: list[Text]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """One stream, and where each span lies in it."""
    ends = np.cumsum([len(span) for span in spans])
    bounds = np.stack([ends - [len(span) for span in spans], ends], axis=1).astype(np.int64)
    return np.array([word for span in spans for word in span], dtype=np.int32), bounds
