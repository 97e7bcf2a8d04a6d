"""Lab: an LSTM from scratch learns four numbers, and its gradients are proved.

The smallest task in which all parts of an LSTM work. Four random vectors come in, one a step, and
the first of 100 cells has to say −0.5, 0.2, 0.1, −0.5. With gates g, i, f, o and cell state s,

    g = tanh(a_g)    i, f, o = σ(a)    s' = g∘i + s∘f    h = o∘s'    loss = Σ_t (h_t[0] − y_t)²

where a = x·W + h·U + b; by setting, the standard h = o∘tanh(s'). Derivatives worked out by hand
(`pipeline.labs.shared.lstm`) are compared with slopes that are simply measured.
"""

from __future__ import annotations

import numpy as np
from pydantic import Field

from pipeline.arrays import Doubles
from pipeline.artifacts.layers import Layer
from pipeline.engine.threads import one_thread
from pipeline.labs.artifacts import FINDINGS, PICTURE, TRIAL, Findings, Trial
from pipeline.labs.lab import Lab, NoSettings
from pipeline.labs.shared.first_unit import (
    answers_of,
    descend,
    loss_gradient,
    no_states,
    squared_loss,
    start_layer,
    take_layer,
)
from pipeline.labs.shared.gradient_check import central_difference, largest_difference
from pipeline.labs.shared.lstm import backward, forward
from pipeline.plots import as_png, new_figure
from pipeline.stage import Context, Stage, StageConfig

SEQUENCE = (-0.5, 0.2, 0.1, -0.5)
LOSS_BOUND = 1e-4
GRADIENT_BOUND = 1e-6


class DataConfig(StageConfig):
    """The random inputs."""

    size: int = Field(50, ge=1, le=1000, description="numbers in an input")
    seed: int = Field(0, ge=0, lt=2**31, description="draws the inputs")


class TrainConfig(StageConfig):
    """The network and its training."""

    hidden: int = Field(100, ge=1, le=1000, description="cells")
    rounds: int = Field(100, ge=1, le=100_000, description="updates")
    learning_rate: float = Field(0.1, gt=0, le=10, description="step along the gradient")
    squash_cell: bool = Field(False, description="h = o·tanh(s) instead of h = o·s")
    seed: int = Field(1, ge=0, lt=2**31, description="draws the first weights")


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


def make_data(config: DataConfig, *, context: Context) -> Trial:
    """Draw an input for each number of the sequence, evenly from 0 to 1."""
    inputs = context.generator.random((len(SEQUENCE), 1, config.size))  # (T, 1, E)
    targets = np.array(SEQUENCE)[:, None]  # (T, 1)
    return Trial({"inputs": inputs, "targets": targets}, {"seed": config.seed})


def train(config: TrainConfig, *, data: Trial, context: Context) -> Trial:
    """Descend, and keep the first weights, the last ones and all answers on the way."""
    inputs, targets = data.arrays["inputs"], data.arrays["targets"]
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
    arrays = {f"start_{name}": array for name, array in start._asdict().items()}
    return Trial(
        arrays | layer._asdict() | {"answers": answers},
        config.model_dump(mode="json"),
    )


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
    formula = "h = o·tanh(s)" if train.facts["squash_cell"] else "h = o·s"
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
            f"most (asked: {GRADIENT_BOUND:g}): "
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
            "gradient_bound": GRADIENT_BOUND,
            "entries": config.entries,
        },
    )


def plot(config: NoSettings, *, data: Trial, train: Trial, context: Context) -> bytes:
    """Draw the loss and the four answers, round by round."""
    answers, targets = train.arrays["answers"], data.arrays["targets"][:, 0]
    figure = new_figure(2)
    left, right = figure.axes
    left.semilogy(((answers - targets) ** 2).sum(axis=1))
    left.axhline(LOSS_BOUND, color="grey", linestyle=":", label=f"asked: {LOSS_BOUND:g}")
    left.set(title="squared loss", xlabel="round")
    left.legend()
    for step, target in enumerate(targets):
        line = right.plot(answers[:, step], label=f"step {step + 1}")[0]
        right.axhline(target, color=line.get_color(), linestyle=":")
    right.set(title="first hidden unit; dotted: wanted", xlabel="round")
    right.legend(loc="center right")
    return as_png(figure)


LAB = Lab(
    name="lstm-toy",
    title="an LSTM from scratch learns four numbers; its gradients are proved",
    stages=(
        Stage("data", (), DataConfig, make_data, TRIAL, libraries=("numpy",)),
        Stage("train", ("data",), TrainConfig, train, TRIAL, libraries=("numpy", "threadpoolctl")),
        Stage(
            "evaluate",
            ("data", "train"),
            EvaluateConfig,
            evaluate,
            FINDINGS,
            libraries=("numpy", "threadpoolctl"),
        ),
        Stage("plot", ("data", "train"), NoSettings, plot, PICTURE, libraries=("matplotlib",)),
    ),
)
