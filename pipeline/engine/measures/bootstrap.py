"""How far held-out scores depend on which chapters were held out: a bootstrap over chapters.

Words of one chapter share its people and its matter, so targets are not independent; chapters very
nearly are. They are what is drawn with replacement, each as a whole (the cluster bootstrap), and
the interval lies between the 2.5th and the 97.5th percentile of the scores of all draws. A novel of
120 chapters holds out six: from so few the interval comes out too narrow, and from two it is just
the scores of the one and of the other. What another training seed would change is not in it.

A draw needs no target again. A chapter enters with a few sums (`metrics.Sums`), and a draw is how
often each chapter was taken: 1,000 draws of a sum are one product of (1000, C) and (C,).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.arrays import Doubles, Integers
from pipeline.engine.measures.metrics import map_sums, metrics, target_sums
from pipeline.engine.measures.score import Scores

_DRAWS = 1000
_PERCENTILES = (2.5, 97.5)  # of a 95 % interval
_FIGURES = ("bits_per_character", "top1", "mrr", "perplexity")
# Chapters that have an interval. Of C a draw takes one alone with probability C^(1 − C), a half, a
# ninth, 1.6 %: below four the interval would end at single chapters, whatever they are.
FEWEST = 4


Interval = list[float]


def draw_chapters(
    chapters: NDArray[np.int64], generator: np.random.Generator, *, draws: int = _DRAWS
) -> NDArray[np.int64] | None:
    """Draw whole chapters with replacement, as many as there are, `draws` times.

    Parameters
    ----------
    chapters : int64 (N,)
        The chapter of each target, as any numbers; C of them differ.
    generator : numpy Generator

    Returns
    -------
    int64 (draws, C) or None
        How often each draw took each chapter, chapters ascending; None for fewer than `FEWEST`.
    """
    count = len(np.unique(chapters))
    if count < FEWEST:
        return None
    return generator.multinomial(count, np.full(count, 1 / count), size=draws)


def score_intervals(
    scores: Scores, lengths: Integers, chapters: Integers, taken: Integers | None
) -> dict[str, Interval] | None:
    """Return the 95 % interval [low, high] of each figure that `drawn` gives.

    Parameters
    ----------
    scores : Scores of N targets
    lengths : int64 (N,)
        Characters of each target.
    chapters : int64 (N,)
    taken : (draws, C) or None
        What `draw_chapters` returned; None gives None.
    """
    if taken is None:
        return None
    figures = drawn(scores, lengths, chapters, taken)
    return {name: _interval(values) for name, values in figures.items()}


def compare_intervals(
    scores: Scores,
    baseline: Scores,
    lengths: Integers,
    chapters: Integers,
    taken: Integers | None,
) -> dict[str, Interval] | None:
    """Return 95 % intervals of how `scores` differ from a baseline's on the same N targets.

    Both are scored on the same draws: a chapter that is hard for one is hard for the other, so the
    difference varies much less than either.

    Returns
    -------
    dict or None
        `bits_difference`, in bits per character, below 0 where `scores` are better, if every
        target has a probability; `top1_difference`, above 0 where they are; `perplexity_ratio`,
        below 1. None where `taken` is None.
    """
    if taken is None:
        return None
    own, other = (drawn(each, lengths, chapters, taken) for each in (scores, baseline))
    bits = "bits_per_character"
    in_bits = {"bits_difference": _interval(own[bits] - other[bits])} if bits in own else {}
    return {
        **in_bits,
        "top1_difference": _interval(own["top1"] - other["top1"]),
        "perplexity_ratio": _interval(own["perplexity"] / other["perplexity"]),
    }


def _interval(values: Doubles) -> Interval:
    """Return the percentiles of values (draws,) between which 95 % of them lie."""
    low, high = np.percentile(values, _PERCENTILES)
    return [float(low), float(high)]


def drawn(
    scores: Scores, lengths: Integers, chapters: Integers, taken: Integers
) -> dict[str, Doubles]:
    """Return each of `_FIGURES` for every draw, float64 (draws,) each.

    There are no bits per character where a target has no probability.
    """
    numbers = np.unique(chapters, return_inverse=True)[1]  # (N,), 0 to C − 1
    sums = map_sums(
        target_sums(scores, lengths), lambda own: taken @ np.bincount(numbers, weights=own)
    )  # (draws,) each
    figures = metrics(sums)
    names = _FIGURES if scores.scored.all() else _FIGURES[1:]
    return {name: figures[name] for name in names}
