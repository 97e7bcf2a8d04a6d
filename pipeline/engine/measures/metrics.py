"""Top-k, MRR, perplexity and their like: each defined once, from sums over targets.

The sums may be those of one text, of each chapter, or of each draw of chapters. A target outside
the vocabulary counts as wrong in top-k and as 0 in MRR; perplexity and mean cosine are over known
targets only, and `coverage` is their share.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pipeline.engine.measures.score import Scores

TOP = (1, 5, 10)

Sum = Any  # a number, or an array of as many as there are texts, chapters or draws


@dataclass(frozen=True)
class Sums:
    """Sums over targets, from which all figures follow; each may be an array, all of one shape.

    Attributes
    ----------
    targets, known : number of targets, and of those inside the vocabulary
    within : k → how many known targets rank among the first k
    reciprocal_ranks, log_probs, cosines : over known targets
    """

    targets: Sum = 0
    known: Sum = 0
    within: Mapping[int, Sum] = field(default_factory=lambda: dict.fromkeys(TOP, 0))
    reciprocal_ranks: Sum = 0.0
    log_probs: Sum = 0.0
    cosines: Sum = 0.0


def target_sums(scores: Scores) -> Sums:
    """Return what each of N targets adds to the sums: arrays (N,)."""
    known = scores.known
    zeros = np.zeros(len(known))
    return Sums(
        targets=np.ones(len(known)),
        known=known.astype(np.float64),
        within={k: (known & (scores.ranks <= k)).astype(np.float64) for k in TOP},
        reciprocal_ranks=np.where(known, 1.0 / scores.ranks, 0.0),
        log_probs=np.where(known, scores.log_probs, 0.0),
        cosines=zeros if scores.cosines is None else np.where(known, scores.cosines, 0.0),
    )


def map_sums(sums: Sums, change: Callable[[Sum], Sum]) -> Sums:
    """Return the sums with each of them changed alike: added up, or by chapter, or by draw."""
    return Sums(
        targets=change(sums.targets),
        known=change(sums.known),
        within={k: change(count) for k, count in sums.within.items()},
        reciprocal_ranks=change(sums.reciprocal_ranks),
        log_probs=change(sums.log_probs),
        cosines=change(sums.cosines),
    )


def add_sums(first: Sums, second: Sums) -> Sums:
    """Return the sums over both."""
    return Sums(
        targets=first.targets + second.targets,
        known=first.known + second.known,
        within={k: count + second.within[k] for k, count in first.within.items()},
        reciprocal_ranks=first.reciprocal_ranks + second.reciprocal_ranks,
        log_probs=first.log_probs + second.log_probs,
        cosines=first.cosines + second.cosines,
    )


def metrics(sums: Sums) -> dict[str, Sum]:
    """Return the figures: arrays where the sums are.

    A mean over nothing is 0, and the perplexity of nothing 1.
    """
    return {
        **{f"top{k}": _mean(count, sums.targets) for k, count in sums.within.items()},
        "mrr": _mean(sums.reciprocal_ranks, sums.targets),
        "cosine": _mean(sums.cosines, sums.known),
        "perplexity": np.exp(-_mean(sums.log_probs, sums.known)),
        "coverage": _mean(sums.known, sums.targets),
    }


def summarise(scores: Scores) -> dict[str, float | None]:
    """Return the figures of N targets, and `targets`; no cosine for a model without vectors."""
    sums = map_sums(target_sums(scores), np.sum)
    figures: dict[str, float | None] = {k: float(v) for k, v in metrics(sums).items()}
    if scores.cosines is None or not sums.known:
        figures["cosine"] = None
    return {**figures, "targets": float(sums.targets)}


def _mean(total: Sum, count: Sum) -> Sum:
    """Return total / count, 0 where there is nothing to count."""
    total, count = np.asarray(total, dtype=np.float64), np.asarray(count, dtype=np.float64)
    return np.divide(total, count, out=np.zeros_like(count), where=count > 0)
