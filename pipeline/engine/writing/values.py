"""Written words, and what speaks for them, as JSON values: for commands and for the desk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.engine.writing.evidence import Passage, Quote
from pipeline.engine.writing.generate import Candidate, Choice, spell


def choice_json(choice: Choice) -> dict[str, Any]:
    """Return a choice as JSON values."""
    row: dict[str, Any] = {
        "word": choice.word,
        "cosine": None if choice.cosine is None else round(choice.cosine, 6),
        "probability": None if choice.probability is None else round(choice.probability, 8),
    }
    if choice.candidates:
        row["candidates"] = [_candidate_json(candidate) for candidate in choice.candidates]
    return row


def _candidate_json(candidate: Candidate) -> dict[str, Any]:
    """Return a candidate as JSON values."""
    return {
        "word": candidate.word,
        "cosine": round(candidate.cosine, 6),
        "probability": round(candidate.probability, 8),
    }


def shares_json(shares: Mapping[str, float]) -> dict[str, float]:
    """Return the shares λ_k·p_k of a word's probability as JSON values."""
    return {name: round(share, 8) for name, share in shares.items()}


def passage_json(passage: Passage, quote: Quote) -> dict[str, Any]:
    """Return a passage as JSON values; `position` counts the novel's words and breaks from 0."""
    before, word, after = spell_quote(quote)
    return {
        "chapter": passage.chapter,
        "position": passage.position,
        "cosine": round(passage.cosine, 6),
        "agreement": passage.agreement,
        "before": before,
        "word": word,
        "after": after,
    }


def spell_quote(quote: Quote) -> tuple[str, str, str]:
    """Return the text before the word, the word and the text after it, breaks as line ends."""
    before = spell(quote.before)
    word = spell([quote.word], previous=quote.before[-1] if quote.before else "")
    return before, word, spell(quote.after, previous=quote.word)
