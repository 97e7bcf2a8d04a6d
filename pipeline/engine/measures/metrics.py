"""Bits per character, top-k, MRR, perplexity: each defined once, from sums over targets.

The sums may be those of one text, of each chapter, or of each draw of chapters. Targets are pieces:
words, or parts of one. One outside the vocabulary counts as wrong in top-k and as 0 in MRR; mean
cosine is over known targets. Perplexity is over targets that have a probability, whose share is
`coverage`; bits per character are over the whole text, and are there only where that is 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from math import log
from typing import Any

import numpy as np

from pipeline.arrays import Doubles, Ids, Integers
from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.engine.measures.score import Scores

TOP = (1, 5, 10)

Sum = Any  # a number, or an array of as many as there are texts, chapters or draws


@dataclass(frozen=True)
class Sums:
    """Sums over targets, from which all figures follow; each may be an array, all of one shape.

    Attributes
    ----------
    targets, known, scored : number of targets, of those inside the vocabulary, and of those that
        have a probability
    characters : of all targets
    within : k → how many known targets rank among the first k
    reciprocal_ranks, cosines : over known targets
    log_probs : over those that have a probability
    """

    targets: Sum = 0
    known: Sum = 0
    scored: Sum = 0
    characters: Sum = 0
    within: Mapping[int, Sum] = field(default_factory=lambda: dict.fromkeys(TOP, 0))
    reciprocal_ranks: Sum = 0.0
    log_probs: Sum = 0.0
    cosines: Sum = 0.0


def target_sums(scores: Scores, lengths: Integers | None = None) -> Sums:
    """Return what each of N targets adds to the sums: arrays (N,).

    `lengths` (N,) are in characters; without them there are no bits per character.
    """
    known = scores.known
    zeros = np.zeros(len(known))
    return Sums(
        targets=np.ones(len(known)),
        known=known.astype(np.float64),
        scored=scores.scored.astype(np.float64),
        characters=zeros if lengths is None else lengths.astype(np.float64),
        within={k: (known & (scores.ranks <= k)).astype(np.float64) for k in TOP},
        reciprocal_ranks=np.where(known, 1.0 / scores.ranks, 0.0),
        log_probs=np.where(scores.scored, scores.log_probs, 0.0),
        cosines=zeros if scores.cosines is None else np.where(known, scores.cosines, 0.0),
    )


def map_sums(sums: Sums, change: Callable[[Sum], Sum]) -> Sums:
    """Return the sums with each of them changed alike: added up, or by chapter, or by draw."""
    own = {each.name: getattr(sums, each.name) for each in fields(sums) if each.name != "within"}
    return Sums(
        within={k: change(count) for k, count in sums.within.items()},
        **{name: change(value) for name, value in own.items()},
    )


def add_sums(first: Sums, second: Sums) -> Sums:
    """Return the sums over both."""
    own = [each.name for each in fields(first) if each.name != "within"]
    return Sums(
        within={k: count + second.within[k] for k, count in first.within.items()},
        **{name: getattr(first, name) + getattr(second, name) for name in own},
    )


def metrics(sums: Sums) -> dict[str, Sum]:
    """Return the figures: arrays where the sums are.

    A mean over nothing is 0, and the perplexity of nothing 1.
    """
    return {
        "bits_per_character": _mean(-sums.log_probs / log(2), sums.characters),
        **{f"top{k}": _mean(count, sums.targets) for k, count in sums.within.items()},
        "mrr": _mean(sums.reciprocal_ranks, sums.targets),
        "cosine": _mean(sums.cosines, sums.known),
        "perplexity": np.exp(-_mean(sums.log_probs, sums.scored)),
        "coverage": _mean(sums.scored, sums.targets),
    }


def summarise(scores: Scores, lengths: Integers | None = None) -> dict[str, float | None]:
    """Return the figures of N targets of `lengths` (N,) characters, and how many there are.

    No cosine for a model without vectors; no bits per character without lengths, or where a target
    has no probability.
    """
    sums = map_sums(target_sums(scores, lengths), np.sum)
    figures: dict[str, float | None] = {k: float(v) for k, v in metrics(sums).items()}
    if scores.cosines is None or not sums.known:
        figures["cosine"] = None
    if not sums.characters or sums.scored < sums.targets:
        figures["bits_per_character"] = None
    return {**figures, "targets": float(sums.targets), "characters": float(sums.characters)}


def piece_length(piece: str) -> int:
    """Return how many characters a piece has; a line end has one."""
    return 1 if piece == PARAGRAPH_BREAK else len(piece)


def piece_lengths(words: tuple[str, ...], targets: Ids) -> Integers:
    """Return the characters of targets (N,), given the vocabulary; one of an unseen one."""
    found: Integers = np.array([*map(piece_length, words), 1], dtype=np.int64)[targets]
    return found


def _mean(total: Sum, count: Sum) -> Doubles:
    """Return total / count, 0 where there is nothing to count."""
    total, count = np.asarray(total, dtype=np.float64), np.asarray(count, dtype=np.float64)
    mean: Doubles = np.divide(total, count, out=np.zeros_like(count), where=count > 0)
    return mean
