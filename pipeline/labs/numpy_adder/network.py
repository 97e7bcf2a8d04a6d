"""The one-hot LSTM that answers with a number: its weights, its loss, the loss's derivatives.

Two numbers a and b, both under V/2, are read as one-hot vectors x₁, x₂ (V,). After each step

    p_t = softmax(h_t·P + q)          loss = −ln p₂[a + b], the mean over N pairs

so the loss looks at the last step alone: dLoss/d(h₂·P + q) = (p₂ − y)/N with y the one-hot sum,
and 0 at step 1; dP = h₂ᵀ·(p₂ − y)/N, dh₂ = (p₂ − y)·Pᵀ/N. The rest is the LSTM's own backward
pass (`labs/shared/lstm.py`), or the published one with its faults (`faults.py`).

N pairs, T = 2 steps, V numbers, H hidden.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.arrays import Integers
from pipeline.artifacts.layers import Layer
from pipeline.labs.numpy_adder.faults import (
    FIRST,
    LAST,
    TARGET_FIRST,
    Fault,
    faulty_backward,
    taught_step,
)
from pipeline.labs.shared.gradient_check import central_difference, largest_difference
from pipeline.labs.shared.lstm import Reals, Trace, backward, forward

ARRAYS = (*Layer._fields, "projection", "projection_bias")
_CHECKED_NUMBERS, _CHECKED_HIDDEN = 10, 5  # of the small network whose gradients are checked


class Network(NamedTuple):
    """The weights, or the loss's derivatives by them."""

    layer: Layer[Reals]  # (V, 4H), (H, 4H), (4H,); gates in the order i, f, g, o
    projection: Reals  # (H, V)
    bias: Reals  # (V,)


def arrays_of(network: Network) -> dict[str, Reals]:
    """Return the five arrays by name."""
    return {
        **network.layer._asdict(),
        "projection": network.projection,
        "projection_bias": network.bias,
    }


def from_arrays(arrays: dict[str, Reals]) -> Network:
    """Return the network whose `arrays_of` these are."""
    layer = Layer(*(arrays[name] for name in Layer._fields))
    return Network(layer, arrays["projection"], arrays["projection_bias"])


def initial_network(
    vocabulary: int, hidden: int, generator: np.random.Generator, dtype: type[np.floating[Any]]
) -> Network:
    """Draw weights evenly from ±1/√n, n being the vocabulary for W and b, else the hidden units."""

    def draw(shape: tuple[int, ...], fan: int) -> Reals:
        return generator.uniform(-(fan**-0.5), fan**-0.5, shape).astype(dtype)

    layer = Layer(
        draw((vocabulary, 4 * hidden), vocabulary),
        draw((hidden, 4 * hidden), hidden),
        draw((4 * hidden,), vocabulary),
    )
    return Network(layer, draw((hidden, vocabulary), hidden), draw((vocabulary,), hidden))


def read(network: Network, pairs: Integers) -> tuple[Reals, Trace, Reals]:
    """Return the one-hot pairs (T, N, V), the trace, and the softmax at each step, (T, N, V)."""
    kernel = network.layer.kernel
    inputs = np.eye(len(kernel), dtype=kernel.dtype)[pairs.T]  # (T, N, V)
    hidden = network.layer.recurrent_kernel.shape[0]
    states = np.zeros((2, len(pairs), hidden), dtype=kernel.dtype)  # (2, N, H)
    trace = forward(inputs, network.layer, states)
    scores = trace.hidden @ network.projection + network.bias  # (T, N, V)
    scores -= scores.max(axis=-1, keepdims=True)
    np.exp(scores, out=scores)
    return inputs, trace, scores / scores.sum(axis=-1, keepdims=True)


def answers(network: Network, pairs: Integers, *, step: int = LAST) -> Integers:
    """Return the likeliest number after a step, (N,)."""
    likeliest: Integers = read(network, pairs)[2][step].argmax(axis=-1)
    return likeliest


def cross_entropy(probabilities: Reals, sums: Integers) -> float:
    """Return −mean ln p[a + b] of probabilities (N, V), in nats."""
    likelihoods = probabilities[np.arange(len(sums)), sums]
    return float(-np.log(np.maximum(likelihoods, np.finfo(likelihoods.dtype).tiny)).mean())


def loss_and_gradients(
    network: Network, pairs: Integers, faults: Set[Fault] = frozenset()
) -> tuple[float, Network]:
    """Return the loss of the taught step in nats, and its derivatives with these faults."""
    inputs, trace, probabilities = read(network, pairs)
    step, sums = taught_step(faults), pairs.sum(axis=1)
    loss = cross_entropy(probabilities[step], sums)
    d_scores = np.zeros_like(probabilities)  # (T, N, V)
    d_scores[step] = probabilities[step]
    d_scores[step, np.arange(len(sums)), sums] -= 1
    d_scores[step] /= len(sums)
    d_hidden = d_scores @ network.projection.T  # (T, N, H)
    if faults <= {TARGET_FIRST}:
        states = np.zeros((2, *trace.hidden.shape[1:]), dtype=inputs.dtype)
        d_layer = backward(trace, inputs, network.layer, states, d_hidden).layer
    else:
        d_layer = faulty_backward(trace, inputs, network.layer, d_hidden, faults)
    d_projection = trace.hidden[step].T @ d_scores[step]  # (H, V)
    return loss, Network(d_layer, d_projection, d_scores[step].sum(axis=0))


def _true_slopes(network: Network, pairs: Integers, *, step: int) -> dict[str, NDArray[np.float64]]:
    """Return the slopes of the loss of a step by each array, from central differences."""

    def loss() -> float:
        return cross_entropy(read(network, pairs)[2][step], pairs.sum(axis=1))

    return {name: central_difference(loss, array) for name, array in arrays_of(network).items()}


def gradient_differences(
    variants: Mapping[str, Set[Fault]], generator: np.random.Generator, *, pairs_checked: int
) -> dict[str, tuple[dict[str, float], float]]:
    """Check each variant's gradients on a small network in float64.

    Returns
    -------
    dict
        Variant → by array the largest relative difference from the slopes of the task's loss, that
        of the last step; and the largest of all from those of the loss that the variant lowers.
    """
    network = initial_network(_CHECKED_NUMBERS, _CHECKED_HIDDEN, generator, np.float64)
    pairs = generator.integers(_CHECKED_NUMBERS // 2, size=(pairs_checked, 2))  # (N, 2)
    slopes = {step: _true_slopes(network, pairs, step=step) for step in (FIRST, LAST)}
    found = {}
    for name, faults in variants.items():
        gradients = arrays_of(loss_and_gradients(network, pairs, faults)[1])
        by_step = {
            step: {key: largest_difference(gradients[key], slopes[step][key]) for key in gradients}
            for step in (FIRST, LAST)
        }
        found[name] = (by_step[LAST], max(by_step[taught_step(faults)].values()))
    return found
