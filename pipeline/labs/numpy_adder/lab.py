"""numpy-adder: an LSTM that reads two one-hot numbers and names their sum, right and wrong.

What it teaches: a training whose loss falls is no proof of its gradients. Published code for this
network (`network.py`) has five faults (`faults.py`). Each is
trained alone, then the four in the gradients together, then all, beside the corrected network,
from the same weights and over the same pairs in the same order (`training.py`).
All five are trained once more at the published rate, a pair at a time.

The last variant has a decay of its matrices. As a one-hot number shares nothing with its
neighbour, a network can learn the pairs by heart and know no other; the decay makes remembering
dear, and a rule cheaper.

N pairs, V numbers, H hidden, K epochs.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from pipeline.arrays import Integers
from pipeline.engine.threads import one_thread
from pipeline.labs.artifacts import FINDINGS, PICTURE, TRIAL, Findings, Trial
from pipeline.labs.lab import Lab, NoSettings
from pipeline.labs.numpy_adder.faults import FAULTS, LAST, TARGET_FIRST, Fault, taught_step
from pipeline.labs.numpy_adder.network import (
    ARRAYS,
    Network,
    answers,
    from_arrays,
    gradient_differences,
    initial_network,
)
from pipeline.labs.numpy_adder.training import History, Plan, accuracy, fit, history_arrays
from pipeline.labs.shared.bits import Pairs, set_aside
from pipeline.labs.shared.finished import finish_once
from pipeline.plots import as_png, new_figure
from pipeline.stage import Context, Stage, StageConfig


class Variant(NamedTuple):
    """What is peculiar to a training."""

    faults: frozenset[Fault] = frozenset()
    is_slow: bool = False  # at the published rate, one pair at a time
    decays: bool = False


CORRECTED = "corrected"
DECAYED = "corrected, with decay"
ALL_FAULTS: frozenset[Fault] = frozenset(FAULTS)
VARIANTS: dict[str, Variant] = {
    CORRECTED: Variant(),
    **{fault: Variant(frozenset({fault})) for fault in FAULTS},
    "all but target-first": Variant(ALL_FAULTS - {TARGET_FIRST}),
    "all five faults": Variant(ALL_FAULTS),
    "all five faults, published rate": Variant(ALL_FAULTS, is_slow=True),
    DECAYED: Variant(decays=True),
}
PUBLISHED_RATE = 0.005  # for one pair at a time
LAST_EPOCHS = 10  # whose range is shown
COLUMNS = ("variant", "unseen", "learnt", "mean absolute error", "loss", "gradient")
TOLERANCE = 1e-6  # a gradient that differs by more is wrong


class DataConfig(StageConfig):
    """Settings of `data`."""

    limit: int = Field(64, ge=4, le=128, description="both addends are below it")
    unseen: int = Field(
        1000, ge=1, le=8000, description="pairs asked, kept out of the training in both orders"
    )
    seed: int = Field(0, ge=0, lt=2**31, description="of the draw of the unseen pairs")

    @model_validator(mode="after")
    def leave_some_to_train_on(self) -> DataConfig:
        """Refuse to keep all pairs out."""
        if self.unseen >= self.limit * (self.limit - 1):
            raise ValueError(
                f"unseen: expected below limit·(limit − 1) = {self.limit * (self.limit - 1)}, "
                f"got {self.unseen}"
            )
        return self


class TrainConfig(StageConfig):
    """Settings of `train`."""

    hidden: int = Field(100, ge=1, le=1000, description="LSTM units")
    batch_size: int = Field(16, ge=1, le=10_000, description="pairs a step")
    learning_rate: float = Field(4.0, gt=0, le=100, description="at the start, for a mean loss")
    epochs: int = Field(60, ge=1, le=10_000, description="passes over the training pairs")
    weight_decay: float = Field(
        1e-4, ge=0, le=0.01, description="L2 weight decay, last variant only"
    )
    seed: int = Field(0, ge=0, lt=2**31, description="of the first weights and the order")


class EvaluateConfig(StageConfig):
    """Settings of `evaluate`."""

    checked_pairs: int = Field(6, ge=1, le=100, description="pairs in the gradient check")
    seed: int = Field(0, ge=0, lt=2**31, description="of the gradient check's weights")


def make_data(config: DataConfig, *, context: Context) -> Trial:
    """Keep some pairs out, in both orders, and ask most of them in both; all others are learnt."""
    generator = context.generator
    enough = (config.unseen + config.limit + 1) // 2  # a number and itself have one order only
    training, aside = set_aside(generator, unseen=enough, limit=config.limit)
    both = np.unique(np.concatenate([aside, aside[:, ::-1]]), axis=0)
    asked = generator.permutation(both)[: config.unseen]
    return Trial(
        {"training": training, "unseen": asked}, {"limit": config.limit, "seed": config.seed}
    )


def plan_of(variant: Variant, config: TrainConfig) -> Plan:
    """Return how long and how fast a variant is trained."""
    return Plan(
        epochs=config.epochs,
        batch_size=1 if variant.is_slow else config.batch_size,
        learning_rate=PUBLISHED_RATE if variant.is_slow else config.learning_rate,
        weight_decay=config.weight_decay if variant.decays else 0.0,
    )


def run_variant(
    name: str, start: Network, data: Trial, config: TrainConfig, context: Context
) -> History:
    """Train a copy of the first network as a variant; the order of the pairs is that of all."""
    variant = VARIANTS[name]
    done = list(VARIANTS).index(name) * config.epochs

    def tell(epoch: int, note: str) -> None:
        context.progress(done + epoch, len(VARIANTS) * config.epochs, f"{name}: {note}")

    return fit(
        start,
        Pairs(data.arrays["training"], data.arrays["unseen"]),
        variant.faults,
        plan_of(variant, config),
        generator=np.random.default_rng(config.seed),
        tell=tell,
    )


def train(config: TrainConfig, *, data: Trial, context: Context) -> Trial:
    """Train all variants from the same first network; those that are finished are not repeated."""
    vocabulary = 2 * data.facts["limit"]
    start = initial_network(vocabulary, config.hidden, context.generator, np.float32)

    def work(name: str) -> dict[str, NDArray[Any]]:
        return history_arrays(run_variant(name, start, data, config, context))

    arrays: dict[str, NDArray[Any]] = {}
    with one_thread():
        for number, name in enumerate(VARIANTS):
            kept = finish_once(context.scratch_path / f"variant-{number}", partial(work, name))
            arrays |= {f"{key}_{number}": array for key, array in kept.items()}
    return Trial(arrays, config.model_dump())


def facts_of(number: int, name: str, data: Trial, train: Trial) -> dict[str, Any]:
    """Return what a trained variant knows of seen and unseen pairs."""
    network = from_arrays({key: train.arrays[f"{key}_{number}"] for key in ARRAYS})
    unseen, step = data.arrays["unseen"], taught_step(VARIANTS[name].faults)
    errors = answers(network, unseen, step=step) - unseen.sum(axis=1)  # (N,)
    recent = train.arrays[f"exact_{number}"][-LAST_EPOCHS:]  # (K,)
    return {
        "exact": float((errors == 0).mean()),
        "exact_last_epochs": [float(recent.min()), float(recent.max())],
        "exact_last_step": accuracy(network, unseen, step=LAST),
        "exact_training": accuracy(network, data.arrays["training"], step=step),
        "mean_absolute_error": float(np.abs(errors).mean()),
        "loss": float(train.arrays[f"losses_{number}"][-1]),
        "learning_rate_last": float(train.arrays[f"rates_{number}"][-1]),
    }


def bounds_of(training: Integers) -> dict[str, float]:
    """Return the best that can be got of the training pairs (N, 2) by who knows a part of each.

    Returns
    -------
    dict
        `first_exact`, `first_loss`: largest share of exact sums and least loss, in nats, of who
        knows the first addend alone. With n_a pairs that begin with a, no two of the same sum,
        they are (number of a)/N and Σ n_a·ln n_a / N. `sums_exact`, `sums_loss`: of who knows
        neither, only how frequent each sum is, n_s/N; its largest, and −Σ n_s·ln(n_s/N) / N.
    """
    begun = np.unique(training[:, 0], return_counts=True)[1]  # (different a,)
    sums = np.unique(training.sum(axis=1), return_counts=True)[1]  # (different sums,)
    pairs = len(training)
    return {
        "first_exact": len(begun) / pairs,
        "first_loss": float(begun @ np.log(begun)) / pairs,
        "sums_exact": float(sums.max()) / pairs,
        "sums_loss": float(-sums @ np.log(sums / pairs)) / pairs,
    }


def evaluate(config: EvaluateConfig, *, data: Trial, train: Trial, context: Context) -> Findings:
    """Ask unseen sums of each variant, and check its gradients."""
    faults = {name: variant.faults for name, variant in VARIANTS.items()}
    variants: dict[str, dict[str, Any]] = {}
    with one_thread():
        checks = gradient_differences(faults, context.generator, pairs_checked=config.checked_pairs)
        for number, (name, (by_array, own)) in enumerate(checks.items()):
            variants[name] = {
                "faults": sorted(faults[name]),
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
        "published_rate": PUBLISHED_RATE,
        "unseen": len(data.arrays["unseen"]),
        "learnt": len(data.arrays["training"]),
        "bounds": bounds_of(data.arrays["training"]),
        "variants": variants,
    }
    table = tuple(row_of(name, found) for name, found in variants.items())
    return Findings(COLUMNS, table, notes_on(facts), facts)


def row_of(name: str, found: dict[str, Any]) -> tuple[str, ...]:
    """Return a variant's row, in the order of `COLUMNS`."""
    return (
        name,
        f"{found['exact']:.1%}",
        f"{found['exact_training']:.1%}",
        f"{found['mean_absolute_error']:.2f}",
        f"{found['loss']:.4f}",
        f"{found['gradient_difference']:.1e}",
    )


