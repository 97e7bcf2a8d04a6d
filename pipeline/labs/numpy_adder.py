"""numpy-adder: an LSTM that reads two one-hot numbers and names their sum, right and wrong.

What it teaches: a training whose loss falls is no proof of its gradients. Published code for this
network (`pipeline.labs.one_hot_lstm`) has five faults (`pipeline.labs.one_hot_faults`). Each is
trained alone, then the four in the gradients together, then all, beside the corrected network,
from the same weights and over the same pairs in the same order:

    θ ← θ − η·(dLoss/dθ + λ·θ)        η ← η/2 whenever an epoch's loss rose

with the decay λ on matrices only, and 0 but in the last variant. As a one-hot number shares
nothing with its neighbour, a network can learn the pairs by heart and know no other; the decay
makes remembering dear, and a rule cheaper.

N pairs, V numbers, H hidden.
"""

from __future__ import annotations

from collections.abc import Set
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from pipeline.artifacts.lab import FINDINGS, PICTURE, TRIAL, Findings, Trial
from pipeline.labs.lab import Lab, NoSettings, as_png, new_figure
from pipeline.labs.one_hot_faults import FAULTS, LAST, TARGET_FIRST, Fault, taught_step
from pipeline.labs.one_hot_lstm import (
    ARRAYS,
    Network,
    Pairs,
    answers,
    arrays_of,
    from_arrays,
    gradient_differences,
    initial_network,
    loss_and_gradients,
)
from pipeline.stage import Context, Stage, StageConfig

CORRECTED = "corrected"
DECAYED = "corrected, with decay"
VARIANTS: dict[str, frozenset[Fault]] = {
    CORRECTED: frozenset(),
    **{fault: frozenset({fault}) for fault in FAULTS},
    "all but target-first": frozenset(FAULTS) - {TARGET_FIRST},
    "all five, as published": frozenset(FAULTS),
    DECAYED: frozenset(),
}
COLUMNS = ("variant", "unseen", "learnt", "off by", "loss", "gradient")
TOLERANCE = 1e-6  # a gradient that is off by more is wrong


class DataConfig(StageConfig):
    """Settings of `data`."""

    limit: int = Field(64, ge=4, le=128, description="both addends are below it")
    unseen: int = Field(1000, ge=1, le=10_000, description="pairs kept out of the training")
    seed: int = Field(0, ge=0, le=2**32 - 1, description="of the draw of the unseen pairs")

    @model_validator(mode="after")
    def leave_some_to_train_on(self) -> DataConfig:
        """Refuse to keep all pairs out."""
        if self.unseen >= self.limit**2:
            raise ValueError(f"unseen: expected below limit² = {self.limit**2}, got {self.unseen}")
        return self


class TrainConfig(StageConfig):
    """Settings of `train`."""

    hidden: int = Field(100, ge=1, le=1000, description="LSTM units")
    batch: int = Field(16, ge=1, le=10_000, description="pairs a step")
    learning_rate: float = Field(4.0, gt=0, le=100, description="at the start, for a mean loss")
    epochs: int = Field(60, ge=1, le=10_000, description="passes over the training pairs")
    weight_decay: float = Field(
        1e-4,
        ge=0,
        le=0.01,
        description="share of a matrix taken off per step and rate, last variant",
    )
    seed: int = Field(0, ge=0, le=2**32 - 1, description="of the first weights and the order")


class EvaluateConfig(StageConfig):
    """Settings of `evaluate`."""

    checked_pairs: int = Field(6, ge=1, le=100, description="pairs in the gradient check")
    seed: int = Field(0, ge=0, le=2**32 - 1, description="of the gradient check's weights")


class Course(NamedTuple):
    """What a training left: its network, and by epoch the loss and the share of unseen sums."""

    network: Network
    losses: list[float]
    exact: list[float]


def all_pairs(limit: int) -> Pairs:
    """Return every pair of numbers below `limit`, int64 (limit², 2)."""
    return np.stack(np.divmod(np.arange(limit * limit), limit), axis=1)


