"""Finding a novel's own words: the names of its people and places that no dictionary lists.

A word shows in four ways, all of them counted, none of them particular to a book:

count      it recurs
cohesion   its characters stand together far more often than chance would put them there
freedom    many different characters stand before it, and many after it
fit        those characters are like the ones beside names that the dictionary does list

The first three are the classic signs of a new word, but 在这里 shows them as well as 薛蟠 does. The
fourth tells these apart: whom a novel talks about begins sentences, and says and does things.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from pipeline.arrays import Doubles
from pipeline.artifacts.segmentation import Name
from pipeline.text.words.grams import (
    Grams,
    Text,
    branching_entropy,
    count_grams,
    left_neighbours,
    mean_weight,
    read_text,
    right_neighbours,
)

_LONGEST = 5  # characters
_LEAST_FIT = -0.5  # bits
# Two words side by side are one word only if they hold together like this, in bits.
_COMPOUND_PMI = 8.0
# Occurrences of the average text that are counted among those beside listed names.
_PRIOR_OCCURRENCES = 50.0
_DECIMALS = 4

# Characters of grammar, which border on names but begin, end or join none.
_NEVER_FIRST = frozenset(
    "的了着过得地之是在把被将给与和跟对从向往这那哪此其每我你他她它不没未也都又还就便却只再更有两几"
)
_NEVER_LAST = frozenset(
    "的了着过得地之是在把被将给与和跟对从向往这那哪我你他她它不没未也都又还就便却吗呢吧啊们里中上下等"
    "道说笑来去"
)
_NEVER_INSIDE = frozenset("的了着个")


def discover_names(
    paragraphs: Sequence[str],
    *,
    known: Collection[str],
    listed_names: Collection[str],
    count: int,
    pmi: float,
    entropy: float,
) -> tuple[Name, ...]:
    """Return the names that recur in paragraphs, the surest first.

    Parameters
    ----------
    paragraphs : sequence of str
        Of the training chapters alone.
    known : words
        What the dictionaries list, which is not found again.
    listed_names : words
        The names among them: they show how this novel uses names. None will do.
    count : int
        Least number of occurrences.
    pmi : float
        Least pointwise mutual information of a name's two parts, in bits, wherever it is cut.
    entropy : float
        Least entropy of the characters on either side, in bits.

    Notes
    -----
    They are ranked by log₂(count) · pmi · min(left entropy, right entropy) · 2^fit.
    """
    text = read_text(paragraphs)
    characters = int(text.joinable.sum())
    counts: dict[str, int] = {}
    kept: list[Grams] = []
    for grams in count_grams(text, least=count, longest=_LONGEST):
        counts.update(zip(grams.words, grams.counts.tolist(), strict=True))
        if grams.length > 1:
            kept.append(grams)
    weights = _neighbour_weights(text, kept, listed_names)
    found = [
        name
        for grams in kept
        for name in _weigh_grams(text, grams, counts, weights, characters)
        if _is_free(name, pmi=pmi, entropy=entropy) and name.word not in known
    ]
    words = {name.word for name in found}
    whole = [n for n in found if not _is_compound(n.word, counts, characters, known, words)]
    return tuple(sorted(whole, key=lambda name: (-_strength(name), name.word)))


def _neighbour_weights(
    text: Text, kept: Sequence[Grams], listed_names: Collection[str]
) -> tuple[Doubles, Doubles]:
    """Return how much a character before, and one after, speaks for a name: (A,) each, in bits.

    It is log₂ p(character beside a listed name) / p(character), the first smoothed by the second.
    """
    letters = len(text.alphabet)
    average = np.bincount(text.ids, minlength=letters) / len(text.ids)  # (A,)
    beside = np.zeros((2, letters))  # before and after
    for grams in kept:
        listed = np.array([word in listed_names for word in grams.words], dtype=np.bool_)  # (G,)
        chosen = listed[grams.members]  # (P,)
        for side, neighbours in enumerate((left_neighbours, right_neighbours)):
            beside[side] += np.bincount(neighbours(text, grams)[chosen], minlength=letters)
    smoothed = beside + _PRIOR_OCCURRENCES * average
    smoothed /= smoothed.sum(axis=1, keepdims=True)
    before, after = np.log2(smoothed / average)
    return before, after


def _weigh_grams(
    text: Text,
    grams: Grams,
    counts: Mapping[str, int],
    weights: tuple[Doubles, Doubles],
    characters: int,
) -> list[Name]:
    """Return the evidence for every run of one length that grammar does not rule out."""
    left, right = left_neighbours(text, grams), right_neighbours(text, grams)  # (P,)
    left_entropy = branching_entropy(grams, left)  # (G,)
    right_entropy = branching_entropy(grams, right)
    fit = (mean_weight(grams, left, weights[0]) + mean_weight(grams, right, weights[1])) / 2
    return [
        Name(
            word=word,
            count=counts[word],
            pmi=round(_cohesion(word, counts, characters), _DECIMALS),
            left_entropy=round(float(left_entropy[number]), _DECIMALS),
            right_entropy=round(float(right_entropy[number]), _DECIMALS),
            fit=round(float(fit[number]), _DECIMALS),
        )
        for number, word in enumerate(grams.words)
        if not _is_grammar(word)
    ]


def _is_grammar(word: str) -> bool:
    """Return whether a character of grammar begins, ends or joins this run."""
    inside = not _NEVER_INSIDE.isdisjoint(word[1:-1])
    return word[0] in _NEVER_FIRST or word[-1] in _NEVER_LAST or inside


def _cohesion(word: str, counts: Mapping[str, int], characters: int) -> float:
    """Return the pointwise mutual information of the two parts where they hold together least."""
    return min(_mutual(word, cut, counts, characters) for cut in range(1, len(word)))


def _mutual(word: str, cut: int, counts: Mapping[str, int], characters: int) -> float:
    """Return log₂ p(word) / (p(first part)·p(second part)), with p(x) = count(x) / characters."""
    apart = counts[word[:cut]] * counts[word[cut:]]
    return math.log2(counts[word] * characters / apart)


def _is_free(name: Name, *, pmi: float, entropy: float) -> bool:
    """Return whether the evidence reaches the least values."""
    freedom = min(name.left_entropy, name.right_entropy)
    return name.pmi >= pmi and freedom >= entropy and name.fit >= _LEAST_FIT


def _is_compound(
    word: str,
    counts: Mapping[str, int],
    characters: int,
    known: Collection[str],
    found: Collection[str],
) -> bool:
    """Return whether this is two words of two or more characters that merely meet often."""
    return any(
        _mutual(word, cut, counts, characters) < _COMPOUND_PMI
        and all(part in known or part in found for part in (word[:cut], word[cut:]))
        for cut in range(2, len(word) - 1)
    )


def _strength(name: Name) -> float:
    """Return all the evidence in one number."""
    freedom = min(name.left_entropy, name.right_entropy)
    return math.log2(name.count) * name.pmi * freedom * math.exp2(name.fit)
