"""The adder's plain recurrent network: its forward pass, and its backward pass through time.

    h_t = σ(x_t·W + h_{t−1}·U)      y_t = σ(h_t·v)      L = ½ Σ_t (y_t − s_t)²

x_t are the addends' bits, s_t is the sum's; h before the first step is 0, there are no biases. The
backward pass goes from the last step to the first, a_t being what σ is taken of:

    ∂L/∂(h_t·v) = δ_t = (y_t − s_t)·y_t·(1 − y_t)
    ∂L/∂a_t     = (δ_t·v + ∂L/∂a_{t+1}·Uᵀ) ∘ h_t ∘ (1 − h_t)
    ∂L/∂W = Σ_t x_tᵀ·∂L/∂a_t      ∂L/∂U = Σ_t h_{t−1}ᵀ·∂L/∂a_t      ∂L/∂v = Σ_t δ_t·h_t

With cross-entropy, L = −Σ_t (s_t·log y_t + (1 − s_t)·log(1 − y_t)), δ_t is y_t − s_t.

Only h·U has to wait for the step before: x·W, y and the sums over t are taken of all steps at
once. N pairs, T steps, H hidden units.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pipeline.arrays import Doubles, Integers
from pipeline.labs.shared.bits import BITS, as_bits, as_numbers


class Weights(NamedTuple):
    """The network's weights, or their gradients."""

    kernel: Doubles  # (2, H): W
    recurrent_kernel: Doubles  # (H, H): U
    output_kernel: Doubles  # (H,): v


class Trace(NamedTuple):
    """What the forward pass leaves for the backward pass."""

    hidden: Doubles  # (T + 1, N, H): before the first step, and after each
    outputs: Doubles  # (T, N): probability that the sum's bit is 1


def draw_weights(generator: np.random.Generator, *, hidden: int, start: float) -> Weights:
    """Draw first weights evenly within ±start."""
    shapes = (2, hidden), (hidden, hidden), (hidden,)
    return Weights(*(generator.uniform(-start, start, shape) for shape in shapes))


def read_pairs(pairs: Integers, bits: int = BITS) -> tuple[Doubles, Doubles]:
    """Return inputs (T, N, 2) and targets (T, N): the bits of pairs (N, 2) and of their sums."""
    inputs = np.moveaxis(as_bits(pairs, bits), -1, 0)  # (T, N, 2)
    targets = as_bits(pairs.sum(axis=-1), bits).T  # (T, N)
    return inputs.astype(np.float64), targets.astype(np.float64)


def _sigmoid(sums: Doubles) -> Doubles:
    """Return σ of the sums, in their shape."""
    return 1 / (1 + np.exp(-sums))


def go_forward(inputs: Doubles, weights: Weights) -> Trace:
    """Read N pairs (T, N, 2)."""
    kernel, recurrent_kernel, output_kernel = weights
    given = inputs @ kernel  # (T, N, H)
    hidden = np.zeros((len(given) + 1, *given.shape[1:]))  # (T + 1, N, H)
    for step, from_input in enumerate(given):
        hidden[step + 1] = _sigmoid(from_input + hidden[step] @ recurrent_kernel)
    return Trace(hidden, _sigmoid(hidden[1:] @ output_kernel))


def go_back(
    inputs: Doubles, targets: Doubles, trace: Trace, weights: Weights, *, loss: str = "squared"
) -> Weights:
    """Return the gradients of the loss, summed over steps and pairs, at all weights."""
    hidden, outputs = trace
    wrong = outputs - targets  # (T, N)
    if loss == "squared":
        wrong *= outputs * (1 - outputs)
    slope = hidden[1:] * (1 - hidden[1:])  # (T, N, H)
    d_sums = wrong[..., np.newaxis] * weights.output_kernel  # (T, N, H)
    back = weights.recurrent_kernel.T
    d_sums[-1] *= slope[-1]
    for step in reversed(range(len(d_sums) - 1)):
        d_sums[step] += d_sums[step + 1] @ back
        d_sums[step] *= slope[step]
    units = d_sums.shape[-1]
    by_step = d_sums.reshape(-1, units)  # (T · N, H)
    return Weights(
        inputs.reshape(-1, 2).T @ by_step,
        hidden[:-1].reshape(-1, units).T @ by_step,
        wrong.reshape(-1) @ hidden[1:].reshape(-1, units),
    )


def accuracy(weights: Weights, pairs: Integers, bits: int = BITS) -> float:
    """Return the share of pairs (N, 2) whose sum is right in every bit."""
    outputs = go_forward(read_pairs(pairs, bits)[0], weights).outputs  # (T, N)
    return float(np.mean(as_numbers(outputs.T) == pairs.sum(axis=-1)))
