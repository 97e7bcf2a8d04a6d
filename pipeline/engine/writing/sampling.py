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
    samplings, generators = [samplings[n] for n in drawn], [generators[n] for n in drawn]
    kept = weights if len(drawn) == len(weights) else weights[drawn]  # (D, V)
    tempered = _temper(kept / top[drawn, None], samplings)  # (D, V)
    for number, word_id in zip(drawn, _draw_all(tempered, samplings, generators), strict=True):
        chosen[number] = word_id
    return chosen


def _draw_all(
    tempered: Floats, samplings: Sequence[Sampling], generators: Sequence[np.random.Generator]
) -> list[int]:
    """Return the ids of words drawn from tempered weights (D, V)."""
    # To find all words that top-p cuts takes a sort, to see whether it cuts one does not. To draw
    # from all, and again from those that are kept if it was cut, gives each the same probability.
    open_rows = [n for n, own in enumerate(samplings) if not own.top_k]
    words = [0] * len(samplings)
    if open_rows:
        among = tempered if len(open_rows) == len(tempered) else tempered[open_rows]
        how = [samplings[n] for n in open_rows]
        drawn, totals = _draw(among, [generators[n] for n in open_rows])
        cut = _are_cut(drawn, among, how, totals)
        for place, n in enumerate(open_rows):
            words[n] = int(drawn[place])
            if cut[place]:
                best = _within_reach(among[place], how[place].top_p, totals[place])  # (K,)
                own = among[place][best].astype(np.float64)  # (K,)
                words[n] = int(best[_draw_kept(own, how[place], totals[place], generators[n])])
    for n, own_sampling in enumerate(samplings):
        if own_sampling.top_k:
            best = shortlist(tempered[n], top_k=own_sampling.top_k)  # (K,)
            own = tempered[n][best].astype(np.float64)  # (K,)
            words[n] = int(best[_draw_kept(own, own_sampling, own.sum(), generators[n])])
    return words


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


def _draw(
    weights: Floats, generators: Sequence[np.random.Generator]
) -> tuple[NDArray[np.intp], Doubles]:
    """Return a position in each row of weights (N, V), in proportion to them, and their sums (N,).

    First a block is drawn, then a place in it: to sum up all of them one by one takes longer.
    """
    size = weights.shape[1]
    starts = np.arange(0, size, _BLOCK)
    sums = np.add.reduceat(weights, starts, axis=1, dtype=np.float64)  # (N, blocks)
    cumulative = np.cumsum(sums, axis=1)
    totals = cumulative[:, -1].copy()
    rows = np.arange(len(weights))
    wanted = np.array([own.random() for own in generators]) * totals
    block = _places_of(wanted, cumulative)  # (N,)
    wanted -= cumulative[rows, block] - sums[rows, block]
    places = starts[block][:, None] + np.arange(_BLOCK)  # (N, 64)
    within = weights[rows[:, None], np.minimum(places, size - 1)].astype(np.float64)
    within[places >= size] = 0
    return starts[block] + _places_of(wanted, np.cumsum(within, axis=1)), totals


def _places_of(wanted: Doubles, cumulative: Doubles) -> NDArray[np.intp]:
    """Return the place in cumulative sums (N, K) that each number (N,) falls to.

    A number is below the last sum. Rounding may lead to it, and never beyond the last place that
    has a weight.
    """
    last = cumulative[:, -1:]  # (N, 1)
    within = (cumulative <= wanted[:, None]).sum(axis=1)
    found: NDArray[np.intp] = np.minimum(within, (cumulative < last).sum(axis=1))
    return found


def _place_of(wanted: float, cumulative: Doubles) -> int:
    """Return the place in cumulative sums (K,) that a number falls to; see `_places_of`."""
    return int(_places_of(np.array([wanted]), cumulative[None])[0])


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


def _are_cut(
    places: NDArray[np.intp], weights: Floats, samplings: Sequence[Sampling], totals: Doubles
) -> NDArray[np.bool_]:
    """Return whether min-p or top-p cuts a word of each row of tempered weights (N, V), bool (N,).

    Top-p does where the greater ones, and equal ones before it, sum to what it keeps of the totals
    (N,).
    """
    rows = np.arange(len(places))
    own = weights[rows, places][:, None]  # (N, 1)
    least = np.array([sampling.min_p for sampling in samplings], dtype=np.float32)
    kept = np.array([sampling.top_p for sampling in samplings])
    greater = (weights * (weights > own)).sum(axis=1)  # (N,)
    alike = weights == own  # (N, V)
    for row in np.flatnonzero(np.count_nonzero(alike, axis=1) > 1).tolist():
        greater[row] += own[row, 0] * np.count_nonzero(alike[row, : places[row]])
    cut: NDArray[np.bool_] = (own[:, 0] < least) | ((kept < 1) & (greater >= kept * totals))
    return cut


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