def notes_on(facts: dict[str, Any]) -> tuple[str, ...]:
    """Return the sentences under the table."""
    variants, bounds, limit = facts["variants"], facts["bounds"], facts["data"]["limit"]
    right = [name for name, found in variants.items() if found["gradient_difference"] <= TOLERANCE]
    ranges = [
        f"{name} {low:.1%} to {high:.1%}"
        for name, (low, high) in ((n, found["exact_last_epochs"]) for n, found in variants.items())
    ]
    own = variants[TARGET_FIRST]["gradient_difference_from_own_loss"]
    return (
        "unseen, learnt: exact sums; mean absolute error: of unseen sums; loss: of the last epoch; "
        "gradient: largest relative difference from the slopes of the last step's loss.",
        f"Unseen, least and greatest of the last {LAST_EPOCHS} epochs: {'; '.join(ranges)}.",
        f"Gradient check passed (difference of at most {TOLERANCE:.0e}) by: {'; '.join(right)}.",
        "At step 1 only the first addend is known. Of the learnt pairs this gives at most "
        f"{bounds['first_exact']:.1%}, and a loss of at least {bounds['first_loss']:.2f}; of pairs "
        f"drawn anew 1/{limit} = {1 / limit:.1%}.",
        "Who knows no addend, only how frequent each sum is, gets at most "
        f"{bounds['sums_exact']:.1%} of the learnt pairs, and a loss of at least "
        f"{bounds['sums_loss']:.2f}.",
        f"Held against the loss that it lowers itself, {TARGET_FIRST} differs by only {own:.0e}: a "
        "gradient check proves the gradient, not the loss.",
        f"Published rate: {PUBLISHED_RATE}, one pair at a time. The others: "
        f"{facts['train']['learning_rate']}, {facts['train']['batch_size']} at a time.",
        f"{facts['unseen']:,} pairs asked, learnt in neither order; {facts['learnt']:,} learnt; "
        f"seeds {facts['data']['seed']} and {facts['train']['seed']}.",
    )


def plot(config: NoSettings, *, train: Trial, context: Context) -> bytes:
    """Draw each variant's loss and its share of exact unseen sums by epoch."""
    figure = new_figure(2)
    epochs = np.arange(1, train.facts["epochs"] + 1)
    titles = {"losses": "loss of the taught step, nats", "exact": "share of exact unseen sums"}
    for axes, (key, title) in zip(figure.axes, titles.items(), strict=True):
        for number, (name, variant) in enumerate(VARIANTS.items()):
            axes.plot(
                epochs,
                train.arrays[f"{key}_{number}"],  # (K,)
                label=name,
                color="black" if variant.decays else f"C{number}",
                linestyle="--" if variant.is_slow else "-",
                linewidth=2 if name in (CORRECTED, DECAYED) else 1,
            )
        axes.set_title(title, fontsize=10)
        axes.set_xlabel("epoch")
        axes.set_ylim(bottom=0)
    figure.axes[1].legend(fontsize=6)
    return as_png(figure)


LAB = Lab(
    name="numpy-adder",
    title="a one-hot LSTM names the sum of two numbers: published gradients and right ones",
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
        Stage("plot", ("train",), NoSettings, plot, PICTURE, libraries=("matplotlib",)),
    ),
)
