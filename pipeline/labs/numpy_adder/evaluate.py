"""Stage `evaluate`: unseen sums of each variant, and its gradients.

N pairs, K epochs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import Field

from pipeline.arrays import Integers
from pipeline.engine.threads import one_thread
from pipeline.labs.artifacts import Findings, Trial
from pipeline.labs.numpy_adder.descent import accuracy
from pipeline.labs.numpy_adder.faults import LAST, TARGET_FIRST, taught_step
from pipeline.labs.numpy_adder.network import (
    ARRAYS,
    answers,
    from_arrays,
    gradient_differences,
)
from pipeline.labs.numpy_adder.variants import PUBLISHED_RATE, VARIANTS
from pipeline.stage import Context, StageConfig

_LAST_EPOCHS = 10  # whose range is shown
_COLUMNS = ("variant", "unseen", "learnt", "mean absolute error", "loss", "gradient")
TOLERANCE = 1e-6  # a gradient that differs by more is wrong


class EvaluateConfig(StageConfig):
    """Settings of `evaluate`."""

    checked_pairs: int = Field(6, ge=1, le=100, description="pairs in the gradient check")
    seed: int = Field(0, ge=0, lt=2**31, description="of the gradient check's weights")


def _facts_of(number: int, name: str, data: Trial, train: Trial) -> dict[str, Any]:
    """Return what a trained variant knows of seen and unseen pairs."""
    network = from_arrays({key: train.arrays[f"{key}_{number}"] for key in ARRAYS})
    unseen, step = data.arrays["unseen"], taught_step(VARIANTS[name].faults)
    errors = answers(network, unseen, step=step) - unseen.sum(axis=1)  # (N,)
    recent = train.arrays[f"exact_{number}"][-_LAST_EPOCHS:]  # (K,)
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
                **_facts_of(number, name, data, train),
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
    table = tuple(_row_of(name, found) for name, found in variants.items())
    return Findings(_COLUMNS, table, _notes_on(facts), facts)


def _row_of(name: str, found: dict[str, Any]) -> tuple[str, ...]:
    """Return a variant's row, in the order of `_COLUMNS`."""
    return (
        name,
        f"{found['exact']:.1%}",
        f"{found['exact_training']:.1%}",
        f"{found['mean_absolute_error']:.2f}",
        f"{found['loss']:.4f}",
        f"{found['gradient_difference']:.1e}",
    )


def _notes_on(facts: dict[str, Any]) -> tuple[str, ...]:
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
        f"Unseen, least and greatest of the last {_LAST_EPOCHS} epochs: {'; '.join(ranges)}.",
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
