"""How well a text is foretold, piece by piece, and what of it stands in the novel."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import tee
from math import exp, log
from typing import Any

from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.desk.loaded import Loaded
from pipeline.desk.offsets import Placed, placed_words, units_of
from pipeline.engine.measures.metrics import piece_length
from pipeline.engine.measures.stream import ScoredPiece, ScoredWord, score_words
from pipeline.engine.writing.constraints.copy_index import copied_stretches

COPIED = 6  # words running that a copy has at least: shorter ones every novel repeats

_Span = tuple[int, int]


def score_text(
    loaded: Loaded, text: str, *, copied: int = COPIED, left: Callable[[], bool]
) -> dict[str, Any]:
    """Return the pieces of a text with their scores, and what is copied, as JSON values.

    Parameters
    ----------
    loaded : Loaded
    text : str
    copied : int
        Words of the shortest copy to tell.
    left : callable
        Whether nobody waits for it any more: it is given up then.

    Returns
    -------
    dict
        `pieces`: start and stop in units of UTF-16, text, bits, probability, rank; null where there
        is none. `bits_per_character`. `copies`: start, stop, chapter.
    """
    placed, again = tee(placed_words(text, loaded.cut, loaded.script))
    model = loaded.writer.model()
    units, bits = units_of(text), _Bits()
    rows: list[dict[str, Any]] = []
    ids: list[int] = []
    spans: list[_Span] = []
    scored_words = score_words((own.word for own in placed), model)
    for scored, own in zip(scored_words, again, strict=True):
        if left():
            break
        for piece, (start, stop) in _pieces(scored, own):
            bits.add(piece)
            rows.append(_piece_json(piece, units[start], units[stop]))
            ids.append(loaded.writer.tokenizer.ids.get(piece.piece, len(model.network.words)))
            spans.append((units[start], units[stop]))
    return {
        "pieces": rows,
        "bits_per_character": bits.per_character(),
        "copies": list(_copies(loaded, ids, spans, copied)),
    }


def _pieces(scored: ScoredWord, own: Placed) -> Iterator[tuple[ScoredPiece, _Span]]:
    """Yield the pieces of a word and where they stand."""
    if own.word == PARAGRAPH_BREAK:
        yield scored.pieces[0], own.places[0]
        return
    first = 0
    for piece in scored.pieces:
        places = own.places[first : first + len(piece.piece)]
        first += len(piece.piece)
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
