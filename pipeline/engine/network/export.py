"""From trained weights to the writer's network."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from pipeline.arrays import Floats
from pipeline.artifacts.embedding import log_frequencies
from pipeline.artifacts.layers import take_upper
from pipeline.artifacts.network import BEGINNING, Network
from pipeline.engine.network.decode import unit_rows


def export_network(
    weights: dict[str, Floats],
    *,
    words: tuple[str, ...],
    counts: NDArray[np.int64],
    steps: int,
    examples: tuple[str, ...] = (),
    unseen: float = 0.0,
    foreign_names: tuple[str, ...] = (),
    carry_state: bool = False,
) -> Network:
    """Fold x·W + b into one table and scale the output vectors to length one.

    `weights` as in `pipeline.artifacts.training.WEIGHT_SHAPES`; `counts` int64 (V,). No character
    of an open vocabulary is unseen in training, so that nothing is learnt of such a one: it is read
    as the mean of the pieces that occur once.
    """
    gate_table = weights["input_vectors"] @ weights["kernel"] + weights["bias"]  # (V + 1, 4H)
    once = np.flatnonzero(counts <= 1)
    if unseen and len(once):
        gate_table[-1] = gate_table[once].mean(axis=0)
    return Network(
        words=words,
        gate_table=gate_table,
        recurrent_kernel=weights["recurrent_kernel"],
        upper_layers=take_upper(weights),
        projection_kernel=weights["projection_kernel"],
        projection_bias=weights["projection_bias"],
        output_vectors=unit_rows(weights["output_vectors"]),
        log_prior=log_frequencies(counts),
        scale=math.exp(float(weights["log_scale"])),
        prior_weight=float(weights["prior_weight"]),
        steps=steps,
        examples=examples,
        unseen=unseen,
        foreign_names=foreign_names,
        carry_state=carry_state,
        **_beginning(weights),
    )


def _beginning(weights: dict[str, Floats]) -> dict[str, Floats | None]:
    """Return what another training can begin with; see `Network`."""
    one_table = np.array_equal(weights["input_vectors"][:-1], weights["output_vectors"])
    if not one_table or take_upper(weights):
        return dict.fromkeys(BEGINNING)
    return {
        "kernel": weights["kernel"],
        "bias": weights["bias"],
        "lengths": np.linalg.norm(weights["output_vectors"], axis=1),  # (V,)
    }
