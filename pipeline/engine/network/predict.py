"""The network's prediction for many windows at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.arrays import Floats
from pipeline.artifacts.network import Network
from pipeline.engine.network.lstm import last_hidden, project

BATCH = 1024  # windows scored at once: (1024, 7000) float32 scores take 28 MB


def predict_vectors(ids: NDArray[np.int32], network: Network) -> Floats:
    """Predict the next word's vector for windows of token ids (N, T) → ê float32 (N, E)."""
    hidden = last_hidden(
        ids,
        gate_table=network.gate_table,
        recurrent_kernel=network.recurrent_kernel,
        upper_layers=network.upper_layers,
    )
    return project(
        hidden,
        projection_kernel=network.projection_kernel,
        projection_bias=network.projection_bias,
    )
