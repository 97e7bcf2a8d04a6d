"""Scores of models without a network: word frequency, and the n-gram model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipeline.arrays import Floats
from pipeline.artifacts.ngram import KneserNey
from pipeline.artifacts.windows import window_view
from pipeline.engine.measures.score import Scores, join_scores, score_probabilities
from pipeline.engine.memories.ngram_probs import next_probabilities
from pipeline.engine.network.decode import rows_at_once
from pipeline.engine.network.predict import BATCH


def score_unigram(targets: NDArray[np.int32], *, log_prior: Floats) -> Scores:
    """Score targets (N,) by word frequency alone; `log_prior` is float32 (V,)."""
    known = targets < len(log_prior)  # (N,)
    safe = np.where(known, targets, 0)  # (N,)
    # How many words are more frequent: V minus those that are as frequent or less.
    falling = len(log_prior) - np.searchsorted(np.sort(log_prior), log_prior, side="right")  # (V,)
    return Scores(
        known=known,
        ranks=np.where(known, 1 + falling[safe], len(log_prior) + 1).astype(np.int64),
        log_probs=np.where(known, log_prior[safe], 0.0).astype(np.float64),
        cosines=None,
    )


def score_kneser_ney(
    ids: NDArray[np.int32], starts: NDArray[np.int64], model: KneserNey, *, steps: int
) -> Scores:
    """Score the target of every window as `score_places` does, on the same tokens.

    Everything is shared among the V known pieces, as the network does.
    """
    view = window_view(ids, steps=steps)  # (tokens - steps, steps + 1)
    parts, masses = [], []
    rows = rows_at_once(len(model.unigram), BATCH)
    for first in range(0, len(starts), rows):
        windows = view[starts[first : first + rows]]  # (B, steps + 1)
        probs = next_probabilities(model, windows[:, :-1])  # (B, V + 1)
        parts.append(score_probabilities(probs[:, :-1], windows[:, -1]))
        masses.append(np.log1p(-probs[:, -1].astype(np.float64)))  # (B,)
    scores = join_scores(parts)
    shared = scores.log_probs - np.where(scores.known, np.concatenate(masses), 0.0)
    return replace(scores, log_probs=shared)
