"""An LSTM's forward pass over a sequence, and its backward pass, in numpy.

Forward is the engine's step (`engine/network/lstm.py`), taken T times and remembered. Backward is
the chain rule, last step first (Hochreiter & Schmidhuber 1997; Gers et al. 2000). Let ψ = tanh, or
ψ(c) = c where the cell is not squashed; ψ' is its derivative, 1 − tanh² or 1. At step t,

    dh_t = dLoss/dh_t + da_{t+1}·Uᵀ     dc_t = dh_t∘o_t∘ψ'(c_t) + dc_{t+1}∘f_{t+1}
    da_i = dc_t∘g∘i∘(1 − i)             da_f = dc_t∘c_{t−1}∘f∘(1 − f)
    da_g = dc_t∘i∘(1 − g²)              da_o = dh_t∘ψ(c_t)∘o∘(1 − o)
    dW = Σ x_tᵀ·da_t    dU = Σ h_{t−1}ᵀ·da_t    db = Σ da_t    dx_t = da_t·Wᵀ

where i, f, g and o are those of step t, and da_t is its da_i, da_f, da_g and da_o side by side.
Only da_{t+1}·Uᵀ must wait for the step after; all other products are taken over all steps at once.

N sequences, T steps, E inputs, H hidden; gates in the order i, f, g, o.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.artifacts.layers import Layer
from pipeline.engine.network.lstm import next_states, squashed_gates

Reals = NDArray[Any]  # float32 or float64, the same in all arrays of a call


class Trace(NamedTuple):
    """What the forward pass leaves for the backward pass, step by step."""

    hidden: Reals  # (T, N, H)
    cells: Reals  # (T, N, H)
    gates: Reals  # (T, N, 4, H), squashed


class Gradients(NamedTuple):
    """The loss's derivatives, in the shapes of what they are taken by."""

    layer: Layer[Reals]  # (E, 4H), (H, 4H), (4H,)
    inputs: Reals  # (T, N, E)
    states: Reals  # (2, N, H)


def forward(
    inputs: Reals, layer: Layer[Reals], states: Reals, *, squash_cell: bool = True
) -> Trace:
    """Read N sequences.

    Parameters
    ----------
    inputs : (T, N, E)
    layer : (E, 4H), (H, 4H), (4H,)
    states : (2, N, H)
        Hidden and cell states before the first step.
    squash_cell : bool
        h = o∘tanh(c); off, h = o∘c.

    Returns
    -------
    Trace
        Of the inputs' dtype.
    """
    steps, size = inputs.shape[:2]
    width = len(layer.recurrent_kernel)
    flat = inputs.reshape(steps * size, -1)  # (T · N, E)
    given = (flat @ layer.kernel + layer.bias).reshape(steps, size, 4 * width)
    trace = Trace(
        np.empty((steps, size, width), inputs.dtype),
        np.empty((steps, size, width), inputs.dtype),
        np.empty((steps, size, 4, width), inputs.dtype),
    )
    hidden, cell = states
    for step in range(steps):
        gates = squashed_gates(given[step], hidden, recurrent_kernel=layer.recurrent_kernel)
        hidden, cell = next_states(gates, cell, squash_cell=squash_cell)
        trace.hidden[step], trace.cells[step], trace.gates[step] = hidden, cell, gates
    return trace


def backward(
    trace: Trace,
    inputs: Reals,
    layer: Layer[Reals],
    states: Reals,
    d_hidden: Reals,
    *,
    squash_cell: bool = True,
) -> Gradients:
    """Return the gradients of a loss that sees the hidden states.

    Parameters
    ----------
    trace : Trace
        Of `forward` with the same inputs, layer, states and `squash_cell`.
    d_hidden : (T, N, H)
        dLoss/dh of each step's own hidden state, as the loss alone sees it.
    """
    steps, size, width = trace.hidden.shape
    d_sums, d_states = _go_back(
        trace, layer.recurrent_kernel, states, d_hidden, squash_cell=squash_cell
    )
    flat = d_sums.reshape(steps * size, 4 * width)  # (T · N, 4H)
    before = _shifted(trace.hidden, states[0]).reshape(-1, width)  # (T · N, H)
    by_weight = Layer(
        inputs.reshape(steps * size, -1).T @ flat,
        before.T @ flat,
        flat.sum(axis=0),
    )
    return Gradients(by_weight, (flat @ layer.kernel.T).reshape(inputs.shape), d_states)


def _go_back(
    trace: Trace, recurrent_kernel: Reals, states: Reals, d_hidden: Reals, *, squash_cell: bool
) -> tuple[Reals, Reals]:
    """Return da of every step, (T, N, 4, H), and the gradients of the first states, (2, N, H)."""
    input_gate, forget, candidate, output = (trace.gates[:, :, number] for number in range(4))
    squashed = np.tanh(trace.cells) if squash_cell else trace.cells  # (T, N, H)
    into_cell = output * (1 - squashed * squashed) if squash_cell else output  # dc for dh = 1
    through = np.stack(
        [
            candidate * input_gate * (1 - input_gate),
            _shifted(trace.cells, states[1]) * forget * (1 - forget),
            input_gate * (1 - candidate * candidate),
            squashed * output * (1 - output),
        ],
        axis=2,
    )  # (T, N, 4, H): da_i, da_f and da_g for dc = 1, da_o for dh = 1
    back = np.ascontiguousarray(recurrent_kernel.T)  # (4H, H)
    d_sums = through  # each step is multiplied in place
    d_state, d_cell = np.zeros_like(states)  # (N, H) each
    for step in range(len(d_sums) - 1, -1, -1):
        d_state = d_state + d_hidden[step]
        d_cell = d_state * into_cell[step] + d_cell
        d_sums[step, :, :3] *= d_cell[:, None]
        d_sums[step, :, 3] *= d_state
        d_state = d_sums[step].reshape(len(d_state), -1) @ back
        d_cell = d_cell * forget[step]
    return d_sums, np.stack([d_state, d_cell])


def _shifted(by_step: Reals, first: Reals) -> Reals:
    """Return what each step of (T, N, H) had before it: `first` (N, H), then all but the last."""
    return np.concatenate([first[None], by_step[:-1]])
