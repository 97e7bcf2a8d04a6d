"""How well a writer predicts a text: rank, log probability and cosine of every true word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.arrays import Floats
from pipeline.artifacts.network import Network
from pipeline.artifacts.ngram import KneserNey
from pipeline.artifacts.windows import window_view
from pipeline.engine.memories.ngram import next_probabilities
from pipeline.engine.network.decode import cosines, log_softmax, network_scores
from pipeline.engine.network.predict import BATCH, predict_vectors


@dataclass(frozen=True)
class Scores:
    """Scores of N targets; a target outside the vocabulary is not `known` and ranks last.

    Attributes
    ----------
    known : bool (N,)
    ranks : int64 (N,)
        1 is the best, shared by equals; V + 1 for an unknown target.
    log_probs : float64 (N,)
        Zero where the target is unknown.
    cosines : float32 (N,) or None
        cos(ê, e_target), zero where the target is unknown; None for a model without vectors.
    """

    known: NDArray[np.bool_]
    ranks: NDArray[np.int64]
    log_probs: NDArray[np.float64]
    cosines: Floats | None


def score_windows(
    ids: NDArray[np.int32],
    starts: NDArray[np.int64],
    network: Network,
    *,
    progress: Callable[[float, float], None] | None = None,
) -> Scores:
    """Score the target of every window.

    Parameters
    ----------
    ids : int32 (tokens,)
        The token stream; the ids from V on stand for unknown words.
    starts : int64 (N,)
        Window starts: the target of `s` is `ids[s + steps]`, its context the words before.
    network : Network
    progress : called with windows done and windows in all
    """
    view = window_view(ids, steps=network.steps)  # (tokens - steps, steps + 1)
    parts = []
    for first in range(0, len(starts), BATCH):
        windows = view[starts[first : first + BATCH]]  # (B, steps + 1)
        parts.append(score_batch(windows, network))
        if progress is not None:
            progress(min(first + BATCH, len(starts)), len(starts))
    return join_scores(parts)


def score_batch(windows: NDArray[np.int32], network: Network) -> Scores:
    """Score windows with their targets in the last column, int32 (B, steps + 1)."""
    predicted = predict_vectors(windows[:, :-1], network)  # (B, E)
    cosine = cosines(predicted, output_vectors=network.output_vectors)  # (B, V)
    return score_cosines(cosine, windows[:, -1], network)


def score_cosines(cosine: Floats, targets: NDArray[np.int32], network: Network) -> Scores:
    """Score targets (B,), given cos(ê, e_w) of every word (B, V)."""
    known = targets < len(network.words)  # (B,)
    safe = np.where(known, targets, 0)[:, None]  # (B, 1)
    scores = network_scores(cosine, network)  # (B, V)
    own = np.take_along_axis(scores, safe, axis=1)  # (B, 1)
    ranks = 1 + (scores > own).sum(axis=1)  # (B,)
    log_probs = np.take_along_axis(log_softmax(scores), safe, axis=1)[:, 0]  # (B,)
    closeness = np.take_along_axis(cosine, safe, axis=1)[:, 0]  # (B,)
    return Scores(
        known=known,
        ranks=np.where(known, ranks, len(network.words) + 1).astype(np.int64),
        log_probs=np.where(known, log_probs, 0.0).astype(np.float64),
        cosines=np.where(known, closeness, np.float32(0)),
    )


def score_probabilities(probs: Floats, targets: NDArray[np.int32]) -> Scores:
    """Score targets (B,) by the probabilities (B, V) that a model gave to all words."""
    size = probs.shape[1]
    known = targets < size  # (B,)
    own = np.take_along_axis(probs, np.where(known, targets, 0)[:, None], axis=1)  # (B, 1)
    ranks = 1 + (probs > own).sum(axis=1)  # (B,)
    return Scores(
        known=known,
        ranks=np.where(known, ranks, size + 1).astype(np.int64),
        log_probs=np.where(known, np.log(own[:, 0]), 0.0).astype(np.float64),
        cosines=None,
    )


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
) -> dict[str, Scores]:
    """Score the target of every window as `score_windows` does, on the same tokens.

    Returns two readings of one model. `kneser_ney` gives the unknown word its share of the
    probability; `kneser_ney_known` shares everything among the V known words, as the network does,
    and so is the fair one to compare perplexities with. Their ranks are the same.
    """
    view = window_view(ids, steps=steps)  # (tokens - steps, steps + 1)
    parts, masses = [], []
    for first in range(0, len(starts), BATCH):
        windows = view[starts[first : first + BATCH]]  # (B, steps + 1)
        probs = next_probabilities(model, windows[:, :-1])  # (B, V + 1)
        parts.append(score_probabilities(probs[:, :-1], windows[:, -1]))
        masses.append(np.log1p(-probs[:, -1].astype(np.float64)))  # (B,)
    scores = join_scores(parts)
    shared = scores.log_probs - np.where(scores.known, np.concatenate(masses), 0.0)
    return {"kneser_ney": scores, "kneser_ney_known": replace(scores, log_probs=shared)}


def join_scores(parts: list[Scores]) -> Scores:
    """Concatenate the scores of several batches."""
    cosines = [part.cosines for part in parts if part.cosines is not None]
    return Scores(
        known=np.concatenate([part.known for part in parts]),
        ranks=np.concatenate([part.ranks for part in parts]),
        log_probs=np.concatenate([part.log_probs for part in parts]),
        cosines=np.concatenate(cosines) if cosines else None,
    )


def summarise(scores: Scores) -> dict[str, float | None]:
    """Return the held-out figures of N targets.

    A target outside the vocabulary counts as wrong in top-k and as 0 in MRR; perplexity and mean
    cosine are over known targets only, `coverage` is their share.
    """
    known = scores.known
    reciprocal = np.where(known, 1.0 / scores.ranks, 0.0)  # (N,)
    mean_log = float(scores.log_probs[known].mean()) if known.any() else 0.0
    closeness = scores.cosines[known] if scores.cosines is not None else known[:0]
    return {
        **{f"top{k}": float(np.mean(known & (scores.ranks <= k))) for k in (1, 5, 10)},
        "mrr": float(reciprocal.mean()),
        "cosine": float(closeness.mean()) if len(closeness) else None,
        "perplexity": float(np.exp(-mean_log)),
        "coverage": float(known.mean()),
        "targets": float(len(known)),
    }
