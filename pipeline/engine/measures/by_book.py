"""How well each book of a shelf is foretold: the scores of all targets, book by book."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.arrays import Integers
from pipeline.engine.measures.bootstrap import draw_chapters, score_intervals
from pipeline.engine.measures.metrics import summarise
from pipeline.engine.measures.score import Scores

_FIGURES = ("bits_per_character", "top1", "perplexity")


def score_books(
    models: Mapping[str, Scores],
    lengths: Integers,
    chapters: Integers,
    books: Integers,
    titles: Sequence[str],
    generator: np.random.Generator,
) -> list[dict[str, Any]]:
    """Return a row for each book that has targets: its title, how much was scored, and the scores.

    Parameters
    ----------
    models : model → Scores of N targets
    lengths, chapters, books : int64 (N,)
        Of each target its characters, the number of its chapter, and that of its book.
    titles : of all books
    generator : numpy Generator
        For the intervals, which are over a book's own chapters; None where it has too few.
    """
    return [
        _row(title, models, lengths, chapters, books == number, generator)
        for number, title in enumerate(titles)
        if (books == number).any()
    ]


def _row(
    title: str,
    models: Mapping[str, Scores],
    lengths: Integers,
    chapters: Integers,
    chosen: NDArray[np.bool_],
    generator: np.random.Generator,
) -> dict[str, Any]:
    """Return the row of a book; `chosen` bool (N,) says which targets are its own."""
    own_lengths, own_chapters = lengths[chosen], chapters[chosen]
    taken = draw_chapters(own_chapters, generator)
    row: dict[str, Any] = {
        "title": title,
        "targets": int(chosen.sum()),
        "characters": int(own_lengths.sum()),
    }
    for name, scores in models.items():
        own = _scores_of(scores, chosen)
        figures = summarise(own, own_lengths)
        intervals = score_intervals(own, own_lengths, own_chapters, taken)
        row[name] = {**{figure: figures[figure] for figure in _FIGURES}, "interval": intervals}
    return row


def _scores_of(scores: Scores, chosen: NDArray[np.bool_]) -> Scores:
    """Return the scores of some targets; `chosen` bool (N,)."""
    return replace(
        scores,
        known=scores.known[chosen],
        ranks=scores.ranks[chosen],
        log_probs=scores.log_probs[chosen],
        cosines=None if scores.cosines is None else scores.cosines[chosen],
    )
