"""From a predicted vector to words: cosine, score, probability.

    score(w) = s·cos(ê, e_w) + β·b_w         p(w) = softmax(score)

With β = 0 the order of words is that of the nearest cosine, the decoding of the original article.
"""

from __future__ import annotations

import numpy as np

from pipeline.arrays import Floats
from pipeline.artifacts.network import Network

_MOST_SCORES = 4_800_000  # in an array (B, V): 19 MB
_FEWEST_ROWS = 8  # in a product of fewer, the table of V vectors would be moved for too little


def rows_at_once(vocabulary_size: int, most: int) -> int:
    """Return how many places to score at once: `most`, or fewer where the vocabulary is large."""
    return min(max(_MOST_SCORES // vocabulary_size, _FEWEST_ROWS), most)


def unit_rows(vectors: Floats) -> Floats:
    """Scale rows to length one, (…, E) → (…, E); a zero row stays zero."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    result: Floats = vectors / np.maximum(length, np.float32(1e-12))
    return result


def cosines(predicted: Floats, *, output_vectors: Floats) -> Floats:
    """cos(ê, e_w) of predictions (N, E) with every word's unit vector (V, E) → float32 (N, V)."""
    return unit_rows(predicted) @ output_vectors.T


def word_scores(cosine: Floats, *, log_prior: Floats, scale: float, prior_weight: float) -> Floats:
    """s·cos + β·b: cosines (N, V) and log frequencies (V,) → float32 (N, V)."""
    scores: Floats = np.float32(scale) * cosine
    scores += np.float32(prior_weight) * log_prior
    return scores


def network_scores(cosine: Floats, network: Network) -> Floats:
    """Return the scores under a network's own scale, prior and prior weight: (…, V) → (…, V)."""
    return word_scores(
        cosine,
        log_prior=network.log_prior,
        scale=network.scale,
        prior_weight=network.prior_weight,
    )


def softmax(scores: Floats, out: Floats | None = None) -> Floats:
    """Probabilities of scores (N, V) → float32 (N, V); `out` may be the scores."""
    weights: Floats = np.subtract(scores, scores.max(axis=-1, keepdims=True), out=out)
    np.exp(weights, out=weights)
    weights /= weights.sum(axis=-1, keepdims=True)
    return weights