def exact_share(network: Network, pairs: Pairs, *, step: int) -> float:
    """Return the share of pairs whose likeliest number after a step is their sum."""
    return float((answers(network, pairs, step=step) == pairs.sum(axis=1)).mean())


def descend(network: Network, gradients: Network, *, rate: float, decay: float) -> None:
    """Take one step down, in place; biases do not decay."""
    for name, weights in arrays_of(network).items():
        slopes = arrays_of(gradients)[name]
        if weights.ndim > 1 and decay:
            weights *= 1 - rate * decay
        weights -= rate * slopes


def run_epoch(
    network: Network,
    pairs: Pairs,
    faults: Set[Fault],
    config: TrainConfig,
    *,
    rate: float,
    decay: float,
) -> float:
    """Pass once over shuffled pairs (N, 2), in place; return the mean loss on the way."""
    total = 0.0
    for start in range(0, len(pairs), config.batch):
        part = pairs[start : start + config.batch]
        loss, gradients = loss_and_gradients(network, part, faults)
        descend(network, gradients, rate=rate, decay=decay)
        total += loss * len(part)
    return total / len(pairs)


def run_variant(
    name: str, start: Network, data: Trial, config: TrainConfig, context: Context
) -> Course:
    """Train a copy of the first network with a variant's faults; the order is that of all."""
    faults = VARIANTS[name]
    decay = config.weight_decay if name == DECAYED else 0.0
    network = from_arrays({key: array.copy() for key, array in arrays_of(start).items()})
    order = np.random.default_rng(config.seed)
    rate = config.learning_rate
    course = Course(network, [], [])
    done = list(VARIANTS).index(name) * config.epochs
    for epoch in range(config.epochs):
        shuffled = order.permutation(data.arrays["training"])  # (N, 2)
        loss = run_epoch(network, shuffled, faults, config, rate=rate, decay=decay)
        if course.losses and loss > course.losses[-1]:
            rate /= 2
        course.losses.append(loss)
        course.exact.append(exact_share(network, data.arrays["unseen"], step=taught_step(faults)))
        note = f"{name}: loss {loss:.3f}, exact {course.exact[-1]:.1%}"
        context.progress(done + epoch + 1, len(VARIANTS) * config.epochs, note)
    return course


def make_data(config: DataConfig, *, context: Context) -> Trial:
    """Shuffle all pairs and keep some out."""
    pairs = context.generator.permutation(all_pairs(config.limit))  # (limit², 2)
    arrays = {"unseen": pairs[: config.unseen], "training": pairs[config.unseen :]}
    facts = {"limit": config.limit, "seed": config.seed, "unseen": config.unseen}
    return Trial(arrays, facts)


def train(config: TrainConfig, *, data: Trial, context: Context) -> Trial:
    """Train all variants from the same first network."""
    vocabulary = 2 * data.facts["limit"]
    start = initial_network(vocabulary, config.hidden, context.generator, np.float32)
    arrays: dict[str, NDArray[Any]] = {}
    courses = [run_variant(name, start, data, config, context) for name in VARIANTS]
    for number, course in enumerate(courses):
        arrays |= {f"{key}_{number}": array for key, array in arrays_of(course.network).items()}
    arrays["losses"] = np.array([course.losses for course in courses])  # (variants, epochs)
    arrays["exact"] = np.array([course.exact for course in courses])  # (variants, epochs)
    return Trial(arrays, config.model_dump())


def facts_of(number: int, name: str, data: Trial, train: Trial) -> dict[str, Any]:
    """Return what a trained variant knows of seen and unseen pairs."""
    network = from_arrays({key: train.arrays[f"{key}_{number}"] for key in ARRAYS})
    unseen, step = data.arrays["unseen"], taught_step(VARIANTS[name])
    errors = answers(network, unseen, step=step) - unseen.sum(axis=1)  # (N,)
    return {
        "exact": float((errors == 0).mean()),
        "exact_last_step": exact_share(network, unseen, step=LAST),
        "exact_training": exact_share(network, data.arrays["training"], step=step),
        "mean_error": float(np.abs(errors).mean()),
        "loss": float(train.arrays["losses"][number, -1]),
    }


