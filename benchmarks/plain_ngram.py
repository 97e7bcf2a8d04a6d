"""Kneser–Ney in plain dictionaries, as one would first write it: `engine.memories.ngram` again.

It is what the numpy model is measured against and, in the tests, compared with.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

Gram = tuple[int, ...]


@dataclass
class History:
    """What follows a history: discounted shares by word, and the weight of the lower order."""

    shares: dict[int, float]
    backoff: float


@dataclass
class PlainModel:
    """`unigram` has the V words and the unknown one; a level each for histories of 1, 2 … words."""

    unigram: list[float]
    levels: list[dict[Gram, History]]


def train_plain(ids: Sequence[int], *, vocabulary_size: int, order: int = 5) -> PlainModel:
    """Count and discount all n-grams of one stretch of text."""
    counts: list[Counter[Gram]] = [
        Counter(tuple(ids[i : i + k]) for i in range(len(ids) - k + 1)) for k in range(1, order + 1)
    ]
    for k in range(order - 1):  # below the highest order: how many different words come before
        counts[k] = Counter(gram[1:] for gram in counts[k + 1])
    taken = discounts(counts[0])
    total = sum(counts[0].values())
    base = vocabulary_size + 1
    uniform = sum(taken[min(count, 3)] for count in counts[0].values()) / base
    own = (counts[0][(word,)] for word in range(base))
    return PlainModel(
        unigram=[(count - taken[min(count, 3)] + uniform) / total for count in own],
        levels=[build_histories(own) for own in counts[1:]],
    )


def discounts(counts: Counter[Gram]) -> list[float]:
    """Return D for counts 0, 1, 2 and 3 or more."""
    found = Counter(counts.values())
    n1, n2, n3, n4 = (found[count] for count in (1, 2, 3, 4))
    if not all((n1, n2, n3, n4)):
        return [0.0, 0.75, 0.75, 0.75]
    y = n1 / (n1 + 2 * n2)
    raw = (1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3)
    return [0.0, *(raw if min(raw) > 0 else [0.75] * 3)]


def build_histories(counts: Counter[Gram]) -> dict[Gram, History]:
    """Return history → what follows it, of all n-grams of one order."""
    taken = discounts(counts)
    following: defaultdict[Gram, dict[int, int]] = defaultdict(dict)
    for gram, count in counts.items():
        following[gram[:-1]][gram[-1]] = count
    histories = {}
    for history, words in following.items():
        total = sum(words.values())
        histories[history] = History(
            shares={w: (count - taken[min(count, 3)]) / total for w, count in words.items()},
            backoff=sum(taken[min(count, 3)] for count in words.values()) / total,
        )
    return histories


def distribution(model: PlainModel, context: Sequence[int]) -> list[float]:
    """Return p(w | context) of the V words and the unknown one."""
    probs = model.unigram
    for length, level in enumerate(model.levels, 1):
        history = level.get(tuple(context[-length:])) if length <= len(context) else None
        if history is None:
            break  # nor has a longer one been seen
        probs = [history.backoff * chance for chance in probs]
        for word, share in history.shares.items():
            probs[word] += share
    return probs


def score_plain(model: PlainModel, ids: Sequence[int], *, context: int) -> list[tuple[int, float]]:
    """Return rank and probability of each word that has so many before it; none is unknown."""
    scores = []
    for place in range(context, len(ids)):
        probs = distribution(model, ids[place - context : place])[:-1]
        own = probs[ids[place]]
        scores.append((1 + sum(chance > own for chance in probs), own))
    return scores
