"""The one-hot LSTM's training: gradient descent at a rate that is halved when the loss rises.

    θ ← θ − η·(dLoss/dθ + λ·θ)        η ← η/2 whenever an epoch's loss rose

with the decay λ on matrices only. N pairs, K epochs.
"""

from __future__ import annotations

from collections.abc import Callable, Set
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.arrays import Integers
from pipeline.labs.numpy_adder.faults import Fault, taught_step
from pipeline.labs.numpy_adder.network import (
    Network,
    answers,
    arrays_of,
    from_arrays,
    loss_and_gradients,
)
from pipeline.labs.shared.bits import Pairs


class Plan(NamedTuple):
    """How long and how fast to train."""

    epochs: int
    batch_size: int
    learning_rate: float  # at the start, for the mean loss of a batch
    weight_decay: float


class History(NamedTuple):
    """What a training leaves: its network, and what was measured in each epoch."""

    network: Network
    losses: list[float]  # mean over the epoch's pairs, as the weights changed
    exact: list[float]  # share of unseen sums that are right after the epoch
    rates: list[float]  # learning rate in the epoch


def accuracy(network: Network, pairs: Integers, *, step: int) -> float:
    """Return the share of pairs whose likeliest number after a step is their sum."""
    return float((answers(network, pairs, step=step) == pairs.sum(axis=1)).mean())


def _descend(network: Network, gradients: Network, *, rate: float, decay: float) -> None:
    """Take one step down, in place; biases do not decay."""
    for name, weights in arrays_of(network).items():
        slopes = arrays_of(gradients)[name]
        if weights.ndim > 1 and decay:
            weights *= 1 - rate * decay
        weights -= rate * slopes


def _run_epoch(
    network: Network, pairs: Integers, faults: Set[Fault], plan: Plan, *, rate: float
) -> float:
    """Pass once over shuffled pairs (N, 2), in place; return the mean loss on the way."""
    total = 0.0
    for start in range(0, len(pairs), plan.batch_size):
        part = pairs[start : start + plan.batch_size]
        loss, gradients = loss_and_gradients(network, part, faults)
        _descend(network, gradients, rate=rate, decay=plan.weight_decay)
        total += loss * len(part)
    return total / len(pairs)


def fit(
    start: Network,
    pairs: Pairs,
    faults: Set[Fault],
    plan: Plan,
    *,
    generator: np.random.Generator,
    tell: Callable[[int, str], None],
) -> History:
    """Train a copy of the first network; the generator decides the order of the pairs."""
    network = from_arrays({key: array.copy() for key, array in arrays_of(start).items()})
    history = History(network, [], [], [])
    rate = plan.learning_rate
    for epoch in range(1, plan.epochs + 1):
        shuffled = generator.permutation(pairs.training)  # (N, 2)
        loss = _run_epoch(network, shuffled, faults, plan, rate=rate)
        history.rates.append(rate)
        if history.losses and loss > history.losses[-1]:
            rate /= 2
        history.losses.append(loss)
        history.exact.append(accuracy(network, pairs.unseen, step=taught_step(faults)))
        tell(epoch, f"loss {loss:.3f}, exact {history.exact[-1]:.1%}")
    return history


def history_arrays(history: History) -> dict[str, NDArray[Any]]:
    """Return the network's arrays by name, and losses, exact and rates, (K,) each."""
    curves = {name: np.array(getattr(history, name)) for name in ("losses", "exact", "rates")}
    return arrays_of(history.network) | curves
