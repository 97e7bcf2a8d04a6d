"""The network of two labs: one LSTM whose first hidden unit is its answer, without an output layer.

    loss = Σ_t (h_t[0] − y_t)²        dLoss/dh_t = (2(h_t[0] − y_t), 0, …, 0)

The other units learn all the same: they reach the first one through U at the next step. Training
is plain gradient descent on the whole sequence, θ ← θ − η·dLoss/dθ.
"""

from __future__ import annotations

import numpy as np
from pydantic import Field

from pipeline.arrays import Doubles
from pipeline.artifacts.layers import Layer
from pipeline.engine.threads import one_thread
from pipeline.labs.shared.lstm import Trace, backward, forward
from pipeline.stage import Context, Progress, StageConfig

_SPREAD = 0.1
_REPORTS = 20


class FirstUnitConfig(StageConfig):
    """The network and its training."""

    hidden: int = Field(100, ge=1, le=1000, description="cells")
    rounds: int = Field(100, ge=1, le=1_000_000, description="updates")
    learning_rate: float = Field(0.1, gt=0, le=10, description="step along the gradient")
    squash_cell: bool = Field(False, description="h = o·tanh(s) instead of h = o·s")
    seed: int = Field(1, ge=0, lt=2**31, description="draws the first weights")


def start_layer(size: int, hidden: int, generator: np.random.Generator) -> Layer[Doubles]:
    """Return weights and biases drawn evenly from −0.1 to 0.1, for inputs of `size`."""
    shapes = ((size, 4 * hidden), (hidden, 4 * hidden), (4 * hidden,))
    return Layer(*(generator.uniform(-_SPREAD, _SPREAD, shape) for shape in shapes))


def take_layer(arrays: dict[str, Doubles], prefix: str = "") -> Layer[Doubles]:
    """Return the layer among a trial's arrays."""
    return Layer(*(arrays[prefix + name] for name in Layer._fields))


def read(inputs: Doubles, layer: Layer[Doubles], *, squash_cell: bool) -> Trace:
    """Read N sequences (T, N, E), from states of zeros."""
    return forward(inputs, layer, no_states(inputs, layer), squash_cell=squash_cell)


def no_states(inputs: Doubles, layer: Layer[Doubles]) -> Doubles:
    """Return states of zeros for (T, N, E): (2, N, H)."""
    return np.zeros((2, inputs.shape[1], len(layer.recurrent_kernel)))


def answers_of(trace: Trace) -> Doubles:
    """Return the first hidden unit of each step: (T, N)."""
    answers: Doubles = trace.hidden[:, :, 0]
    return answers


def squared_loss(answers: Doubles, targets: Doubles) -> float:
    """Return Σ (answer − target)² over all steps."""
    return float(((answers - targets) ** 2).sum())


def loss_gradient(trace: Trace, targets: Doubles) -> Doubles:
    """Return dLoss/dh of each step, (T, N, H), for targets (T, N)."""
    d_hidden = np.zeros_like(trace.hidden)
    d_hidden[:, :, 0] = 2 * (answers_of(trace) - targets)
    return d_hidden


def descend(
    layer: Layer[Doubles],
    inputs: Doubles,
    targets: Doubles,
    *,
    learning_rate: float,
    rounds: int,
    squash_cell: bool,
    progress: Progress,
) -> tuple[Layer[Doubles], Doubles]:
    """Train on one sequence.

    Parameters
    ----------
    layer : left as it is
    inputs : float64 (T, 1, E)
    targets : float64 (T, 1)
    rounds : updates, each by the gradient over all steps

    Returns
    -------
    layer
    answers : float64 (rounds + 1, T)
        Before each update and after the last. None is beyond ±T, whatever the rate: a cell
        gains 1 a step at most.
    """
    layer = Layer(*(array.copy() for array in layer))
    states = no_states(inputs, layer)
    answers = np.empty((rounds + 1, len(inputs)))
    for done in range(rounds + 1):
        trace = forward(inputs, layer, states, squash_cell=squash_cell)
        answers[done] = answers_of(trace)[:, 0]
        if done % max(1, rounds // _REPORTS) == 0:
            progress(done, rounds, f"loss {squared_loss(answers[done], targets[:, 0]):.3g}")
        if done < rounds:
            d_hidden = loss_gradient(trace, targets)
            gradients = backward(trace, inputs, layer, states, d_hidden, squash_cell=squash_cell)
            for weights, gradient in zip(layer, gradients.layer, strict=True):
                weights -= learning_rate * gradient
    return layer, answers


def train_first_unit(
    config: FirstUnitConfig, inputs: Doubles, targets: Doubles, context: Context
) -> tuple[Layer[Doubles], Layer[Doubles], Doubles]:
    """Draw a layer and train it, see `descend`.

    Returns
    -------
    start, layer : before and after
    answers : float64 (rounds + 1, T)
    """
    start = start_layer(inputs.shape[2], config.hidden, context.generator)
    with one_thread():
        layer, answers = descend(
            start,
            inputs,
            targets,
            learning_rate=config.learning_rate,
            rounds=config.rounds,
            squash_cell=config.squash_cell,
            progress=context.progress,
        )
    return start, layer, answers


def cell_formula(*, squash_cell: bool) -> str:
    """Return how the hidden state is made of the cell, as people write it."""
    return "h = o·tanh(s)" if squash_cell else "h = o·s"
