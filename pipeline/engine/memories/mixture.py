"""A mixture of components: fitting its weights, and choosing which components speak.

    p(w) = Σ_k λ_k·p_k(w)        λ_k ≥ 0, Σ_k λ_k = 1

The log likelihood is concave in λ, and each step of EM (Dempster, Laird & Rubin 1977) raises it:
a component's new weight is the mean share that it had in the probabilities of the true words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from pipeline.arrays import Doubles, Floats
from pipeline.artifacts.memories import NETWORK, Memories
from pipeline.engine.memories.table import MEMORIES
from pipeline.errors import SettingsError
from pipeline.program import program

ITERATIONS = 1000
TOLERANCE = 1e-7  # of the mean log likelihood


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
    for _ in range(ITERATIONS):
        weights = em_step(possible, weights)
        new = log_likelihood(possible, weights)
        if new - value < TOLERANCE:
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
    parts = [np.float32(weight) * probs[name] for name, weight in weights.items()]
    mixed: Floats = np.sum(parts, axis=0, dtype=np.float32)
    return mixed


def component_names(text: str) -> tuple[str, ...]:
    """Return the names in a comma list; `none` names nothing."""
    return () if text == "none" else tuple(name.strip() for name in text.split(","))


def choose_components(memories: Memories, names: Sequence[str]) -> Memories:
    """Return the memories with only these components beside the network, which always stays.

    The weights are those fitted for just these components, or the old ones in their proportions.

    Raises
    ------
    SettingsError
        There is no such component, or this writer was made without it.
    """
    for name in names:
        if name not in MEMORIES:
            raise SettingsError(
                f"--memory: expected none or some of {', '.join(MEMORIES)}, got {name!r}",
                option="--memory",
            )
        if name not in memories.weights:
            have = ", ".join(name for name in memories.weights if name != NETWORK) or "none"
            command = f"{program()} run-all --set remember.{name}=true"
            raise SettingsError(
                f"--memory: expected one of what this writer has ({have}), got {name}; "
                f"run: {command}",
                option="--memory",
                command=command,
            )
    return replace(memories, weights=weights_for(memories, {NETWORK, *names}))


def ablation(memories: Memories) -> dict[str, dict[str, float]]:
    """Return name → weights: the network, the network with each memory alone, and all of them."""
    names = [name for name in memories.weights if name != NETWORK]
    chosen = {NETWORK: (), **{f"{NETWORK}+{name}": (name,) for name in names}}
    if len(names) > 1:
        chosen["all"] = tuple(names)
    return {name: weights_for(memories, (NETWORK, *own)) for name, own in chosen.items()}


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
