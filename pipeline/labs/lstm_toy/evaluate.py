"""Stage `evaluate`: the answers, and the gradients beside measured slopes."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import Field

from pipeline.arrays import Doubles
from pipeline.artifacts.layers import Layer
from pipeline.engine.threads import one_thread
from pipeline.labs.artifacts import Findings, Trial
from pipeline.labs.lstm_toy.data import SEQUENCE
from pipeline.labs.shared.first_unit import (
    answers_of,
    cell_formula,
    loss_gradient,
    no_states,
    squared_loss,
    take_layer,
)
from pipeline.labs.shared.gradient_check import central_difference, largest_difference
from pipeline.labs.shared.lstm import backward, forward
from pipeline.stage import Context, StageConfig

LOSS_BOUND = 1e-4
_GRADIENT_BOUND = 1e-6
_COLUMNS = ("step", "wanted", "first answer", "last answer")


class EvaluateConfig(StageConfig):
    """The gradient check."""

    entries: int = Field(400, ge=1, le=100_000, description="entries checked of each array")
    seed: int = Field(2, ge=0, lt=2**31, description="draws the entries")


def check_gradients(
    layer: Layer[Doubles],
    inputs: Doubles,
    targets: Doubles,
    *,
    squash_cell: bool,
    entries: int,
    generator: np.random.Generator,
) -> dict[str, float]:
    """Return array → how far gradients and slopes differ, see `largest_difference`.

    Of each array `entries` are drawn, or all taken if it has no more. Inputs (T, N, E), targets
    (T, N).
    """
    states = no_states(inputs, layer)  # (2, N, H)

    def loss() -> float:
        trace = forward(inputs, layer, states, squash_cell=squash_cell)
        return squared_loss(answers_of(trace), targets)

    trace = forward(inputs, layer, states, squash_cell=squash_cell)
    d_hidden = loss_gradient(trace, targets)
    by_layer, by_inputs, by_states = backward(
        trace, inputs, layer, states, d_hidden, squash_cell=squash_cell
    )
    arrays = {**layer._asdict(), "inputs": inputs, "states": states}
    gradients = {**by_layer._asdict(), "inputs": by_inputs, "states": by_states}
    differences = {}
    for name, array in arrays.items():
        places = generator.choice(array.size, min(entries, array.size), replace=False)  # (P,)
        slopes = central_difference(loss, array, places=places)
        differences[name] = largest_difference(gradients[name].reshape(-1)[places], slopes)
    return differences


def evaluate(config: EvaluateConfig, *, data: Trial, train: Trial, context: Context) -> Findings:
    """Compare the answers with the sequence, and the gradients with measured slopes."""
    inputs, targets = data.arrays["inputs"], data.arrays["targets"]
    answers = train.arrays["answers"]  # (rounds + 1, T)
    with one_thread():
        differences = check_gradients(
            take_layer(train.arrays, "start_"),
            inputs,
            targets,
            squash_cell=train.facts["squash_cell"],
            entries=config.entries,
            generator=context.generator,
        )
    facts = {
        "data_seed": data.facts["seed"],
        **train.facts,
        "loss_start": squared_loss(answers[0], targets[:, 0]),
        "loss_end": squared_loss(answers[-1], targets[:, 0]),
        "loss_bound": LOSS_BOUND,
        "answers": answers[-1].tolist(),
        "gradient_differences": differences,
        "gradient_bound": _GRADIENT_BOUND,
        "entries": config.entries,
    }
    rows = tuple(
        (step, wanted, f"{first:+.4f}", f"{last:+.4f}")
        for step, (wanted, first, last) in enumerate(
            zip(SEQUENCE, answers[0], answers[-1], strict=True), 1
        )
    )
    return Findings(_COLUMNS, rows, _notes_on(facts), facts)


def _notes_on(facts: dict[str, Any]) -> tuple[str, ...]:
    """Return the sentences under the table."""
    differences = facts["gradient_differences"]
    formula = cell_formula(squash_cell=facts["squash_cell"])
    by_array = ", ".join(f"{name} {value:.1g}" for name, value in differences.items())
    return (
        f"{formula}, {facts['rounds']:,} rounds: squared loss {facts['loss_start']:.5f} → "
        f"{facts['loss_end']:.3g} (asked: below {LOSS_BOUND:g}).",
        f"Gradients differ from central differences by {max(differences.values()):.2g} of the "
        f"steepest slope at most (asked: {_GRADIENT_BOUND:g}): {by_array}.",
        f"Seeds: data {facts['data_seed']}, training {facts['seed']}.",
    )
