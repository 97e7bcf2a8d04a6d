"""Written pieces as clients get them: their text, number and log probability, and the best ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pipeline.desk.loaded import Loaded
from pipeline.engine.writing.generate import Choice, spell

LEAST = -9999.0  # a log probability below it is told as this: JSON has no infinity


class Likely(NamedTuple):
    """A piece that could have come at a place."""

    text: str
    id: int
    logprob: float


@dataclass(frozen=True)
class Piece:
    r"""A piece of a text.

    Attributes
    ----------
    text : str
        As it is spelt behind what stands before: `\n` for a paragraph's end.
    id : int
        Its place in the vocabulary; V for a character that is not there.
    logprob : float or None
        Natural logarithm of the model's own probability, before penalty, constraints and
        temperature; None for a text's first, which nothing foretells.
    likely : tuple of Likely
        The best for its place, as many as were asked for.
    chances : tuple of (text, id, probability)
        Where they were asked for: how likely it was to be drawn, and behind it the likeliest ones.
    """

    text: str
    id: int
    logprob: float | None
    likely: tuple[Likely, ...] = ()
    chances: tuple[tuple[str, int, float], ...] = ()

    @property
    def ranking(self) -> tuple[Likely, ...]:
        """The best for its place and, where it is none of them, the piece itself at the end.

        The piece itself has its own text, which a stop string may have shortened.
        """
        if self.logprob is None:
            return ()
        own = Likely(self.text, self.id, self.logprob)
        if all(likely.id != self.id for likely in self.likely):
            return (*self.likely, own)
        return tuple(own if likely.id == self.id else likely for likely in self.likely)

    @property
    def best(self) -> tuple[Likely, ...]:
        """The best for its place, as many as were asked for."""
        return self.ranking[: len(self.likely)]


def piece_of(choice: Choice, previous: str, loaded: Loaded) -> Piece:
    """Return a written word as a piece, given the word before it."""
    words, ids = loaded.novel.network.words, loaded.writer.tokenizer.ids
    likely = tuple(
        Likely(spell([own.word], previous), ids[own.word], log_probability(own.probability))
        for own in choice.candidates
    )
    chances = tuple((spell([words[own]], previous), own, chance) for own, chance in choice.chances)
    text = spell([choice.word], previous)
    return Piece(text, choice.word_id, log_probability(choice.probability), likely, chances)


def log_probability(probability: float | None) -> float:
    """Return the logarithm of a probability, never below `LEAST`."""
    return max(math.log(probability), LEAST) if probability else LEAST


def text_of(pieces: Sequence[Piece]) -> str:
    """Return pieces as the text that they are."""
    return "".join(piece.text for piece in pieces)
