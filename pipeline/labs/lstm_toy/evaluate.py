"""Stage `evaluate`: the answers, and the gradients beside measured slopes."""

from __future__ import annotations

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
    losses = [squared_loss(answers[number], targets[:, 0]) for number in (0, -1)]
    with one_thread():
        differences = check_gradients(
            take_layer(train.arrays, "start_"),
            inputs,
            targets,
            squash_cell=train.facts["squash_cell"],
            entries=config.entries,
            generator=context.generator,
        )
    formula = cell_formula(squash_cell=train.facts["squash_cell"])
    worst = max(differences.values())
    return Findings(
        columns=("step", "wanted", "first answer", "last answer"),
        rows=tuple(
            (step, wanted, f"{first:+.4f}", f"{last:+.4f}")
            for step, (wanted, first, last) in enumerate(
                zip(SEQUENCE, answers[0], answers[-1], strict=True), 1
            )
        ),
        notes=(
            f"{formula}, {train.facts['rounds']:,} rounds: squared loss {losses[0]:.5f} → "
            f"{losses[1]:.3g} (asked: below {LOSS_BOUND:g}).",
            f"Gradients differ from central differences by {worst:.2g} of the steepest slope at "
            f"most (asked: {_GRADIENT_BOUND:g}): "
            + ", ".join(f"{name} {value:.1g}" for name, value in differences.items())
            + ".",
            f"Seeds: data {data.facts['seed']}, training {train.facts['seed']}.",
        ),
        facts={
            "data_seed": data.facts["seed"],
            **train.facts,
            "loss_start": losses[0],
            "loss_end": losses[1],
            "loss_bound": LOSS_BOUND,
            "answers": answers[-1].tolist(),
            "gradient_differences": differences,
            "gradient_bound": _GRADIENT_BOUND,
            "entries": config.entries,
        },
    )
