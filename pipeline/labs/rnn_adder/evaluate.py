"""Stage `evaluate`: unseen sums, and sums of numbers far longer than any that was learnt."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from pipeline.arrays import Integers
from pipeline.labs.artifacts import Findings, Trial
from pipeline.labs.rnn_adder.network import Weights, accuracy, go_forward, read_pairs
from pipeline.labs.rnn_adder.train import error_rows, trained_weights
from pipeline.labs.shared.bits import BITS, LIMIT, as_numbers
from pipeline.stage import Context, StageConfig

_LONG_BITS = 62  # the most that an int64 sum leaves room for
_GOAL = 0.995  # of unseen sums


class EvaluateConfig(StageConfig):
    """Settings of `evaluate`."""

    seed: int = Field(1, ge=0, lt=2**31, description="seed of the long numbers")


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
    addends = context.generator.integers(2 ** (_LONG_BITS - 1), size=(len(unseen), 2))  # (N, 2)
    long_exact = accuracy(weights, addends, _LONG_BITS)
    rows = error_rows(train)
    facts = {
        "data_seed": data.facts["seed"],
        "train_seed": train.facts["seed"],
        "evaluate_seed": config.seed,
        "loss": train.facts["loss"],
        "errors": [{"samples": n, "error": error, "exact": share} for n, error, share in rows],
        "exact": exact,
        "goal_exact": _GOAL,
        "long_bits": _LONG_BITS,
        "long_exact": long_exact,
    }
    notes = (
        f"Exact sums on {len(unseen):,} unseen pairs: {exact:.1%} (at least {_GOAL:.1%} wanted; "
        f"seeds {data.facts['seed']} and {train.facts['seed']}).",
        show_sum(unseen[0], weights),
        f"Learnt on {BITS} bits, with addends under {LIMIT}; of {len(unseen):,} sums of "
        f"{_LONG_BITS} bits it gets {long_exact:.1%} exactly (seed {config.seed}).",
    )
    columns = ("samples", "mean error of the last 1,000, Σ|y − s|", "exact unseen sums")
    table = tuple((n, f"{error:.4f}", f"{share:.1%}") for n, error, share in rows)
    return Findings(columns, table, notes, facts)
