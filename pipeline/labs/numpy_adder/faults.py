"""How published code gets the one-hot LSTM wrong: five faults, and the backward pass with them.

With δ = da, the derivatives by the sums of a step's gates, each fault breaks one line:

| fault | the wrong line | the right line |
|---|---|---|
| `target-first` | y belongs to p₁ | y belongs to p₂, as b is read at step 2 |
| `cell-unforgotten` | dc_{t−1} = … + dc_t | dc_{t−1} = … + dc_t∘f_t |
| `hidden-dropped` | dh_{t−1} = dLoss/dh_{t−1} | dh_{t−1} = dLoss/dh_{t−1} + δ_t·Uᵀ |
| `recurrent-elementwise` | dU[k, j] = Σ h_{t−1}[j]·δ_t[j], any k | dU[k, j] = Σ h_{t−1}[k]·δ_t[j] |
| `number-for-one-hot` | dW[k] = Σ a_t·δ_t, any k | dW[k] = Σ δ_t over the steps with a_t = k |

where h_{t−1}[j] is the unit to which δ_t[j] belongs, and a_t the number read.

The report's own text is not at hand. A hand-written class `myLSTM` with just its features (100
hidden units, one-hot words, a softmax at each step, cross-entropy, a rate that is halved when an
epoch's loss rises) has been going round in blogs and repositories since 2017 or 2018. That the
report used it is our inference; the five faults are what a reading of that class shows:

| fault | in that class |
|---|---|
| `target-first` | `delta_o[np.arange(len(y)), y] -= 1`: targets belong to the first steps |
| `cell-unforgotten` | `delta_ct += delta_ht * …`: what is carried is never multiplied by f |
| `hidden-dropped` | `delta_ht = self.wy.T.dot(delta_o[t])`: nothing comes from the step after |
| `recurrent-elementwise` | `dwh += delta_net * ht_pre`: columns (H, 1) and no outer product |
| `number-for-one-hot` | `dwx += delta_net * x`: x is the number of the word |

N pairs, T = 2 steps, V numbers, H hidden.
"""

from __future__ import annotations

from collections.abc import Set
from typing import Literal, get_args

import numpy as np

from pipeline.artifacts.layers import Layer
from pipeline.labs.shared.lstm import Reals, Trace

Fault = Literal[
    "target-first",
    "cell-unforgotten",
    "hidden-dropped",
    "recurrent-elementwise",
    "number-for-one-hot",
]
FAULTS: tuple[Fault, ...] = get_args(Fault)
TARGET_FIRST: Fault = "target-first"
FIRST, LAST = 0, 1  # the steps


def taught_step(faults: Set[Fault]) -> int:
    """Return the step to which the sum is attached."""
    return FIRST if TARGET_FIRST in faults else LAST


def faulty_backward(
    trace: Trace, inputs: Reals, layer: Layer[Reals], d_hidden: Reals, faults: Set[Fault]
) -> Layer[Reals]:
    """Return the layer's derivatives as the published code takes them.

    Without a fault these are those of `pipeline.labs.shared.lstm.backward`, only slower.
    """
    totals = Layer(*(np.zeros_like(weights) for weights in layer))
    carried_hidden = carried_cell = np.zeros_like(d_hidden[LAST])  # (N, H)
    for step in (LAST, FIRST):
        before, cell_before = _states_before(trace, step)
        d_state = d_hidden[step] + carried_hidden
        d_cell = d_state * _slope_into_cell(trace, step) + carried_cell
        d_sums = _by_gate(trace, step, cell_before, d_state, d_cell)  # (N, 4, H)
        flat = d_sums.reshape(len(d_sums), -1)  # (N, 4H)
        totals.kernel[:] += (
            (inputs[step] @ np.arange(len(layer.kernel), dtype=flat.dtype)) @ flat  # every row
            if "number-for-one-hot" in faults
            else inputs[step].T @ flat
        )
        totals.recurrent_kernel[:] += (
            (before[:, None] * d_sums).sum(axis=0).reshape(-1)  # every row
            if "recurrent-elementwise" in faults
            else before.T @ flat
        )
        totals.bias[:] += flat.sum(axis=0)
        if "hidden-dropped" not in faults:
            carried_hidden = flat @ layer.recurrent_kernel.T
        carried_cell = d_cell if "cell-unforgotten" in faults else d_cell * trace.gates[step, :, 1]
    return totals


def _states_before(trace: Trace, step: int) -> tuple[Reals, Reals]:
    """Return the hidden and the cell state that a step started from, (N, H) each."""
    if step == FIRST:
        nothing = np.zeros_like(trace.hidden[FIRST])
        return nothing, nothing
    return trace.hidden[step - 1], trace.cells[step - 1]


def _slope_into_cell(trace: Trace, step: int) -> Reals:
    """Return o∘(1 − tanh²(c)), (N, H)."""
    slope: Reals = trace.gates[step, :, 3] * (1 - np.tanh(trace.cells[step]) ** 2)
    return slope


def _by_gate(trace: Trace, step: int, cell_before: Reals, d_state: Reals, d_cell: Reals) -> Reals:
    """Return da of a step's four gates, (N, 4, H); the published code has these right."""
    input_gate, forget, candidate, output = (trace.gates[step, :, gate] for gate in range(4))
    return np.stack(
        [
            d_cell * candidate * input_gate * (1 - input_gate),
            d_cell * cell_before * forget * (1 - forget),
            d_cell * input_gate * (1 - candidate * candidate),
            d_state * np.tanh(trace.cells[step]) * output * (1 - output),
        ],
        axis=1,
    )
