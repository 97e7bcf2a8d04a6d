"""Choosing the next words by their weights: a pure function of them and of generators."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.arrays import Doubles, Floats, Integers
from pipeline.errors import SettingsError

_MOST_DRAWN = 64
_BLOCK = 64  # words whose weights are summed up at once


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
    min_p : float from 0 to 1
        Of what top-p keeps, keep words at least so probable as this times the most probable one
        (Nguyen et al. 2024); 0 keeps all.
    """

    temperature: float = 0.9
    top_k: int = 0
    top_p: float = 0.9
    repetition_penalty: float = 1.2
    penalty_window: int = 60
    best_of: int = 4
    min_p: float = 0.0

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
        check("min-p", self.min_p, 0 <= self.min_p <= 1, "a number from 0 to 1")


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


def penalise(weights: Floats, rows: Integers, ids: Integers, *, penalties: Floats) -> None:
    """Divide weights (N, V) of words (n,) in rows (n,) in place by the row's penalty, each once."""
    weights[rows, ids] = weights[rows, ids] / penalties[rows]


def choose_all(
    weights: Floats, samplings: Sequence[Sampling], generators: Sequence[np.random.Generator]
) -> list[int | None]:
    """Return the ids of the next words of N texts; None where every word is barred.

    Parameters
    ----------
    weights : float32 (N, V)
        Probabilities up to a factor; 0 bars a word.
    samplings, generators : one for each text
        A generator is never drawn from for a greedy word; for a sampled one once, or twice where
        the first is cut.
    """
    best = weights.argmax(axis=1)  # (N,)
    top = weights[np.arange(len(weights)), best]  # (N,)
    chosen = [
        own if most > 0 else None for own, most in zip(best.tolist(), top.tolist(), strict=True)
    ]
    drawn = [n for n, own in enumerate(samplings) if is_drawn(own) and chosen[n] is not None]
    if not drawn:
        return chosen
    kept = weights if len(drawn) == len(weights) else weights[drawn]  # (D, V)
    tempered = _temper(kept / top[drawn, None], [samplings[n] for n in drawn])  # (D, V)
    blocks = np.add.reduceat(
        tempered, np.arange(0, tempered.shape[1], _BLOCK), axis=1, dtype=np.float64
    )  # (D, blocks)
    for n, own, sums in zip(drawn, tempered, blocks, strict=True):
        chosen[n] = _draw_one(own, sums, samplings[n], generators[n])
    return chosen


def _draw_one(
    tempered: Floats, sums: Doubles, sampling: Sampling, generator: np.random.Generator
) -> int:
    """Return the id of a word drawn from tempered weights (V,), given the sums of their blocks."""
    if sampling.top_k:
        best = shortlist(tempered, top_k=sampling.top_k)  # (K,)
        own = tempered[best].astype(np.float64)  # (K,)
        return int(best[_draw_kept(own, sampling, own.sum(), generator)])
    # To find all words that top-p cuts takes a sort, to see whether it cuts one does not. To draw
    # from all, and again from those that are kept if it was cut, gives each the same probability.
    drawn, total = _draw(tempered, sums, generator)
    if _is_cut(drawn, tempered, sampling, total):
        best = _within_reach(tempered, sampling.top_p, total)  # (K,)
        own = tempered[best].astype(np.float64)  # (K,)
        drawn = int(best[_draw_kept(own, sampling, total, generator)])
    return drawn


def _temper(scaled: Floats, samplings: Sequence[Sampling]) -> Floats:
    """Return w^(1/temperature) of weights (N, V) of which each row's greatest is 1, in place."""
    powers = [1 / min(max(own.temperature, 1e-37), 1e37) for own in samplings]  # within float32
    if any(power != 1 for power in powers):
        # By exp and log, which processors do for eight numbers at once: half the time of a power.
        with np.errstate(divide="ignore", under="ignore", over="ignore"):
            np.log(scaled, out=scaled)
            scaled *= np.array(powers, dtype=np.float32)[:, None]
            np.exp(scaled, out=scaled)
    return scaled


def _draw(weights: Floats, sums: Doubles, generator: np.random.Generator) -> tuple[int, float]:
    """Return a position in weights (V,), in proportion to them and never one of 0, and their sum.

    First a block is drawn, then a place in it: to sum up all of them one by one takes longer.
    """
    cumulative = np.cumsum(sums)  # (blocks,)
    total = float(cumulative[-1])
    wanted = generator.random() * total
    block = _place_of(wanted, cumulative)
    first, before = block * _BLOCK, cumulative[block] - sums[block]
    within = np.cumsum(weights[first : first + _BLOCK], dtype=np.float64)
    return first + _place_of(wanted - before, within), total


def _place_of(wanted: float, cumulative: Doubles) -> int:
    """Return the place in cumulative sums (K,) that a number below the last one falls to.

    Rounding may lead to the last one, and never beyond the last place that has a weight.
    """
    place, last = cumulative.searchsorted((wanted, cumulative[-1]), side="right").tolist()
    if place == last:
        place = cumulative.searchsorted(cumulative[-1], side="left")
    return int(place)


def chances(weights: Floats, sampling: Sampling) -> Doubles:
    """Return how likely `choose_all` is to return each word, (V,) → float64 (V,)."""
    found = np.zeros(len(weights))
    if not is_drawn(sampling):
        found[weights.argmax()] = 1
        return found
    tempered = _temper((weights / weights.max())[None], [sampling])[0]  # (V,)
    best = shortlist(tempered, top_k=sampling.top_k)  # (K,)
    own = tempered[best].astype(np.float64)  # (K,)
    kept = _kept(own, sampling, own.sum())
    found[best[: len(kept)]] = kept / kept.sum()
    return found


def _kept(best_first: Doubles, sampling: Sampling, total: float) -> Doubles:
    """Return those of tempered weights (K,) that top-p and min-p keep of `total`."""
    kept = best_first[: nucleus_size(best_first / total, top_p=sampling.top_p)]
    return kept[kept >= np.float32(sampling.min_p)]


def _draw_kept(
    best_first: Doubles, sampling: Sampling, total: float, generator: np.random.Generator
) -> int:
    """Return a position in tempered weights (K,), of those that top-p and min-p keep of `total`."""
    cumulative = np.cumsum(_kept(best_first, sampling, total))
    return _place_of(generator.random() * cumulative[-1], cumulative)


def _within_reach(weights: Floats, top_p: float, total: float) -> NDArray[np.int64]:
    """Return words (K,), best first: all that top-p may keep, as it keeps the first of them."""
    # Even all together, words below this cannot fill what top-p leaves out.
    ids = np.flatnonzero(weights >= (1 - top_p) * total / len(weights))
    return ids[np.argsort(-weights[ids], kind="stable")]


def _is_cut(place: int, weights: Floats, sampling: Sampling, total: float) -> bool:
    """Return whether min-p or top-p cuts a word of tempered weights (V,) that sum to `total`.

    Top-p does where the greater ones, and equal ones before it, sum to what it keeps.
    """
    own = weights[place]
    if own < np.float32(sampling.min_p):
        return True
    if sampling.top_p >= 1:
        return False
    before = weights > own  # (V,)
    before[:place] |= weights[:place] == own
    return float(weights @ before.astype(np.float32)) >= sampling.top_p * total


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
