"""From trained weights to the writer's network."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from pipeline.arrays import Floats
from pipeline.artifacts.layers import take_upper
from pipeline.artifacts.network import Network
from pipeline.engine.network.decode import unit_rows


def log_frequencies(counts: NDArray[np.int64]) -> Floats:
    """b_w = log(count_w / Σ count) of the words' counts (V,) → float32 (V,)."""
    result: Floats = np.log(counts / counts.sum()).astype(np.float32)
    return result


def export_network(
    weights: dict[str, Floats],
    *,
    words: tuple[str, ...],
    counts: NDArray[np.int64],
    steps: int,
    examples: tuple[str, ...] = (),
    suffixes: bool = False,
) -> Network:
    """Fold x·W + b into one table and scale the output vectors to length one.

    `weights` as in `pipeline.artifacts.training.WEIGHT_SHAPES`; `counts` int64 (V,).
    """
    return Network(
        words=words,
        gate_table=weights["input_vectors"] @ weights["kernel"] + weights["bias"],  # (V + 1, 4H)
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
        suffixes=suffixes,
    )
