"""What tells the next word while a text is written: one model, or several mixed (`mixed.py`)."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from pipeline.arrays import Floats, Ids, Integers
from pipeline.artifacts.tokens import Tokenizer


@dataclass(frozen=True)
class NovelText:
    """The text of a novel, in the pieces of the voice that was trained on it.

    Attributes
    ----------
    text_ids : int32 (tokens,)
        −1 outside the training chapters, V for what the vocabulary lacks.
    chapters : sequence of (title, start, stop)
        The training chapters, in positions of the text.
    """

    text_ids: Ids
    chapters: Sequence[tuple[str, int, int]] = ()


class NextWords(Protocol):
    """What may come next in each of N texts: of each its place among them, from 0, is asked."""

    @property
    @abstractmethod
    def probs(self) -> Floats:
        """The probability of every word, float32 (N, V), none of them 0."""
        ...

    @property
    @abstractmethod
    def vectors(self) -> Floats:
        """ê, float32 (N, E), of the network that weighs most."""
        ...

    @abstractmethod
    def vectors_of(self, rows: Integers, word_ids: Integers) -> Sequence[Floats]:
        """Return of a word of each of M different texts ê of the network that says most for it."""
        ...

    @abstractmethod
    def cosines(self, rows: Integers, word_ids: Integers) -> Sequence[float]:
        """Return cos(ê, e_w) by that network, likewise."""
        ...

    @abstractmethod
    def shares(self, rows: Integers, word_ids: Integers) -> Sequence[dict[str, float]]:
        """Return component → its part of the word's probability, likewise; they sum to it."""
        ...

    @abstractmethod
    def log_chances(self, rows: Integers, word_ids: Integers) -> Sequence[float]:
        """Return log p by the components that do not look back at the text itself, likewise."""
        ...


@dataclass(frozen=True)
class Upcoming:
    """What may come next in one of N texts."""

    found: NextWords
    row: int

    @property
    def vector(self) -> Floats:
        """ê, float32 (E,), of the network that weighs most."""
        vector: Floats = self.found.vectors[self.row]
        return vector

    @property
    def probs(self) -> Floats:
        """The probability of every word, float32 (V,), none of them 0."""
        probs: Floats = self.found.probs[self.row]
        return probs

    def vector_of(self, word_id: int) -> Floats:
        """Return ê of the network that says most for a word."""
        return self.found.vectors_of(*self._at(word_id))[0]

    def cosine_of(self, word_id: int) -> float:
        """Return cos(ê, e_w) by that network."""
        return self.found.cosines(*self._at(word_id))[0]

    def shares(self, word_id: int) -> dict[str, float]:
        """Return component → its part of a word's probability; they sum to it."""
        return self.found.shares(*self._at(word_id))[0]

    def log_chance(self, word_id: int) -> float:
        """Return log p of a word by the components that do not look back at the text itself."""
        return self.found.log_chances(*self._at(word_id))[0]

    def _at(self, word_id: int) -> tuple[Integers, Integers]:
        return np.array([self.row]), np.array([word_id])


class Voice(Protocol):
    """What tells the next word.

    What it keeps of the words read is its own affair: it is handed back as it was given, and never
    changes, so that any can be read on again.
    """

    @property
    @abstractmethod
    def words(self) -> tuple[str, ...]:
        """The vocabulary, V words."""
        ...

    @property
    @abstractmethod
    def tokenizer(self) -> Tokenizer:
        """What cuts text into these words."""
        ...

    @property
    @abstractmethod
    def log_prior(self) -> Floats:
        """Log frequency of each word, float32 (V,)."""
        ...

    @property
    @abstractmethod
    def steps(self) -> int:
        """Words of context in training."""
        ...

    @property
    @abstractmethod
    def lookback(self) -> int:
        """How many words back all that is read still shows."""
        ...

    @property
    @abstractmethod
    def foreign_names(self) -> Sequence[str]:
        """Names of other novels, not to be written."""
        ...

    @property
    @abstractmethod
    def examples(self) -> Sequence[str]:
        """Phrases to offer."""
        ...

    @property
    @abstractmethod
    def novels(self) -> Sequence[NovelText]:
        """What it was trained on: first that whose habits are kept to; none of a network alone."""
        ...

    @abstractmethod
    def begin(self, word_ids: Sequence[int]) -> Any:
        """Return the reading of these words, of which only the last `lookback` are read."""
        ...

    @abstractmethod
    def read_all(self, readings: Sequence[Any], word_ids: Sequence[int]) -> Sequence[Any]:
        """Return the readings of N texts after one word more of each."""
        ...

    @abstractmethod
    def next_words(self, readings: Sequence[Any]) -> NextWords:
        """Return what may come next in each of N texts.

        Raises
        ------
        ValueError
            No word has been read yet in one.
        """
        ...


def foretell(reading: Any, voice: Voice) -> Upcoming:
    """Return what may come next in one text; see `Voice.next_words`."""
    return Upcoming(voice.next_words([reading]), 0)