def evaluate(config: EvaluateConfig, *, data: Trial, train: Trial, context: Context) -> Findings:
    """Ask unseen sums of each variant, and check its gradients."""
    checks = gradient_differences(VARIANTS, context.generator, pairs_checked=config.checked_pairs)
    variants: dict[str, dict[str, Any]] = {}
    for number, (name, faults) in enumerate(VARIANTS.items()):
        by_array, own = checks[name]
        variants[name] = {
            "faults": sorted(faults),
            **facts_of(number, name, data, train),
            "gradient_difference": max(by_array.values()),
            "gradient_difference_by_array": by_array,
            "gradient_difference_from_own_loss": own,
        }
    facts = {
        "data": data.facts,
        "train": train.facts,
        "evaluate_seed": config.seed,
        "tolerance": TOLERANCE,
        "variants": variants,
    }
    table = tuple(row_of(name, found) for name, found in variants.items())
    return Findings(COLUMNS, table, notes_on(data.facts, train.facts, variants), facts)


def row_of(name: str, found: dict[str, Any]) -> tuple[str, ...]:
    """Return a variant's row, in the order of `COLUMNS`."""
    return (
        name,
        f"{found['exact']:.1%}",
        f"{found['exact_training']:.1%}",
        f"{found['mean_error']:.2f}",
        f"{found['loss']:.4f}",
        f"{found['gradient_difference']:.1e}",
    )


def notes_on(
    data: dict[str, Any], train: dict[str, Any], variants: dict[str, dict[str, Any]]
) -> tuple[str, ...]:
    """Return the sentences under the table."""
    right = [name for name, found in variants.items() if found["gradient_difference"] <= TOLERANCE]
    limit = data["limit"]
    own = variants[TARGET_FIRST]["gradient_difference_from_own_loss"]
    return (
        "unseen, learnt: exact sums; off by: mean error of an unseen sum; loss: of the last epoch; "
        "gradient: largest relative difference from the slopes of the last step's loss.",
        f"Gradient check passed (off by at most {TOLERANCE:.0e}) by: {'; '.join(right)}.",
        f"While only the first addend is read, its {limit} sums are equally likely: with the "
        f"target at step 1, {1 / limit:.1%} is the most to expect, and ln {limit} = "
        f"{np.log(limit):.2f} the least loss.",
        f"Held against the loss that it lowers itself, {TARGET_FIRST} is off by only {own:.0e}: a "
        "gradient check proves the gradient, not the loss.",
        f"{data['unseen']:,} pairs unseen, {limit**2 - data['unseen']:,} learnt; seeds "
        f"{data['seed']} and {train['seed']}.",
    )


def plot(config: NoSettings, *, train: Trial, context: Context) -> bytes:
    """Draw each variant's loss and its share of exact unseen sums by epoch."""
    figure = new_figure(2)
    epochs = np.arange(1, train.arrays["losses"].shape[1] + 1)
    titles = {"losses": "loss of the taught step, nats", "exact": "share of exact unseen sums"}
    for axes, (key, title) in zip(figure.axes, titles.items(), strict=True):
        for name, curve in zip(VARIANTS, train.arrays[key], strict=True):
            bold = name in (CORRECTED, DECAYED)
            axes.plot(epochs, curve, label=name, linewidth=2 if bold else 1)
        axes.set_title(title, fontsize=10)
        axes.set_xlabel("epoch")
        axes.set_ylim(bottom=0)
    figure.axes[1].legend(fontsize=7)
    return as_png(figure)


LAB = Lab(
    name="numpy-adder",
    title="a one-hot LSTM names the sum of two numbers: published gradients and right ones",
    stages=(
        Stage("data", (), DataConfig, make_data, TRIAL, libraries=("numpy",)),
        Stage("train", ("data",), TrainConfig, train, TRIAL, libraries=("numpy",)),
        Stage(
            "evaluate",
            ("data", "train"),
            EvaluateConfig,
            evaluate,
            FINDINGS,
            libraries=("numpy",),
        ),
        Stage("plot", ("train",), NoSettings, plot, PICTURE, libraries=("matplotlib",)),
    ),
)
