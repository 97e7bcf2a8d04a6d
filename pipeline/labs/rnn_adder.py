"""rnn-adder: a plain recurrent network learns to carry, adding two numbers bit by bit.

What it teaches: a state that goes from step to step, and the backward pass through time. At each
step the network reads one bit of either addend, lowest first, and tells one bit of the sum. The bit
to carry is told by nobody; it has to be found and kept in the state.

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

from typing import Literal, NamedTuple

import numpy as np
from pydantic import Field

from pipeline.arrays import Doubles, Integers
from pipeline.labs.artifacts import FINDINGS, PICTURE, TRIAL, Findings, Trial
from pipeline.labs.lab import Lab, NoSettings
from pipeline.labs.shared.bits import BITS, LIMIT, as_bits, as_numbers, draw_pairs
from pipeline.plots import as_png, new_figure
from pipeline.stage import Context, Stage, StageConfig

REPORT_EVERY = 1000
LONG_BITS = 62  # the most that an int64 sum leaves room for
GOAL = 0.995  # of unseen sums


class DataConfig(StageConfig):
    """Settings of `data`."""

    samples: int = Field(10_000, ge=1, le=1_000_000, description="pairs to learn from, one by one")
    unseen: int = Field(1000, ge=1, le=4000, description="pairs to ask at the end, never learnt")
    seed: int = Field(1, ge=0, lt=2**31, description="seed of the pairs")


class TrainConfig(StageConfig):
    """Settings of `train`."""

    hidden: int = Field(16, ge=1, le=1024, description="hidden units")
    learning_rate: float = Field(0.1, gt=0, le=10, description="step size")
    start: float = Field(1.0, gt=0, le=10, description="weights start evenly within ± this")
    loss: Literal["squared", "cross_entropy"] = Field(
        "squared", description="squared, half the squared error of the bits; or cross_entropy"
    )
    seed: int = Field(1, ge=0, lt=2**31, description="seed of the first weights")


class EvaluateConfig(StageConfig):
    """Settings of `evaluate`."""

    seed: int = Field(1, ge=0, lt=2**31, description="seed of the long numbers")


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


def sigmoid(sums: Doubles) -> Doubles:
    """Return σ of the sums, in their shape."""
    return 1 / (1 + np.exp(-sums))


def go_forward(inputs: Doubles, weights: Weights) -> Trace:
    """Read N pairs (T, N, 2)."""
    kernel, recurrent_kernel, output_kernel = weights
    given = inputs @ kernel  # (T, N, H)
    hidden = np.zeros((len(given) + 1, *given.shape[1:]))  # (T + 1, N, H)
    for step, from_input in enumerate(given):
        hidden[step + 1] = sigmoid(from_input + hidden[step] @ recurrent_kernel)
    return Trace(hidden, sigmoid(hidden[1:] @ output_kernel))


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


def make_data(config: DataConfig, *, context: Context) -> Trial:
    """Draw the pairs."""
    pairs = draw_pairs(context.generator, training=config.samples, unseen=config.unseen)
    return Trial(pairs._asdict(), {"seed": config.seed, "samples": config.samples})


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
        if (place + 1) % REPORT_EVERY == 0 or place + 1 == samples:
            reached.append((place + 1, accuracy(weights, data.arrays["unseen"])))
            recent = errors[place // REPORT_EVERY * REPORT_EVERY : place + 1].mean()
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


def show_sum(pair: Integers, weights: Weights) -> str:
    """Return a sum worked in bits, lowest last as people write, and the network's answer."""
    outputs = go_forward(read_pairs(pair[np.newaxis])[0], weights).outputs[:, 0]  # (T,)
    left, right, total, told = (
        f"{int(number):0{BITS}b}" for number in (*pair, pair.sum(), as_numbers(outputs))
    )
    probabilities = " ".join(f"{output:.2f}" for output in outputs[::-1])
    verdict = "right" if told == total else f"wrong, it is {total}"
    return (
        f"{pair[0]} + {pair[1]} = {int(as_numbers(outputs))}: {left} + {right} = {told}, "
        f"{verdict}; probabilities of a 1: {probabilities}"
    )


def evaluate(config: EvaluateConfig, *, data: Trial, train: Trial, context: Context) -> Findings:
    """Ask unseen sums, and sums of numbers far longer than any that was learnt."""
    weights, unseen = trained_weights(train), data.arrays["unseen"]
    exact = accuracy(weights, unseen)
    addends = context.generator.integers(2 ** (LONG_BITS - 1), size=(len(unseen), 2))  # (N, 2)
    long_exact = accuracy(weights, addends, LONG_BITS)
    rows = error_rows(train)
    facts = {
        "data_seed": data.facts["seed"],
        "train_seed": train.facts["seed"],
        "evaluate_seed": config.seed,
        "loss": train.facts["loss"],
        "errors": [{"samples": n, "error": error, "exact": share} for n, error, share in rows],
        "exact": exact,
        "goal_exact": GOAL,
        "long_bits": LONG_BITS,
        "long_exact": long_exact,
    }
    notes = (
        f"Exact sums on {len(unseen):,} unseen pairs: {exact:.1%} (at least {GOAL:.1%} wanted; "
        f"seeds {data.facts['seed']} and {train.facts['seed']}).",
        show_sum(unseen[0], weights),
        f"Learnt on {BITS} bits, with addends under {LIMIT}; of {len(unseen):,} sums of "
        f"{LONG_BITS} bits it gets {long_exact:.1%} exactly (seed {config.seed}).",
    )
    columns = ("samples", "mean error of the last 1,000, Σ|y − s|", "exact unseen sums")
    table = tuple((n, f"{error:.4f}", f"{share:.1%}") for n, error, share in rows)
    return Findings(columns, table, notes, facts)


def plot(config: NoSettings, *, train: Trial, context: Context) -> bytes:
    """Draw the error of each thousand pairs, and the share of exact sums."""
    rows = error_rows(train)
    samples = [row[0] for row in rows]
    figure = new_figure(2)
    for axes, values, title in zip(
        figure.axes,
        ([row[1] for row in rows], [row[2] for row in rows]),
        ("error of a sum's 8 bits, Σ|y − s|", "share of exact unseen sums"),
        strict=True,
    ):
        axes.plot(samples, values, marker="o", markersize=4)
        axes.set_title(title, fontsize=10)
        axes.set_xlabel("pairs learnt")
        axes.set_ylim(bottom=0)
    return as_png(figure)


LAB = Lab(
    name="rnn-adder",
    title="a plain recurrent network adds two numbers bit by bit",
    stages=(
        Stage("data", (), DataConfig, make_data, TRIAL, libraries=("numpy",)),
        Stage("train", ("data",), TrainConfig, train, TRIAL, libraries=("numpy",)),
        Stage(
            "evaluate", ("data", "train"), EvaluateConfig, evaluate, FINDINGS, libraries=("numpy",)
        ),
        Stage("plot", ("train",), NoSettings, plot, PICTURE, libraries=("matplotlib",)),
    ),
)
