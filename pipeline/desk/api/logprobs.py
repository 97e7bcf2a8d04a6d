"""Log probabilities as clients read them: OpenAI's older form, its newer one, and llama.cpp's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipeline.desk.api.pieces import Piece


def logprobs(pieces: Sequence[Piece], offset: int = 0) -> dict[str, Any]:
    """Return pieces in the form of completions, and as `content` in that of chats.

    Parameters
    ----------
    pieces : sequence of Piece
    offset : int
        Characters of the answer's text that stand before them.
    """
    offsets = []
    for piece in pieces:
        offsets.append(offset)
        offset += len(piece.text)
    return {
        "tokens": [piece.text for piece in pieces],
        "token_logprobs": [piece.logprob for piece in pieces],
        "top_logprobs": [_by_text(piece) for piece in pieces],
        "text_offset": offsets,
        "content": [_row(piece) for piece in pieces],
    }


def with_ids(pieces: Sequence[Piece]) -> list[dict[str, Any]]:
    """Return pieces in llama.cpp's form: rows with ids."""
    return [
        {
            "id": piece.id,
            **_token(piece.text, piece.logprob),
            "top_logprobs": [{"id": own.id, **_token(own.text, own.logprob)} for own in piece.best],
        }
        for piece in pieces
    ]


def with_chances(pieces: Sequence[Piece]) -> list[dict[str, Any]]:
    """Return pieces in llama.cpp's form, with how likely they were to be drawn."""
    rows = []
    for piece in pieces:
        (_, word_id, chance), *best = piece.chances
        top = [
            {"id": own, "token": text, "bytes": list(text.encode()), "prob": prob}
            for text, own, prob in best
        ]
        text = piece.text
        row = {"id": word_id, "token": text, "bytes": list(text.encode()), "prob": chance}
        rows.append({**row, "top_probs": top})
    return rows


def _by_text(piece: Piece) -> dict[str, float] | None:
    """Return the best texts for a place; None at a text's beginning."""
    if piece.logprob is None:
        return None
    found: dict[str, float] = {}
    for own in piece.ranking:
        found.setdefault(own.text, own.logprob)
    return found


def _row(piece: Piece) -> dict[str, Any]:
    return {
        **_token(piece.text, piece.logprob),
        "top_logprobs": [_token(own.text, own.logprob) for own in piece.best],
    }


def _token(text: str, logprob: float | None) -> dict[str, Any]:
    return {"token": text, "logprob": logprob, "bytes": list(text.encode())}
