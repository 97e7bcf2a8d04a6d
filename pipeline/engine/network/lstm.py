"""The LSTM's forward pass in numpy.

Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000; gates lie side by side in
Keras' order i, f, g, o:

    i, f, o = σ(x·W + h·U + b)     g = tanh(x·W + h·U + b)
    c' = f∘c + i∘g                 h' = o∘tanh(c')

N windows, T steps, H hidden, V vocabulary. The inputs are a fixed table of words, so x·W + b is a
look-up: `gate_table` (V + 1, 4H). Layers above the first read the hidden states of the one below.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pipeline.arrays import Floats
from pipeline.artifacts.layers import Layer

# The writer works in float32; the labs prove the same formulae in float64.
Reals = TypeVar("Reals", Floats, NDArray[np.float64])


# σ(x) = tanh(x / 2) / 2 + 1 / 2, to within 6e-8 in float32. So one call of tanh serves the four
# gates, i, f, g and o; a step is so small that calls count.
_SLOPES = np.array([[0.5], [0.5], [1], [0.5]], dtype=np.float32)  # (4, 1)
_OFFSETS = np.array([[0.5], [0.5], [0], [0.5]], dtype=np.float32)  # (4, 1)


def squash(gates: Reals) -> None:
    """Replace sums (N, 4, H) in place by σ of the gates i, f and o, and tanh of g."""
    gates *= _SLOPES
    np.tanh(gates, out=gates)
    gates *= _SLOPES
    gates += _OFFSETS


def squashed_gates(gates: Reals, hidden: Reals, *, recurrent_kernel: Reals) -> Reals:
    """Return i, f, g and o, (N, 4, H), from x·W + b (N, 4H) and the hidden state before (N, H)."""
    sums = hidden @ recurrent_kernel  # (N, 4H)
    sums += gates
    parts = sums.reshape(len(sums), 4, -1)  # (N, 4, H)
    squash(parts)
    return parts


def next_states(gates: Reals, cell: Reals, *, squash_cell: bool = True) -> tuple[Reals, Reals]:
    """Return h' and c', (N, H) each, from the squashed gates (N, 4, H) and c (N, H).

    With `squash_cell` off, h' = o∘c' without the tanh.
    """
    ingress, forget, candidate, output = (gates[:, number] for number in range(4))  # (N, H) each
    cell = forget * cell + ingress * candidate  # (N, H)
    return output * (np.tanh(cell) if squash_cell else cell), cell


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
    return next_states(squashed_gates(gates, hidden, recurrent_kernel=recurrent_kernel), cell)


def stack_step(
    gates: Floats,
    hidden: Floats,
    cell: Floats,
    *,
    recurrent_kernel: Floats,
    upper_layers: Sequence[Layer[Floats]] = (),
) -> tuple[Floats, Floats]:
    """Advance all L layers one step: gates (N, 4H), hidden and cell (L, N, H), shapes kept."""
    states = [lstm_step(gates, hidden[0], cell[0], recurrent_kernel=recurrent_kernel)]
    for number, layer in enumerate(upper_layers, 1):
        gates = states[-1][0] @ layer.kernel + layer.bias  # (N, 4H)
        states.append(
            lstm_step(gates, hidden[number], cell[number], recurrent_kernel=layer.recurrent_kernel)
        )
    if not upper_layers:
        return states[0][0][None], states[0][1][None]
    return np.stack([state[0] for state in states]), np.stack([state[1] for state in states])


def last_hidden(
    ids: NDArray[np.int32],
    *,
    gate_table: Floats,
    recurrent_kernel: Floats,
    upper_layers: Sequence[Layer[Floats]] = (),
) -> Floats:
    """Read windows of words from a zero state; return the top layer's last hidden state.

    Parameters
    ----------
    ids : int32 (N, T)
    gate_table : float32 (V + 1, 4H)
    recurrent_kernel : float32 (H, 4H)
    upper_layers : the layers above the first

    Returns
    -------
    float32 (N, H)
    """
    shape = (1 + len(upper_layers), len(ids), recurrent_kernel.shape[0])
    hidden = np.zeros(shape, dtype=np.float32)  # (L, N, H)
    cell = np.zeros_like(hidden)  # (L, N, H)
    for step in range(ids.shape[1]):
        hidden, cell = stack_step(
            gate_table[ids[:, step]],
            hidden,
            cell,
            recurrent_kernel=recurrent_kernel,
            upper_layers=upper_layers,
        )
    top: Floats = hidden[-1]
    return top


def project(hidden: Floats, *, projection_kernel: Floats, projection_bias: Floats) -> Floats:
    """ê = h·W + c: hidden (N, H) → predicted vectors float32 (N, E)."""
    return hidden @ projection_kernel + projection_bias
