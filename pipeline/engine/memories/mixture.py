"""A mixture of components: fitting its weights, those of the whole and of every part of it.

    p(w) = Σ_k λ_k·p_k(w)        λ_k ≥ 0, Σ_k λ_k = 1

The log likelihood is concave in λ, and each step of EM (Dempster, Laird & Rubin 1977) raises it:
a component's new weight is the mean share that it had in the probabilities of the true words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations

import numpy as np

from pipeline.arrays import Doubles, Floats
from pipeline.artifacts.memories import NETWORK, Memories
from pipeline.engine.memories.table import MEMORIES

_ITERATIONS = 1000
_TOLERANCE = 1e-7  # of the mean log likelihood


def fit_weights(probs: Doubles) -> Doubles:
    """Return the weights under which the true words are most probable.

    Parameters
    ----------
    probs : float64 (N, K)
        What each of K components gave each of N true words.

    Returns
    -------
    float64 (K,)
        Equal weights where there is no word of any probability.
    """
    weights = np.full(probs.shape[1], 1 / probs.shape[1])  # (K,)
    possible = probs[(probs > 0).any(axis=1)]  # (N,) at most
    if not len(possible):
        return weights
    value = log_likelihood(possible, weights)
    for _ in range(_ITERATIONS):
        weights = em_step(possible, weights)
        new = log_likelihood(possible, weights)
        if new - value < _TOLERANCE:
            break
        value = new
    return weights


def em_step(probs: Doubles, weights: Doubles) -> Doubles:
    """Return better weights (K,), given probs (N, K) of which no row is zero."""
    shares = probs * weights  # (N, K)
    found: Doubles = (shares / shares.sum(axis=1, keepdims=True)).mean(axis=0)
    found /= found.sum()
    return found


def log_likelihood(probs: Doubles, weights: Doubles) -> float:
    """Return the mean log probability of the true words."""
    return float(np.log(probs @ weights).mean())


def fit_mixtures(probs: Mapping[str, Doubles]) -> tuple[dict[str, float], ...]:
    """Fit every mixture of the network and some others, all of them first.

    Parameters
    ----------
    probs : component → float64 (N,)
        The probabilities of the true words.

    Returns
    -------
    tuple of (component → weight)
        Ready to be a `Memories`' `weights` and `subsets`.
    """
    others = [name for name in MEMORIES if name in probs]
    fitted = []
    for size in range(len(others), -1, -1):
        for chosen in combinations(others, size):
            names = (NETWORK, *chosen)
            weights = fit_weights(np.stack([probs[name] for name in names], axis=1))
            fitted.append(dict(zip(names, weights.tolist(), strict=True)))
    return tuple(fitted)


def mix(probs: Mapping[str, Floats], weights: Mapping[str, float]) -> Floats:
    """Return Σ λ_k·p_k of distributions of one shape, float32."""
    (first, weight), *others = weights.items()
    mixed: Floats = np.float32(weight) * probs[first]
    for name, weight in others:
        mixed += np.float32(weight) * probs[name]
    return mixed


def weights_for(memories: Memories, names: Iterable[str]) -> dict[str, float]:
    """Return the weights of a mixture of just these components."""
    wanted = set(names)
    for weights in (memories.weights, *memories.subsets):
        if set(weights) == wanted:
            return weights
    kept = {name: weight for name, weight in memories.weights.items() if name in wanted}
    total = sum(kept.values())
    if total <= 0:
        return {NETWORK: 1.0}
    return {name: weight / total for name, weight in kept.items()}
