"""The vocabulary that can write every word: a novel's words, and all of its characters.

Words that are too rare to be learnt are parted into pieces before anything is learnt, so that word
vectors, network and memories see the pieces and nothing is an unknown word.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.artifacts.embedding import log_frequencies
from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.artifacts.tokens import Tokenizer

_ROUNDS = 10  # of cutting and counting; two or three are enough on a novel


@dataclass(frozen=True)
class Vocabulary:
    """Pieces, and how often each stands in the training chapters.

    Attributes
    ----------
    counts : piece → occurrences
        0 for a character that stands within other pieces only.
    tokenizer : Tokenizer
        Parts words into them.
    unseen : float
        The share of tokens that is a character which never stood before.
    """

    counts: Mapping[str, int]
    tokenizer: Tokenizer
    unseen: float


def open_vocabulary(words: Mapping[str, int], *, min_count: int) -> Vocabulary:
    """Return the words that occur `min_count` times and all characters, with counts after parting.

    How a word is cut hangs on the pieces' counts, and these on the cuts: both are made in turns,
    from the characters' counts on, until no cut changes.

    Parameters
    ----------
    words : word → occurrences in the training chapters
    min_count : int
    """
    kept = {word: count for word, count in words.items() if count >= min_count}
    rare = {word: count for word, count in words.items() if count < min_count}
    counts = Counter(kept)
    for character in sorted(characters_of(words)):
        counts.setdefault(character, 0)
    cuts: dict[str, Sequence[str]] = {word: tuple(word) for word in rare}
    tokenizer = _tokenizer_of(_counted(counts, rare, cuts))
    for _ in range(_ROUNDS):
        found = {word: tokenizer.pieces(word) for word in rare}
        if found == cuts:
            break
        cuts = {**found}
        tokenizer = _tokenizer_of(_counted(counts, rare, cuts))
    final = _counted(counts, rare, cuts)
    return Vocabulary(final, tokenizer, _unseen_share(words, sum(final.values())))


def characters_of(words: Mapping[str, int]) -> Counter[str]:
    """Return character → occurrences; the paragraph break has none."""
    counts: Counter[str] = Counter()
    for word, count in words.items():
        if word != PARAGRAPH_BREAK:
            for character in word:
                counts[character] += count
    return counts


def _counted(
    counts: Mapping[str, int], rare: Mapping[str, int], cuts: Mapping[str, Iterable[str]]
) -> Counter[str]:
    """Return the pieces' counts, those that stand in rare words added; the most frequent first."""
    total = Counter(counts)
    for word, count in rare.items():
        for piece in cuts[word]:
            total[piece] += count
    return Counter(dict(sorted(total.items(), key=lambda item: (-item[1], item[0]))))


def _tokenizer_of(counts: Mapping[str, int]) -> Tokenizer:
    """Return what parts words by these counts."""
    priors = log_frequencies(list(counts.values()))
    return Tokenizer(tuple(counts), priors.tolist(), parts=True)


def _unseen_share(words: Mapping[str, int], tokens: int) -> float:
    """Return the share of tokens that is a character which never stood before.

    Left out one at a time, a character is new where it stands but once: so the share is that of
    characters which occur once (Good 1953): at least half an occurrence, at most half of all.
    """
    once = sum(count == 1 for count in characters_of(words).values())
    return min(max(once, 0.5) / max(tokens, 1), 0.5)
