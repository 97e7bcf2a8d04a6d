"""How well a text is foretold, piece by piece, and what of it stands in the novel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import tee
from math import exp, log
from typing import Any

from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.desk.loaded import Loaded
from pipeline.desk.offsets import Placed, placed_words, units_of
from pipeline.engine.measures.metrics import piece_length
from pipeline.engine.measures.stream import ScoredPiece, score_words
from pipeline.engine.writing.constraints.copy_index import copied_stretches

COPIED = 6  # words running that a copy has at least: shorter ones every novel repeats
_BATCH = 32  # words of a part: 24 ms with 2,600 words, 70 ms with 10,000
_CHARACTERS = 4  # of a piece, at most on average

_Span = tuple[int, int]


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
    """Yield the scores of a text part by part, each in about a word's time, and at last the whole.

    Parameters
    ----------
    loaded : Loaded
    text : str
    begin : int
        Offset in characters: from the beginning of its line on scores are told. What stands before
        is read alone.
    copied : int
        Words of the shortest copy to tell.
    """
    begin = text.rfind("\n", 0, begin) + 1
    model, units, bits = loaded.writer.model(), units_of(text), _Bits()
    before = list(_placed(loaded, text, max(0, begin - _CHARACTERS * model.lookback), begin))
    placed, again = tee(_placed(loaded, text, begin, len(text)))
    known, unknown = loaded.writer.tokenizer, len(model.network.words)
    seen = [own for word in before for own in _pieces(known.pieces(word.word), word)]
    ids = [known.ids.get(piece, unknown) for piece, _ in seen]
    spans = [(units[start], units[stop]) for _, (start, stop) in seen]
    learnt = [own.word for own in before]
    scored_words = score_words((own.word for own in placed), model, learnt=learnt, batch=_BATCH)
    rows: list[dict[str, Any]] = []
    for number, (scored, own) in enumerate(zip(scored_words, again, strict=True), 1):
        places = _pieces([piece.piece for piece in scored.pieces], own)
        for piece, (name, (start, stop)) in zip(scored.pieces, places, strict=True):
            bits.add(piece)
            rows.append(_piece_json(piece, units[start], units[stop]))
            ids.append(known.ids.get(name, unknown))
            spans.append((units[start], units[stop]))
        if number % _BATCH == 0:
            yield Part(rows)
            rows = []
    if rows:
        yield Part(rows)
    copies = _copies(loaded, ids, spans, copied)
    yield Whole(bits.per_character(), [own for own in copies if own["stop"] > units[begin]])


def _placed(loaded: Loaded, text: str, start: int, stop: int) -> Iterator[Placed]:
    """Yield the words of a stretch of a text, at their places in all of it."""
    for own in placed_words(text[start:stop], loaded.cut, loaded.script):
        yield Placed(own.word, tuple((start + one, start + other) for one, other in own.places))


def _pieces(pieces: Sequence[str], own: Placed) -> Iterator[tuple[str, _Span]]:
    """Yield the pieces of a word and where they stand."""
    if own.word == PARAGRAPH_BREAK:
        yield own.word, own.places[0]
        return
    first = 0
    for piece in pieces:
        places = own.places[first : first + len(piece)]
        first += len(piece)
        yield piece, (places[0][0], places[-1][1])


def _piece_json(piece: ScoredPiece, start: int, stop: int) -> dict[str, Any]:
    """Return a scored piece as JSON values."""
    told = piece.log_probability
    return {
        "start": start,
        "stop": stop,
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
    loaded: Loaded, ids: Sequence[int], spans: Sequence[_Span], least: int
) -> Iterator[dict[str, Any]]:
    """Yield what of a text stands in the training chapters, chapter by chapter."""
    chapters = loaded.novel.memories.chapters
    for first, stop, place in copied_stretches(loaded.copies, ids, least):
        for title, begins, ends in chapters:
            own = max(first, first + begins - place), min(stop, first + ends - place)
            if own[0] < own[1]:
                yield {
                    "start": spans[own[0]][0],
                    "stop": spans[own[1] - 1][1],
                    "chapter": title,
                }
