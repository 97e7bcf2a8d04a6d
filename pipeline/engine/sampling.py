"""Choosing the next word from its log probabilities: a pure function of them and a generator."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.engine.lstm import Floats
from pipeline.errors import SettingsError

FIRST_SHORTLIST = 256  # words


@dataclass(frozen=True)
class Sampling:
    """How the next word is chosen.

    Attributes
    ----------
    temperature : float, at least 0
        Divides the log probabilities; 0 means the most probable word, always.
    top_k : int, at least 0
        Keep the k most probable words; 0 keeps all.
    top_p : float in (0, 1]
        Keep the fewest words whose probabilities sum to p (Holtzman et al. 2020).
    repetition_penalty : float, at least 1
        Divides the probability of words written lately (after Keskar et al. 2019).
    penalty_window : int, at least 0
        How many of the last words are penalised; punctuation is not.
    """

    temperature: float = 0.8
    top_k: int = 0
    top_p: float = 0.85
    repetition_penalty: float = 1.2
    penalty_window: int = 60  # three windows

    def __post_init__(self) -> None:
        """Refuse values outside the bounds, naming the bound."""
        check("temperature", self.temperature, self.temperature >= 0, "a number of at least 0")
        check("top-k", self.top_k, self.top_k >= 0, "a whole number of at least 0")
        check("top-p", self.top_p, 0 < self.top_p <= 1, "a number above 0 and up to 1")
        penalty = self.repetition_penalty
        check("repetition-penalty", penalty, penalty >= 1, "a number of at least 1")
        window = self.penalty_window
        check("penalty-window", window, window >= 0, "a whole number of at least 0")


def check(name: str, value: float, holds: bool, expected: str) -> None:
    """Raise `SettingsError` unless the bound holds and the value is finite."""
    if not holds or not math.isfinite(value):
        raise SettingsError(f"--{name}: expected {expected}, got {value}")


def penalise(log_probabilities: Floats, recent_ids: NDArray[np.int64], *, penalty: float) -> Floats:
    """Divide the probability of `recent_ids` by `penalty`: (V,) → (V,), not renormalised."""
    if penalty == 1 or not len(recent_ids):
        return log_probabilities
    result = log_probabilities.copy()  # (V,)
    result[np.unique(recent_ids)] -= np.float32(math.log(penalty))
    return result


def choose(log_probabilities: Floats, sampling: Sampling, generator: np.random.Generator) -> int:
    """Return the id of the next word.

    Parameters
    ----------
    log_probabilities : float32 (V,)
        Up to a constant; −inf bars a word.
    sampling : Sampling
    generator : numpy.random.Generator
        Drawn from once for a sampled word, never for a greedy one.
    """
    if sampling.temperature == 0 or sampling.top_k == 1:
        return int(np.argmax(log_probabilities))
    ids, chances = keep(log_probabilities, sampling)  # (K,) each
    cumulative = np.cumsum(chances)  # (K,)
    drawn = np.searchsorted(cumulative, generator.random() * cumulative[-1], side="right")
    return int(ids[min(int(drawn), len(ids) - 1)])


def keep(
    log_probabilities: Floats, sampling: Sampling
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the words that top-k and top-p leave, best first, and weights in their proportions.

    Sorting the vocabulary would take longer than all else that writing a word takes, and the words
    that sum to p are mostly few: so ever longer shortlists are tried until one holds them.
    """
    limit = min(sampling.top_k or len(log_probabilities), len(log_probabilities))
    size = min(FIRST_SHORTLIST, limit) if sampling.top_p < 1 else limit
    distances = log_probabilities - log_probabilities.max()  # (V,) ≤ 0
    temperature = np.float32(min(max(sampling.temperature, 1e-37), 1e37))  # within float32
    with np.errstate(over="ignore"):  # a tiny temperature may send all but the best to −inf
        weights = np.exp(distances / temperature)  # (V,) float32
    candidates = shortlist(log_probabilities, top_k=limit) if sampling.top_k else None
    total = (weights if candidates is None else weights[candidates]).sum(dtype=np.float64)
    while True:
        ids = shortlist(log_probabilities, top_k=size) if candidates is None else candidates
        own = weights[ids].astype(np.float64)  # (K,)
        kept = nucleus_size(own / total, top_p=sampling.top_p)
        if kept < len(ids) or len(ids) == limit:
            return ids[:kept], own[:kept]
        size = min(size * 4, limit)


def shortlist(log_probabilities: Floats, *, top_k: int) -> NDArray[np.int64]:
    """Return the ids of the `top_k` best words (0: all), best first; ties in vocabulary order."""
    if 0 < top_k < len(log_probabilities):
        # A partition finds the k-th value in linear time; equal values beyond it are cut below.
        kth = np.partition(log_probabilities, -top_k)[-top_k]
        ids = np.flatnonzero(log_probabilities >= kth)  # (≥ top_k,)
        return ids[np.argsort(-log_probabilities[ids], kind="stable")][:top_k]
    return np.argsort(-log_probabilities, kind="stable")


def nucleus_size(chances: NDArray[np.float64], *, top_p: float) -> int:
    """Return how many of the chances (K,), best first, reach `top_p`; at least one."""
    if top_p >= 1:
        return len(chances)
    return min(int(np.searchsorted(np.cumsum(chances), top_p)) + 1, len(chances))
