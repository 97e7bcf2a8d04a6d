"""Stage `train`: learn from one pair after the other. N pairs, T steps."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from pipeline.labs.artifacts import Trial
from pipeline.labs.rnn_adder.network import (
    Weights,
    accuracy,
    draw_weights,
    go_back,
    go_forward,
    read_pairs,
)
from pipeline.stage import Context, StageConfig

_REPORT_EVERY = 1000


class TrainConfig(StageConfig):
    """Settings of `train`."""

    hidden: int = Field(16, ge=1, le=1024, description="hidden units")
    learning_rate: float = Field(0.1, gt=0, le=10, description="step size")
    start: float = Field(1.0, gt=0, le=10, description="weights start evenly within ± this")
    loss: Literal["squared", "cross_entropy"] = Field(
        "squared", description="squared, half the squared error of the bits; or cross_entropy"
    )
    seed: int = Field(1, ge=0, lt=2**31, description="seed of the first weights")


def train(config: TrainConfig, *, data: Trial, context: Context) -> Trial:
    """Learn from one pair after the other; tell of the error every thousand."""
    weights = draw_weights(context.generator, hidden=config.hidden, start=config.start)
    inputs, targets = read_pairs(data.arrays["training"])  # (T, N, 2), (T, N)
    samples = targets.shape[1]
    errors = np.empty(samples)  # (N,): Σ|y − s| of each pair when it came
    reached = []
    for place in range(samples):
        one = slice(place, place + 1)
        trace = go_forward(inputs[:, one], weights)
        errors[place] = np.abs(trace.outputs - targets[:, one]).sum()
        gradients = go_back(inputs[:, one], targets[:, one], trace, weights, loss=config.loss)
        for weight, gradient in zip(weights, gradients, strict=True):
            weight -= config.learning_rate * gradient
        if (place + 1) % _REPORT_EVERY == 0 or place + 1 == samples:
            reached.append((place + 1, accuracy(weights, data.arrays["unseen"])))
            recent = errors[place // _REPORT_EVERY * _REPORT_EVERY : place + 1].mean()
            context.progress(place + 1, samples, f"error {recent:.4f}, exact {reached[-1][1]:.1%}")
    arrays = {"errors": errors, "reached": np.array(reached), **weights._asdict()}
    facts = {"seed": config.seed, "learning_rate": config.learning_rate, "loss": config.loss}
    return Trial(arrays, facts)


def trained_weights(trial: Trial) -> Weights:
    """Return the weights that a training ended with."""
    return Weights(*(trial.arrays[name] for name in Weights._fields))


def error_rows(trial: Trial) -> list[tuple[int, float, float]]:
    """Return (pairs learnt, mean error of the last thousand, exact share) as they were reported."""
    rows = []
    start = 0
    for samples, exact in trial.arrays["reached"]:
        stop = int(samples)
        rows.append((stop, float(trial.arrays["errors"][start:stop].mean()), float(exact)))
        start = stop
    return rows
