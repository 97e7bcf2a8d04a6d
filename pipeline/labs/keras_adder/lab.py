"""keras-adder: an LSTM reads two whole numbers, one after the other, and tells their sum's bits.

What it teaches: what more data, more steps and another loss do, and how to tell them apart by
curves. The report's network reads a + b in two steps of eight bits (`adder_network.py`):

    x = (bits of a, bits of b) (2, 8) → LSTM 256 with ReLU → h_2 → y = σ(h_2·V + c) (8,)

It is trained on 100, 1,000, 10,000 and 20,000 pairs, for 100 epochs each, with two losses over the
bits y_k and the sum's bits s_k, from the highest, k = 0, to the lowest, k = 7:

    mse       mean_k (y_k − s_k)²
    weighted  Σ_k a_k·(y_k − s_k)² / Σ_k a_k      a_k = 2^(7−k): 128, 64, …, 1

The weights make a wrong bit cost what it changes in the number.

S sample counts, L losses, N pairs.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from pipeline.arrays import Integers
from pipeline.labs.artifacts import FINDINGS, PICTURE, TRIAL, Findings, Trial
from pipeline.labs.lab import TENSORFLOW, Lab, NoSettings, refuse_divergence
from pipeline.labs.shared.bits import BITS, as_bits, as_numbers, draw_pairs
from pipeline.labs.shared.finished import finish_once
from pipeline.plots import as_png, new_figure
from pipeline.stage import Context, Stage, StageConfig

if TYPE_CHECKING:
    from pipeline.labs.keras_adder.network import Adders, Curves, Plan

LOSSES = ("mse", "weighted")
SCORES = ("exact", "error", "loss")
REPORT_TEST = 100  # the report's test pairs
COLUMNS = (
    "pairs",
    "loss",
    "steps",
    "exact unseen sums",
    "mean absolute error",
    "exact learnt sums",
    f"chance of {REPORT_TEST} right in {REPORT_TEST}",
)


class DataConfig(StageConfig):
    """Settings of `data`."""

    samples: tuple[Annotated[int, Field(ge=1, le=100_000)], ...] = Field(
        (100, 1000, 10_000, 20_000),
        min_length=1,
        max_length=8,
        description="pairs to learn from, a training for each count; smaller ones are part of "
        "the greatest",
    )
    unseen: int = Field(1000, ge=1, le=4000, description="pairs to ask, never learnt")
    seed: int = Field(1, ge=0, lt=2**31, description="seed of the pairs")


class TrainConfig(StageConfig):
    """Settings of `train`."""

    hidden: int = Field(256, ge=1, le=1024, description="units of the LSTM layer")
    epochs: int = Field(100, ge=1, le=1000, description="passes over the pairs")
    batch_size: int = Field(128, ge=1, le=4096, description="pairs in a batch")
    learning_rate: float = Field(1e-3, gt=0, le=1, description="Adam's step size")
    check_every: int = Field(5, ge=1, le=1000, description="epochs between two looks at the unseen")
    seed: int = Field(1, ge=0, lt=2**31, description="seed of the first weights and the order")


def bit_weights() -> NDArray[np.float32]:
    """Return what each bit counts in each loss, (L, 8) float32, mean 1 over the bits."""
    weighted = 2.0 ** np.arange(BITS - 1, -1, -1)  # (8,)
    return np.stack([np.ones(BITS), weighted / weighted.mean()]).astype(np.float32)


def read_pairs(pairs: Integers) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return inputs (N, 2, 8) and targets (N, 8) float32, highest bit first, of pairs (N, 2)."""
    inputs = as_bits(pairs)[..., ::-1]  # (N, 2, 8)
    targets = as_bits(pairs.sum(axis=1))[..., ::-1]  # (N, 8)
    return inputs.astype(np.float32), targets.astype(np.float32)


def decode_numbers(probabilities: NDArray[Any]) -> Integers:
    """Return the numbers (...) told by probabilities of a 1 (..., 8), highest bit first."""
    return as_numbers(probabilities[..., ::-1])


def make_data(config: DataConfig, *, context: Context) -> Trial:
    """Draw the pairs: the unseen first, then as many others as the greatest count."""
    pairs = draw_pairs(context.generator, training=max(config.samples), unseen=config.unseen)
    facts = {
        "seed": config.seed,
        "counts": sorted(set(config.samples)),
        "different": len(np.unique(pairs.training, axis=0)),
    }
    return Trial(pairs._asdict(), facts)


def training_plan(config: TrainConfig) -> Plan:
    """Return how long and how fast to train."""
    from pipeline.labs.keras_adder.network import Plan

    return Plan(
        epochs=config.epochs,
        batch_size=config.batch_size,
        check_every=config.check_every,
        learning_rate=config.learning_rate,
    )


