"""Scores of mixtures: the network with some of its memories, or with all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from pipeline.artifacts.memories import NETWORK
from pipeline.artifacts.network import Network
from pipeline.engine.measures.score import Scores, join_scores, score_cosines, score_probabilities
from pipeline.engine.memories.batches import Batch
from pipeline.engine.memories.mixture import mix
from pipeline.engine.memories.next_word import LEAST


def score_mixtures(
    batches: Iterator[Batch], network: Network, mixtures: Mapping[str, Mapping[str, float]]
) -> dict[str, Scores]:
    """Return the scores of several mixtures, name → weights, in one pass.

    The network alone is scored as `score_places` does. A mixture's cosines are ê's, as its are.
    """
    parts: dict[str, list[Scores]] = {name: [] for name in mixtures}
    for batch in batches:
        alone = score_cosines(batch.cosine, batch.targets, network)
        for name, weights in mixtures.items():
            parts[name].append(
                alone if set(weights) == {NETWORK} else _score_mixed(batch, weights, alone)
            )
        del batch  # or it would stay in memory until the next one is made
    return {name: join_scores(own) for name, own in parts.items()}


def score_batch_of(batch: Batch, network: Network, weights: Mapping[str, float]) -> Scores:
    """Return the scores of one mixture on one batch."""
    return score_mixtures(iter([batch]), network, {"": weights})[""]


def _score_mixed(batch: Batch, weights: Mapping[str, float], alone: Scores) -> Scores:
    """Score a batch by one mixture."""
    probs = np.maximum(mix(batch.probs, weights), LEAST)  # (B, V)
    return replace(score_probabilities(probs, batch.targets), cosines=alone.cosines)
