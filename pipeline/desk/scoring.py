"""How well a text is foretold, piece by piece, and what of it stands in the novel."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import tee
from math import exp, log
from typing import Any

from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.desk.loaded import Loaded
from pipeline.desk.offsets import Placed, placed_words, units_of
from pipeline.engine.copy_index import copied_stretches
from pipeline.engine.measures.metrics import piece_length
from pipeline.engine.measures.stream import ScoredPiece, score_words

COPIED = 6  # words running that a copy has at least: shorter ones every novel repeats
_BATCH = 32  # words of a part: 24 ms with 2,600 words, 70 ms with 10,000
_CHARACTERS = 4  # of a piece, at most on average

_Place = tuple[str, tuple[int, int]]  # a piece, and where it stands


@dataclass(frozen=True)
class Part:
    """The scores of some pieces that follow each other, as JSON values.

    Attributes
    ----------
    pieces : list of dict
        start and stop in units of UTF-16, text, bits, probability, rank; null where there is none.
    """

    pieces: list[dict[str, Any]]


@dataclass(frozen=True)
class Whole:
    """What is known of a text once all of it is scored.

    Attributes
    ----------
    bits_per_character : float or None
    copies : list of dict
        start, stop, chapter.
    """

    bits_per_character: float | None
    copies: list[dict[str, Any]]


def score_parts(
    loaded: Loaded, text: str, *, begin: int = 0, copied: int = COPIED
) -> Iterator[Part | Whole]:
    """Yield the scores of a text in parts of `_BATCH` words, and at last the whole.

    Parameters
    ----------
    loaded : Loaded
    text : str
    begin : int
        Offset in units of UTF-16: from the beginning of its line on scores are told. What stands
        before is read alone.
    copied : int
        Words of the shortest copy to tell.
    """
    model, units, bits = loaded.writer.model(), units_of(text), _Bits()
    begin = text.rfind("\n", 0, bisect_left(units, begin)) + 1
    before = list(_placed(loaded, text, max(0, begin - _CHARACTERS * model.lookback), begin))
    placed, again = tee(_placed(loaded, text, begin, len(text)))
    cut = loaded.writer.tokenizer.pieces
    seen = [own for word in before for own in _pieces(cut(word.word), word)]
    learnt = [own.word for own in before]
    scored_words = score_words((own.word for own in placed), model, learnt=learnt, batch=_BATCH)
    rows: list[dict[str, Any]] = []
    for number, (scored, own) in enumerate(zip(scored_words, again, strict=True), 1):
        places = _pieces([piece.piece for piece in scored.pieces], own)
        for piece, place in zip(scored.pieces, places, strict=True):
            bits.add(piece)
            rows.append(_piece_json(piece, place, units))
            seen.append(place)
        if number % _BATCH == 0:
            yield Part(rows)
            rows = []
    if rows:
        yield Part(rows)
    copies = _copies(loaded, seen, units, copied)
    yield Whole(bits.per_character(), [own for own in copies if own["stop"] > units[begin]])


def _placed(loaded: Loaded, text: str, start: int, stop: int) -> Iterator[Placed]:
    """Yield the words of a stretch of a text, at their places in all of it."""
    for own in placed_words(text[start:stop], loaded.cut, loaded.script):
        yield Placed(own.word, tuple((start + one, start + other) for one, other in own.places))


def _pieces(pieces: Sequence[str], own: Placed) -> Iterator[_Place]:
    """Yield the pieces of a word and where they stand."""
    if own.word == PARAGRAPH_BREAK:
        yield own.word, own.places[0]
        return
    first = 0
    for piece in pieces:
        places = own.places[first : first + len(piece)]
        first += len(piece)
        yield piece, (places[0][0], places[-1][1])


def _piece_json(piece: ScoredPiece, place: _Place, units: Sequence[int]) -> dict[str, Any]:
    """Return a scored piece as JSON values."""
    told, (_, (start, stop)) = piece.log_probability, place
    return {
        "start": units[start],
        "stop": units[stop],
        "text": "\n" if piece.piece == PARAGRAPH_BREAK else piece.piece,
        "bits": None if told is None else round(-told / log(2), 4),
        "probability": None if told is None else round(exp(told), 8),
        "rank": piece.rank,
    }


class _Bits:
    """Running sums of bits and characters, as `Tally` has them among much else."""

    def __init__(self) -> None:
        self.characters = 0
        self.bits: float | None = 0.0

    def add(self, piece: ScoredPiece) -> None:
        """Count a piece; one without a probability leaves the whole without bits."""
        self.characters += piece_length(piece.piece)
        told = piece.log_probability
        self.bits = None if told is None or self.bits is None else self.bits - told / log(2)

    def per_character(self) -> float | None:
        """Return bits per character, None where there are none."""
        if self.bits is None or not self.characters:
            return None
        return round(self.bits / self.characters, 4)


def _copies(
    loaded: Loaded, seen: Sequence[_Place], units: Sequence[int], least: int
) -> Iterator[dict[str, Any]]:
    """Yield what of a text stands in the training chapters, chapter by chapter."""
    chapters, known = loaded.novel.memories.chapters, loaded.writer.tokenizer.ids
    ids = [known.get(piece, len(known)) for piece, _ in seen]
    for first, stop, place in copied_stretches(loaded.copies, ids, least):
        for title, begins, ends in chapters:
            own = max(first, first + begins - place), min(stop, first + ends - place)
            if own[0] < own[1]:
                yield {
                    "start": units[seen[own[0]][1][0]],
                    "stop": units[seen[own[1] - 1][1][1]],
                    "chapter": title,
                }