def train(config: TrainConfig, *, data: Trial, context: Context) -> Trial:
    """Train from the same first weights for each count of pairs, both losses side by side.

    Counts that were finished before an interruption are not repeated.
    """
    from pipeline.labs.keras_adder.network import build_adders
    from pipeline.learning.backend import prepare_tensorflow

    prepare_tensorflow()
    adders = build_adders(
        bit_weights(), training_plan(config), hidden=config.hidden, seed=config.seed
    )
    counts = data.facts["counts"]
    arrays: dict[str, NDArray[Any]] = {}
    for number, count in enumerate(counts):

        def tell(epoch: int, note: str, number: int = number, count: int = count) -> None:
            done = number * config.epochs + epoch
            context.progress(done, len(counts) * config.epochs, f"{count:,} pairs: {note}")

        work = partial(train_count, count, adders, config, data=data, tell=tell)
        kept = finish_once(context.scratch_path / f"pairs-{count}", work)
        arrays |= {f"{name}_{count}": array for name, array in kept.items()}
    facts = {"seed": config.seed, "epochs": config.epochs, "batch_size": config.batch_size}
    return Trial(arrays, facts)


def train_count(
    count: int,
    adders: Adders,
    config: TrainConfig,
    *,
    data: Trial,
    tell: Callable[[int, str], None],
) -> dict[str, NDArray[Any]]:
    """Train on the first so many pairs; return what is kept of it.

    Raises
    ------
    StageFailed
        A loss is no finite number at the end.
    """
    from pipeline.labs.keras_adder.network import fit

    curves = fit(
        adders,
        read_pairs(data.arrays["training"][:count]),
        read_pairs(data.arrays["unseen"]),
        training_plan(config),
        generator=np.random.default_rng([config.seed, count]),
        tell=tell,
    )
    for losses in curves.losses.T:  # (K,)
        refuse_divergence(losses.tolist())
    return kept_curves(curves, data)


def kept_curves(curves: Curves, data: Trial) -> dict[str, NDArray[Any]]:
    """Return what is kept of a training: scores along the way, and the last answers."""
    learnt = data.arrays["training"][: curves.learnt.shape[2]]  # (N'', 2)
    return {
        "checked": curves.checked,  # (C,)
        "unseen": scores(curves.probabilities, data.arrays["unseen"]),  # (C, L, 3)
        "learnt": scores(curves.learnt, learnt),  # (C, L, 3)
        "probabilities": curves.probabilities[-1],  # (L, N', 8)
    }


def scores(probabilities: NDArray[np.float32], pairs: Integers) -> NDArray[np.float64]:
    """Score the probabilities (..., N, 8) told for pairs (N, 2).

    Returns
    -------
    (..., 3)
        As `SCORES`: share of sums right in every bit; mean absolute error of the number told;
        mean squared error of the bits.
    """
    sums = pairs.sum(axis=1)  # (N,)
    told = decode_numbers(probabilities)  # (..., N)
    squared = (probabilities - read_pairs(pairs)[1]) ** 2  # (..., N, 8)
    return np.stack(
        [
            np.mean(told == sums, axis=-1),
            np.abs(told - sums).mean(axis=-1),
            squared.mean(axis=(-2, -1)),
        ],
        axis=-1,
    ).astype(np.float64)


def last_scores(trial: Trial, count: int, loss: int, look: int = -1) -> dict[str, float]:
    """Return the scores of one training at a look, the last: `unseen_exact`, …, `learnt_loss`."""
    return {
        f"{part}_{name}": float(score)
        for part in ("unseen", "learnt")
        for name, score in zip(SCORES, trial.arrays[f"{part}_{count}"][look, loss], strict=True)
    }


def wrong_bits(probabilities: NDArray[np.float32], pairs: Integers) -> list[float]:
    """Return the share of sums wrong in each bit, highest bit first."""
    targets = read_pairs(pairs)[1]  # (N', 8)
    shares = np.mean((probabilities > 0.5) != (targets > 0.5), axis=0)  # (8,)
    return [float(share) for share in shares]


