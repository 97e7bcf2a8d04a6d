"""Stage `evaluate`: how the trainings stand on unseen sums.

L losses, N pairs, C looks.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.arrays import Integers
from pipeline.labs.artifacts import Findings, Trial
from pipeline.labs.keras_adder.train import LOSSES, SCORES, read_pairs, steps_in_epoch
from pipeline.labs.shared.no_settings import NoSettings
from pipeline.stage import Context

_REPORT_TEST = 100  # the report's test pairs
_COLUMNS = (
    "pairs",
    "loss",
    "steps",
    "exact unseen sums",
    "mean absolute error",
    "exact learnt sums",
    f"chance of {_REPORT_TEST} right in {_REPORT_TEST}",
)


def _last_scores(trial: Trial, count: int, loss: int, look: int = -1) -> dict[str, float]:
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


def _results(data: Trial, train: Trial) -> list[dict[str, Any]]:
    """Return what each training ended with: a row for each count and loss."""
    rows = []
    for count in data.facts["counts"]:
        for number, name in enumerate(LOSSES):
            scored = _last_scores(train, count, number)
            probabilities = train.arrays[f"probabilities_{count}"][number]  # (N', 8)
            rows.append(
                {
                    "samples": count,
                    "loss": name,
                    "steps": train.facts["epochs"] * steps_in_epoch(count, train),
                    **scored,
                    "wrong_bits": wrong_bits(probabilities, data.arrays["unseen"]),
                    "chance_of_100": scored["unseen_exact"] ** _REPORT_TEST,
                }
            )
    return rows


def _table_of(rows: list[dict[str, Any]]) -> tuple[tuple[str | int, ...], ...]:
    """Return the rows that are shown, a cell for each of `_COLUMNS`."""
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
        "fewer": {"samples": fewer, "steps": steps, **_last_scores(train, fewer, 0)},
        "more": {
            "samples": more,
            "steps": int(places[nearest]),
            **_last_scores(train, more, 0, nearest),
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
    rows = _results(data, train)
    unseen = len(data.arrays["unseen"])
    best = max(rows, key=lambda row: float(row["unseen_exact"]))
    notes: tuple[str, ...] = (
        f"On {unseen:,} unseen pairs, after {train.facts['epochs']} epochs; seeds "
        f"{data.facts['seed']} and {train.facts['seed']}. Neither a + b nor b + a was "
        f"learnt; learnt sums: the first {unseen:,} training pairs, or all.",
        f"Best: {best['samples']:,} pairs with {best['loss']}, {best['unseen_exact']:.1%} exact. "
        f"The report: {_REPORT_TEST} of {_REPORT_TEST} with 10,000, fewer with 20,000.",
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
        "report": {"samples": 10_000, "right": _REPORT_TEST, "of": _REPORT_TEST},
        "trainings": rows,
    }
    return Findings(_COLUMNS, _table_of(rows), notes, facts)
