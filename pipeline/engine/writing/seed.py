"""Cutting a seed phrase into pieces that the writer can read.

The vocabulary is the dictionary and its frequencies are the weights: the best cut is the one of
greatest unigram probability, so no segmenter has to be loaded to write. Every character that the
novel uses is a piece; one that it never uses is read as an unknown one, dropped, or refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.artifacts.tokens import Tokenizer
from pipeline.engine.memories.voice import Voice
from pipeline.engine.writing.spelling import as_the_novel_writes
from pipeline.errors import DataError, SettingsError
from pipeline.shown import shown

Unknown = Literal["keep", "drop", "error"]
_UNKNOWN: tuple[Unknown, ...] = ("keep", "drop", "error")

_TAIL = 10  # characters for each word that is kept, white space too
_SHOWN = 10  # unknown characters that a note names


@dataclass(frozen=True)
class Seed:
    """A seed phrase as it is read.

    Attributes
    ----------
    words : tuple of str
        Pieces of the vocabulary and, at their places, unknown characters that are kept.
    unknown : tuple of str
        The characters that the novel never uses, as often as they stand there.
    dropped : bool
        Whether those are left out.
    """

    words: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    dropped: bool = False


def cut_seed(text: str, tokenizer: Tokenizer, *, unknown: Unknown = "keep") -> Seed:
    """Cut `text` into pieces; line ends break paragraphs.

    Parameters
    ----------
    text : str
    tokenizer : Tokenizer
    unknown : {"keep", "drop", "error"}
        What becomes of characters that the novel never uses.

    Raises
    ------
    DataError
        There are such characters and `unknown` is "error"; it names them.
    """
    cut = list(cut_lines(text, tokenizer))
    strange = tuple(piece for piece in cut if piece not in tokenizer.ids)
    if strange and unknown == "error":
        raise DataError(
            f"seed phrase: expected characters that the novel uses, got {_named(strange)}; "
            "use others, or --unknown keep"
        )
    dropped = unknown == "drop"
    words = tuple(piece for piece in cut if not dropped or piece in tokenizer.ids)
    return Seed(words, strange, dropped=dropped and bool(strange))


def learnt_ids(text: str, model: Voice, tokenizer: Tokenizer) -> tuple[int, ...]:
    """Return the ids of a text that is read before the seed phrase; V for an unknown character.

    Only its last words are worth reading, and only a tail that surely holds them is cut. After it a
    paragraph begins.
    """
    tail = text[-_TAIL * model.lookback :]
    pieces = list(cut_lines(tail, tokenizer))
    if pieces and PARAGRAPH_BREAK in tokenizer.ids:
        pieces.append(PARAGRAPH_BREAK)
    unknown = len(tokenizer.ids)
    return tuple(tokenizer.ids.get(piece, unknown) for piece in pieces[-model.lookback :])


def cut_lines(text: str, tokenizer: Tokenizer) -> Iterator[str]:
    """Yield the pieces of a text; characters that are none stand alone."""
    text = "\n".join(text.splitlines())
    written = as_the_novel_writes(text, tokenizer)
    lines = [line for line in written.split("\n") if line.strip()]
    for number, line in enumerate(lines):
        if number and PARAGRAPH_BREAK in tokenizer.ids:
            yield PARAGRAPH_BREAK
        for stretch in line.split():
            yield from tokenizer.cut(stretch)


def seed_notes(seed: Seed) -> list[str]:
    """Return what became of unknown characters, for people: one note, or none."""
    if not seed.unknown:
        return []
    fate = "left out" if seed.dropped else "read as unknown characters"
    return [f"never used in this novel, {fate}: {_named(seed.unknown)}"]


def _named(characters: tuple[str, ...]) -> str:
    """Return characters, each once, and how many more there are."""
    different = list(dict.fromkeys(characters))
    more = len(different) - _SHOWN
    named = " ".join(shown(character) for character in different[:_SHOWN])
    return f"{named} and {more:,} more" if more > 0 else named


def read_unknown(value: str) -> Unknown:
    """Return what is to become of unknown characters.

    Raises
    ------
    SettingsError
        There is no such way.
    """
    for way in _UNKNOWN:
        if value == way:
            return way
    raise SettingsError(
        f"--unknown: expected keep, drop or error, got {value!r}", option="--unknown"
    )