def steps_in_epoch(count: int, train: Trial) -> int:
    """Return the batches that so many pairs make."""
    return -(-count // int(train.facts["batch_size"]))


def results(data: Trial, train: Trial) -> list[dict[str, Any]]:
    """Return what each training ended with: a row for each count and loss."""
    rows = []
    for count in data.facts["counts"]:
        for number, name in enumerate(LOSSES):
            scored = last_scores(train, count, number)
            probabilities = train.arrays[f"probabilities_{count}"][number]  # (N', 8)
            rows.append(
                {
                    "samples": count,
                    "loss": name,
                    "steps": train.facts["epochs"] * steps_in_epoch(count, train),
                    **scored,
                    "wrong_bits": wrong_bits(probabilities, data.arrays["unseen"]),
                    "chance_of_100": scored["unseen_exact"] ** REPORT_TEST,
                }
            )
    return rows


def table_of(rows: list[dict[str, Any]]) -> tuple[tuple[str | int, ...], ...]:
    """Return the rows that are shown, a cell for each of `COLUMNS`."""
    return tuple(
        (
            row["samples"],
            row["loss"],
            row["steps"],
            f"{row['unseen_exact']:.1%}",
            f"{row['unseen_error']:.3f}",
            f"{row['learnt_exact']:.1%}",
            f"{row['chance_of_100']:.2f}",
        )
        for row in rows
    )


def compare_steps(data: Trial, train: Trial) -> dict[str, Any]:
    """Return how the two greatest counts stand with mse after equal steps, as near as was looked.

    As many epochs over more pairs are more steps; this tells what the pairs themselves do.
    """
    fewer, more = data.facts["counts"][-2:]
    steps = train.facts["epochs"] * steps_in_epoch(fewer, train)
    places = train.arrays[f"checked_{more}"] * steps_in_epoch(more, train)  # (C,)
    nearest = int(np.abs(places - steps).argmin())
    return {
        "fewer": {"samples": fewer, "steps": steps, **last_scores(train, fewer, 0)},
        "more": {
            "samples": more,
            "steps": int(places[nearest]),
            **last_scores(train, more, 0, nearest),
        },
    }


def describe_steps(comparison: dict[str, Any]) -> str:
    """Return what `compare_steps` found as a sentence."""
    parts = (
        f"{row['unseen_exact']:.1%} exact and squared error {row['unseen_loss']:.4f} after "
        f"{row['steps']:,} steps on {row['samples']:,} pairs"
        for row in (comparison["more"], comparison["fewer"])
    )
    return f"At equal steps, mse, unseen: {'; '.join(parts)}."


def evaluate(config: NoSettings, *, data: Trial, train: Trial, context: Context) -> Findings:
    """Compare the trainings on unseen sums."""
    rows = results(data, train)
    unseen = len(data.arrays["unseen"])
    best = max(rows, key=lambda row: float(row["unseen_exact"]))
    notes: tuple[str, ...] = (
        f"On {unseen:,} unseen pairs, after {train.facts['epochs']} epochs; seeds "
        f"{data.facts['seed']} and {train.facts['seed']}. Neither a + b nor b + a was "
        f"learnt; learnt sums: the first {unseen:,} training pairs, or all.",
        f"Best: {best['samples']:,} pairs with {best['loss']}, {best['unseen_exact']:.1%} exact. "
        f"The report: {REPORT_TEST} of {REPORT_TEST} with 10,000, fewer with 20,000.",
        f"The greatest count holds {data.facts['different']:,} different pairs of the 16,384 that "
        "there are.",
    )
    several = len(data.facts["counts"]) > 1
    comparison = compare_steps(data, train) if several else {}
    notes += (describe_steps(comparison),) if several else ()
    facts = {
        "equal_steps": comparison,
        "data_seed": data.facts["seed"],
        "train_seed": train.facts["seed"],
        "epochs": train.facts["epochs"],
        "different_pairs": data.facts["different"],
        "report": {"samples": 10_000, "right": REPORT_TEST, "of": REPORT_TEST},
        "trainings": rows,
    }
    return Findings(COLUMNS, table_of(rows), notes, facts)


def plot(config: NoSettings, *, data: Trial, train: Trial, context: Context) -> bytes:
    """Draw the squared error of the bits for both losses, and the share of exact sums."""
    figure = new_figure(3)
    exact = figure.axes[2]
    for number, name in enumerate(LOSSES):
        errors = figure.axes[number]
        for place, count in enumerate(data.facts["counts"]):
            checked = train.arrays[f"checked_{count}"]  # (C,)
            unseen, learnt = (
                train.arrays[f"{part}_{count}"][:, number] for part in ("unseen", "learnt")
            )  # (C, 3) each
            colour = f"C{place}"
            errors.plot(checked, learnt[:, 2], color=colour, label=f"{count:,} pairs")
            errors.plot(checked, unseen[:, 2], color=colour, linestyle="--")
            steps = checked * steps_in_epoch(count, train)
            exact.plot(steps, unseen[:, 0], color=colour, linestyle=("-", "--")[number])
        errors.set_yscale("log")
        errors.set_xlabel("epoch")
        errors.set_title(f"{name}: squared error, learnt (line), unseen (dashes)", fontsize=8)
    figure.axes[0].legend(fontsize=7)
    exact.set_xscale("log")
    exact.set_xlabel("steps")
    exact.set_title("exact unseen sums: mse (line), weighted (dashes)", fontsize=8)
    return as_png(figure)


LAB = Lab(
    name="keras-adder",
    title="an LSTM reads two numbers and tells their sum's bits: more pairs, another loss",
    stages=(
        Stage("data", (), DataConfig, make_data, TRIAL, libraries=("numpy",)),
        Stage("train", ("data",), TrainConfig, train, TRIAL, libraries=TENSORFLOW),
        Stage("evaluate", ("data", "train"), NoSettings, evaluate, FINDINGS, libraries=("numpy",)),
        Stage("plot", ("data", "train"), NoSettings, plot, PICTURE, libraries=("matplotlib",)),
    ),
)
