"""What tells the next word while a text is written: one model, or several mixed (`mixed.py`)."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pipeline.arrays import Floats, Ids
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


class Upcoming(Protocol):
    """What may come next in a text."""

    @property
    @abstractmethod
    def vector(self) -> Floats:
        """ê, float32 (E,), of the one that weighs most."""
        ...

    @property
    @abstractmethod
    def probs(self) -> Floats:
        """The probability of every word, float32 (V,), none of them 0."""
        ...

    @abstractmethod
    def vector_of(self, word_id: int) -> Floats:
        """Return ê of the network that says most for a word."""
        ...

    @abstractmethod
    def cosine_of(self, word_id: int) -> float:
        """Return cos(ê, e_w) by that network."""
        ...

    @abstractmethod
    def shares(self, word_id: int) -> dict[str, float]:
        """Return component → its part of a word's probability; they sum to it."""
        ...


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
    def next_words(self, readings: Sequence[Any]) -> Sequence[Upcoming]:
        """Return what may come next in each of N texts.

        Raises
        ------
        ValueError
            No word has been read yet in one.
        """
        ...

    @abstractmethod
    def log_chance(self, word_id: int, next_word: Any) -> float:
        """Return log p of a word, by the components that do not look back at the text itself."""
        ...
