"""The LSTM's forward pass in numpy.

Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000; gates lie side by side in
Keras' order i, f, g, o:

    i, f, o = σ(x·W + h·U + b)     g = tanh(x·W + h·U + b)
    c' = f∘c + i∘g                 h' = o∘tanh(c')

N windows, T steps, H hidden, V vocabulary. The inputs are a fixed table of words, so x·W + b is a
look-up: `gate_table` (V + 1, 4H).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def sigmoid(x: Floats) -> Floats:
    """σ(x), by way of tanh: exact for all float32, and numpy has a fast vector tanh."""
    half = np.float32(0.5)
    result: Floats = half * (np.tanh(half * x) + np.float32(1))
    return result


def lstm_step(
    gates: Floats, hidden: Floats, cell: Floats, *, recurrent_kernel: Floats
) -> tuple[Floats, Floats]:
    """Advance one step.

    Parameters
    ----------
    gates : float32 (N, 4H)
        x·W + b of this step's words.
    hidden, cell : float32 (N, H)
    recurrent_kernel : float32 (H, 4H)

    Returns
    -------
    hidden, cell : float32 (N, H)
    """
    size = hidden.shape[-1]
    gates = gates + hidden @ recurrent_kernel  # (N, 4H)
    ingress = sigmoid(gates[..., :size])  # (N, H)
    forget = sigmoid(gates[..., size : 2 * size])  # (N, H)
    candidate = np.tanh(gates[..., 2 * size : 3 * size])  # (N, H)
    output = sigmoid(gates[..., 3 * size :])  # (N, H)
    cell = forget * cell + ingress * candidate  # (N, H)
    return output * np.tanh(cell), cell


def last_hidden(ids: NDArray[np.int32], *, gate_table: Floats, recurrent_kernel: Floats) -> Floats:
    """Read windows of words from a zero state and return the last hidden state.

    Parameters
    ----------
    ids : int32 (N, T)
    gate_table : float32 (V + 1, 4H)
    recurrent_kernel : float32 (H, 4H)

    Returns
    -------
    float32 (N, H)
    """
    hidden = np.zeros((len(ids), recurrent_kernel.shape[0]), dtype=np.float32)  # (N, H)
    cell = np.zeros_like(hidden)  # (N, H)
    for step in range(ids.shape[1]):
        hidden, cell = lstm_step(
            gate_table[ids[:, step]], hidden, cell, recurrent_kernel=recurrent_kernel
        )
    return hidden


def project(hidden: Floats, *, projection_kernel: Floats, projection_bias: Floats) -> Floats:
    """ê = h·W + c: hidden (N, H) → predicted vectors float32 (N, E)."""
    return hidden @ projection_kernel + projection_bias
