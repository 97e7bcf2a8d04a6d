"""Choosing the next word from its log probabilities: a pure function of them and a generator."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.arrays import Floats
from pipeline.errors import SettingsError

_MOST_DRAWN = 64


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
    best_of : int from 1 to 64
        How many sentences are drawn for each that is written; with 1, words come one by one.
    """

    temperature: float = 0.9
    top_k: int = 0
    top_p: float = 0.9
    repetition_penalty: float = 1.2
    penalty_window: int = 60
    best_of: int = 4

    def __post_init__(self) -> None:
        """Refuse values outside the bounds, naming the bound."""
        check("temperature", self.temperature, self.temperature >= 0, "a number of at least 0")
        check("top-k", self.top_k, self.top_k >= 0, "a whole number of at least 0")
        check("top-p", self.top_p, 0 < self.top_p <= 1, "a number above 0 and up to 1")
        penalty = self.repetition_penalty
        check("repetition-penalty", penalty, penalty >= 1, "a number of at least 1")
        window = self.penalty_window
        check("penalty-window", window, window >= 0, "a whole number of at least 0")
        check("best-of", self.best_of, 1 <= self.best_of <= _MOST_DRAWN, f"1 to {_MOST_DRAWN}")


def is_drawn(sampling: Sampling) -> bool:
    """Return whether words are drawn at random, and not always the most probable."""
    return sampling.temperature > 0 and sampling.top_k != 1


def best_of(sampling: Sampling) -> int:
    """Return how many sentences are drawn for each that is written: one where all are alike."""
    return sampling.best_of if is_drawn(sampling) else 1


def check(name: str, value: float, holds: bool, expected: str) -> None:
    """Raise `SettingsError` unless the bound holds and the value is finite."""
    if not holds or not math.isfinite(value):
        raise SettingsError(f"--{name}: expected {expected}, got {value}", option=f"--{name}")


def check_rng_seed(rng_seed: int | None) -> None:
    """Raise `SettingsError` for a seed that no generator takes."""
    if rng_seed is not None and rng_seed < 0:
        raise SettingsError(f"--rng-seed: expected at least 0, got {rng_seed}", option="--rng-seed")


def penalise(log_probs: Floats, recent_ids: NDArray[np.int64], *, penalty: float) -> Floats:
    """Divide the probability of `recent_ids` by `penalty`: (V,) → (V,), not renormalised."""
    if penalty == 1 or not len(recent_ids):
        return log_probs
    result = log_probs.copy()  # (V,)
    result[recent_ids] -= np.float32(math.log(penalty))  # once, however often an id is there
    return result


def choose(log_probs: Floats, sampling: Sampling, generator: np.random.Generator) -> int:
    """Return the id of the next word.

    Parameters
    ----------
    log_probs : float32 (V,)
        Up to a constant; −inf bars a word.
    sampling : Sampling
    generator : numpy.random.Generator
        Never drawn from for a greedy word; for a sampled one once, or twice where the first is cut.
    """
    if not is_drawn(sampling):
        return int(np.argmax(log_probs))
    weights = _temper(log_probs, sampling.temperature)  # (V,)
    ids = _within_reach(weights, sampling)  # (K,)
    own = weights[ids].astype(np.float64)  # (K,)
    total = own.sum() if sampling.top_k else weights.sum(dtype=np.float64)
    # To find all words that top-p cuts takes a sort, to see whether it cuts one does not. To draw
    # from all, and again from those that are kept if it was cut, gives each the same probability.
    drawn = _draw(own, generator)
    if _is_cut(drawn, own, sampling.top_p * total):
        best_first = shortlist(own, top_k=0)  # (K,)
        kept = best_first[: nucleus_size(own[best_first] / total, top_p=sampling.top_p)]
        drawn = int(kept[_draw(own[kept], generator)])
    return int(ids[drawn])


def _temper(log_probs: Floats, temperature: float) -> Floats:
    """Return weights in proportion to p^(1/temperature), (V,) → float32 (V,), the greatest 1."""
    divisor = np.float32(min(max(temperature, 1e-37), 1e37))  # within float32
    with np.errstate(over="ignore"):  # a tiny temperature may send all but the best to −inf
        weights: Floats = np.exp((log_probs - log_probs.max()) / divisor)
    return weights


def _within_reach(weights: Floats, sampling: Sampling) -> NDArray[np.int64]:
    """Return words (K,), top-k's or all that top-p may keep: it keeps some of them and no other."""
    if sampling.top_k:
        return shortlist(weights, top_k=sampling.top_k)
    # Even all together, words below this cannot fill what top-p leaves out.
    least = (1 - sampling.top_p) * float(weights.sum()) / len(weights)
    return np.flatnonzero(weights >= least)


def _draw(weights: NDArray[np.float64], generator: np.random.Generator) -> int:
    """Return a position in weights (K,), in proportion to them; never one of weight 0."""
    cumulative = np.cumsum(weights)  # (K,)
    return int(np.searchsorted(cumulative, generator.random() * cumulative[-1], side="right"))


def _is_cut(place: int, weights: NDArray[np.float64], wanted: float) -> bool:
    """Return whether the greater of weights (K,), and equal ones before it, sum to `wanted`."""
    own = weights[place]
    before = weights > own  # (K,)
    before[:place] |= weights[:place] == own
    return bool(weights[before].sum() >= wanted)


def shortlist(scores: NDArray[np.floating], *, top_k: int) -> NDArray[np.int64]:
    """Return the `top_k` greatest (0: all) of (V,), best first; ties in vocabulary order."""
    if 0 < top_k < len(scores):
        # A partition finds the k-th value in linear time; equal values beyond it are cut below.
        kth = np.partition(scores, -top_k)[-top_k]
        ids = np.flatnonzero(scores >= kth)  # (≥ top_k,)
        return ids[np.argsort(-scores[ids], kind="stable")][:top_k]
    return np.argsort(-scores, kind="stable")


def nucleus_size(probs: NDArray[np.float64], *, top_p: float) -> int:
    """Return how many of the probs (K,), best first, reach `top_p`; at least one."""
    if top_p >= 1:
        return len(probs)
    return min(int(np.searchsorted(np.cumsum(probs), top_p)) + 1, len(probs))
