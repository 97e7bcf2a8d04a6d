"""How well a writer predicts a text: rank, log probability and cosine of every true piece."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.arrays import Floats, Integers
from pipeline.artifacts.network import Network
from pipeline.artifacts.tokens import HAN
from pipeline.engine.network.decode import cosines, network_scores, rows_at_once
from pipeline.engine.network.predict import BATCH, READ_AT_ONCE, predict_places


@dataclass(frozen=True)
class Scores:
    """Scores of N targets; a target outside the vocabulary is not `known` and ranks last.

    Attributes
    ----------
    known : bool (N,)
    ranks : int64 (N,)
        1 is the best, shared by equals; V + 1 for an unknown target.
    log_probs : float64 (N,)
        Zero where the target has no probability.
    cosines : float32 (N,) or None
        cos(ê, e_target), zero where the target is unknown; None for a model without vectors.
    unseen : float
        The probability of a character that the novel never used; 0 where unknown targets have none.
    """

    known: NDArray[np.bool_]
    ranks: NDArray[np.int64]
    log_probs: NDArray[np.float64]
    cosines: Floats | None
    unseen: float = 0.0

    @property
    def scored(self) -> NDArray[np.bool_]:
        """Whether a target has a probability, bool (N,)."""
        return np.ones_like(self.known) if self.unseen else self.known


def allow_unseen(scores: Scores, unseen: float) -> Scores:
    """Return scores under which an unknown target is a character that the novel never used.

    Such a one comes with probability `unseen` and is any Chinese character alike; the known pieces
    share the rest. With 0 the scores stay as they are. So that all that is written has a
    probability, other characters that were never seen get the same as a Chinese one.
    """
    if not unseen or scores.unseen:
        return scores
    known = scores.log_probs + np.log1p(-unseen)  # (N,)
    strange = np.log(unseen) - np.log(HAN)
    return replace(scores, log_probs=np.where(scores.known, known, strange), unseen=unseen)


def score_places(ids: NDArray[np.int32], starts: NDArray[np.int64], network: Network) -> Scores:
    """Score the words at places of a text.

    Parameters
    ----------
    ids : int32 (tokens,)
        The token stream; the ids from V on stand for unknown words.
    starts : int64 (N,)
        Ascending: the target of `s` is `ids[s + steps]`.
    network : Network
    """
    parts = []
    rows = rows_at_once(len(network.words), BATCH)
    for first in range(0, len(starts), READ_AT_ONCE):
        block = starts[first : first + READ_AT_ONCE]
        predicted = predict_places(ids, block, network)  # (B, E)
        targets = ids[block + network.steps]  # (B,)
        for row in range(0, len(block), rows):
            own = slice(row, row + rows)
            cosine = cosines(predicted[own], output_vectors=network.output_vectors)  # (B, V)
            parts.append(score_cosines(cosine, targets[own], network))
    return join_scores(parts)


def score_cosines(cosine: Floats, targets: NDArray[np.int32], network: Network) -> Scores:
    """Score targets (B,), given cos(ê, e_w) of every word (B, V)."""
    known = targets < len(network.words)  # (B,)
    safe = np.where(known, targets, 0)[:, None]  # (B, 1)
    scores = network_scores(cosine, network)  # (B, V)
    own = np.take_along_axis(scores, safe, axis=1)  # (B, 1)
    ranks = _ranks(scores, own)  # (B,)
    log_probs = own[:, 0] - _log_sums(scores)  # (B,)
    closeness = np.take_along_axis(cosine, safe, axis=1)[:, 0]  # (B,)
    return Scores(
        known=known,
        ranks=np.where(known, ranks, len(network.words) + 1),
        log_probs=np.where(known, log_probs, 0.0).astype(np.float64),
        cosines=np.where(known, closeness, np.float32(0)),
    )


def score_probabilities(probs: Floats, targets: NDArray[np.int32]) -> Scores:
    """Score targets (B,) by the probabilities (B, V) that a model gave to all words."""
    size = probs.shape[1]
    known = targets < size  # (B,)
    own = np.take_along_axis(probs, np.where(known, targets, 0)[:, None], axis=1)  # (B, 1)
    return Scores(
        known=known,
        ranks=np.where(known, _ranks(probs, own), size + 1),
        log_probs=np.where(known, np.log(own[:, 0]), 0.0).astype(np.float64),
        cosines=None,
    )


def _ranks(values: Floats, own: Floats) -> Integers:
    """Return 1 + how many of values (B, V) are above the row's own (B, 1), int64 (B,)."""
    # Row by row numpy counts a dozen times as fast as along an axis.
    return np.array([1 + np.count_nonzero(row) for row in values > own], dtype=np.int64)


def _log_sums(scores: Floats) -> Floats:
    """Return log Σ exp of the rows of scores (B, V), float32 (B,); the scores are used up."""
    most = scores.max(axis=1, keepdims=True)  # (B, 1)
    scores -= most
    np.exp(scores, out=scores)
    sums: Floats = most[:, 0] + np.log(scores.sum(axis=1))
    return sums


def join_scores(parts: list[Scores]) -> Scores:
    """Concatenate the scores of several batches of one model."""
    cosines = [part.cosines for part in parts if part.cosines is not None]
    return Scores(
        known=np.concatenate([part.known for part in parts]),
        ranks=np.concatenate([part.ranks for part in parts]),
        log_probs=np.concatenate([part.log_probs for part in parts]),
        cosines=np.concatenate(cosines) if cosines else None,
        unseen=parts[0].unseen,
    )
