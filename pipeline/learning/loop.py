"""The training loop: one compiled step, epochs with validation, early stopping, resume.

Every random draw comes from one numpy generator whose state is part of the checkpoint, and
TensorFlow's operations are set to their deterministic forms; so a training that was interrupted and
resumed ends with the same bytes as one that was not.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.errors import StageFailed
from pipeline.learning.backend import keras
from pipeline.learning.batches import Batch
from pipeline.learning.network import Network, export_weights
from pipeline.learning.objectives import Loss
from pipeline.learning.plan import Plan, rate_at
from pipeline.learning.resume import State, Weights, resume, save_state
from pipeline.learning.step import Step, build_optimizer, compile_step, first_states
from pipeline.stage import say_nothing


class Diverged(StageFailed):
    """The loss or a weight is no finite number any more."""


def fit(
    network: Network,
    loss: Loss,
    plan: Plan,
    *,
    make_batches: Callable[[np.random.Generator], tuple[int, Iterator[Batch]]],
    validate: Callable[[Weights], dict[str, Any]],
    generator: np.random.Generator,
    scratch_path: Path,
    progress: Callable[[float, float, str], None],
    say: Callable[[str], None] = say_nothing,
    make_step: Callable[[Network, Loss, keras.optimizers.Optimizer], Step] = compile_step,
) -> tuple[Weights, dict[str, Any]]:
    """Train, and return the weights of the best epoch with the history.

    Parameters
    ----------
    network : Network
        Trained in place.
    loss : Loss
    plan : Plan
    make_batches : generator → (how many, batches)
        Called once an epoch.
    validate : weights → scores
        Must hold `perplexity`; called after each epoch.
    generator : numpy.random.Generator
        The only source of randomness.
    scratch_path : Path
        Where the checkpoint lies; one that is found there is gone on with.
    progress : called with (epochs done, epochs in all, note)
    say : called with a line for the user, where a checkpoint cannot be gone on with
    make_step : (network, loss, optimizer) → step
        In place of the step of one process.

    Raises
    ------
    Diverged
    """
    optimizer = build_optimizer(network, plan)
    step = make_step(network, loss, optimizer)
    state = resume(network, optimizer, generator, scratch_path, say)
    while not _finished(state, plan):
        count, batches = make_batches(generator)
        report = _EpochReport(state.rows, plan.epochs, count, progress)
        mean_loss = _run_epoch(step, batches, optimizer, plan, report)
        weights = _finite_weights(network, report, plan)
        kept = _average_weights(state, weights, plan)
        _note_epoch(state, {"train_loss": mean_loss, **validate(kept)}, kept)
        save_state(state, weights, optimizer, generator, scratch_path)
    return state.best_weights, {"epochs": state.rows, "best_epoch": state.best_epoch}


def _finite_weights(network: Network, report: _EpochReport, plan: Plan) -> Weights:
    """Return the weights after an epoch; raise `Diverged` if one of them is no finite number."""
    weights = export_weights(network)
    if not all(np.isfinite(array).all() for array in weights.values()):
        rate = report.rate(report.batches, plan)
        raise _diverged("finite weights", "NaN or infinity", report.done, rate)
    return weights


def _average_weights(state: State, weights: Weights, plan: Plan) -> Weights:
    """Take the weights after an epoch into the state's average and return it.

    Returns the weights themselves where the plan averages nothing.
    """
    if not plan.average:
        return weights
    kept = math.exp(-1 / plan.average)
    share = np.float32((1 - kept) / (1 - kept ** (len(state.rows) + 1)))  # 1 in the first epoch
    before = state.average or weights
    state.average = {name: before[name] + share * (w - before[name]) for name, w in weights.items()}
    return state.average


def _note_epoch(state: State, scores: dict[str, Any], weights: Weights) -> None:
    """Add a finished epoch to the state, and keep its weights if they are the best so far."""
    row = {"epoch": len(state.rows) + 1, **scores}
    state.rows.append(row)
    if state.best_epoch == 0 or row["perplexity"] < _best_row(state)["perplexity"]:
        state.best_epoch, state.best_weights = row["epoch"], weights


class _EpochReport:
    """Tells the progress within one epoch: share of the whole, loss, speed, last validation."""

    def __init__(
        self,
        rows: list[dict[str, Any]],
        epochs: int,
        batches: int,
        progress: Callable[[float, float, str], None],
    ) -> None:
        self.done, self.epochs, self.batches, self.progress = len(rows), epochs, batches, progress
        self.validated = f"  validation perplexity {rows[-1]['perplexity']:.1f}" if rows else ""
        self.began, self.words = time.monotonic(), 0

    def share(self, number: int) -> float:
        """Return which share of the whole training is over before batch `number`."""
        return (self.done + number / self.batches) / self.epochs

    def rate(self, number: int, plan: Plan) -> float:
        """Return the learning rate of batch `number`."""
        return rate_at(plan.schedule, self.share(number))

    def __call__(self, number: int, batch: Batch, loss: float) -> None:
        """Report that batch `number` (from 0) is done, with the epoch's mean loss so far."""
        self.words += batch.inputs.size
        speed = self.words / max(time.monotonic() - self.began, 1e-9)
        note = f"epoch {self.done + 1}/{self.epochs}  loss {loss:.3f}  {speed:,.0f} words/s"
        note += self.validated
        self.progress(self.done + (number + 1) / self.batches, self.epochs, note)


def _run_epoch(
    step: Step,
    batches: Iterator[Batch],
    optimizer: keras.optimizers.Optimizer,
    plan: Plan,
    report: _EpochReport,
) -> float:
    """Train on all batches and return the mean loss over their targets."""
    total, weight = 0.0, 0.0
    states = None
    for number, batch in enumerate(batches):
        rate = report.rate(number, plan)
        optimizer.learning_rate = rate
        value, after = step(batch, first_states(batch, states))
        states = after if plan.carry_state else None
        if not math.isfinite(value):
            raise _diverged("a finite loss", str(value), report.done, rate)
        known = float(batch.weights.sum())
        total, weight = total + value * known, weight + known
        report(number, batch, total / max(weight, 1.0))
    return total / max(weight, 1.0)


def _diverged(expected: str, got: str, done: int, rate: float) -> Diverged:
    """Return the error for a number that is not finite after `done` whole epochs."""
    kept = f"; epoch {done} is kept in the checkpoint" if done else ""
    return Diverged(
        f"expected {expected}, got {got} in epoch {done + 1} at learning rate {rate:.3g}{kept}"
    )


def _best_row(state: State) -> dict[str, Any]:
    """Return the row of the best epoch."""
    return state.rows[state.best_epoch - 1]


def _finished(state: State, plan: Plan) -> bool:
    """Return whether all epochs are done, or too many in a row brought nothing."""
    done = len(state.rows)
    return done >= plan.epochs or (done > 0 and done - state.best_epoch >= plan.patience)
