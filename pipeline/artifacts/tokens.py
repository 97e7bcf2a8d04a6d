"""Tokens: how words become numbers, so that every text can be read, scored and written.

    0 … V − 1     pieces: words of the novel, and single characters
    V             what is none of them

A word outside the vocabulary is parted into pieces: of all ways to cut it, the one of greatest
unigram probability. All characters of the training chapters are pieces, so what is left over is a
character that they never use, id V. Chinese writes no spaces, so pieces need no marks to be joined
again.

A closed vocabulary has words alone and parts nothing: there V is any other word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from math import inf

from pipeline.artifacts.segmentation import PARAGRAPH_BREAK

HAN = 97_680  # Chinese characters in Unicode 15.1 to 16: what an unseen character is one of
_KEPT = 1 << 16  # cuts that are remembered

# A character outside the vocabulary must cost more than any way around it through pieces.
_UNKNOWN_COST = -1e6


class Tokenizer:
    """Parts words into the pieces of a vocabulary, and numbers them.

    Attributes
    ----------
    ids : piece → id
    log_priors : piece → log frequency
        Without the paragraph break: no run of characters is cut into one.
    parts : bool
        Whether words outside the vocabulary are parted; one that parts nothing is closed.
    characters : frozenset of str
        All that words are spelt with.
    """

    def __init__(self, words: Sequence[str], log_priors: Iterable[float], *, parts: bool) -> None:
        self.ids: dict[str, int] = {word: number for number, word in enumerate(words)}
        self.log_priors = dict(zip(words, log_priors, strict=True))
        self.log_priors.pop(PARAGRAPH_BREAK, None)
        self.parts = parts
        self.characters = frozenset(character for word in self.log_priors for character in word)
        self._longest = max(map(len, self.log_priors), default=1)
        # Not a method of its own, with which it would stay in memory until garbage is collected.
        cut = partial(best_cut, log_priors=self.log_priors, longest=self._longest)
        self._cut = lru_cache(_KEPT)(lambda word: tuple(cut(word)))

    def pieces(self, word: str) -> tuple[str, ...]:
        """Return the pieces of a word: itself where it is one, or where nothing is parted."""
        return self._cut(word) if self.parts and word not in self.ids else (word,)

    def cut(self, text: str) -> list[str]:
        """Return the most probable cut of a text, whether or not words are parted."""
        return best_cut(text, self.log_priors, longest=self._longest)

    def token_ids(self, words: Iterable[str]) -> Iterator[int]:
        """Yield the ids of words' pieces."""
        unknown = len(self.ids)
        for word in words:
            found = self.ids.get(word)
            if found is not None:
                yield found
            else:
                yield from (self.ids.get(piece, unknown) for piece in self.pieces(word))


def best_cut(
    text: str, log_priors: Mapping[str, float], *, longest: int | None = None
) -> list[str]:
    """Return the most probable cut of `text` (Viterbi); unknown characters stand alone.

    Parameters
    ----------
    text : str
    log_priors : piece → log frequency
    longest : int, optional
        Characters of the longest piece, where that is known already.
    """
    if longest is None:
        longest = max(map(len, log_priors), default=1)
    best = [0.0] + [-inf] * len(text)
    back = [0] * (len(text) + 1)
    for stop in range(1, len(text) + 1):
        for start in range(max(0, stop - longest), stop):
            piece = text[start:stop]
            cost = log_priors.get(piece, _UNKNOWN_COST if stop - start == 1 else -inf)
            if best[start] + cost > best[stop]:
                best[stop], back[stop] = best[start] + cost, start
    pieces: list[str] = []
    stop = len(text)
    while stop:
        pieces.append(text[back[stop] : stop])
        stop = back[stop]
    return pieces[::-1]
