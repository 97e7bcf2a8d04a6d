"""Stage `train`: a training for each count of pairs, both losses side by side.

S sample counts, L losses, N pairs, C looks, K epochs.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from pipeline.arrays import Integers
from pipeline.labs.artifacts import Trial
from pipeline.labs.shared.bits import BITS, as_bits, as_numbers
from pipeline.labs.shared.divergence import refuse_divergence
from pipeline.labs.shared.finished import finish_once
from pipeline.stage import Context, StageConfig

if TYPE_CHECKING:
    from pipeline.labs.keras_adder.network import Adders, Curves, Plan


LOSSES = ("mse", "weighted")
SCORES = ("exact", "error", "loss")


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


def _training_plan(config: TrainConfig) -> Plan:
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
        bit_weights(), _training_plan(config), hidden=config.hidden, seed=config.seed
    )
    counts = data.facts["counts"]
    arrays: dict[str, NDArray[Any]] = {}
    for number, count in enumerate(counts):

        def tell(epoch: int, note: str, number: int = number, count: int = count) -> None:
            done = number * config.epochs + epoch
            context.progress(done, len(counts) * config.epochs, f"{count:,} pairs: {note}")

        work = partial(_train_count, count, adders, config, data=data, tell=tell)
        kept = finish_once(context.scratch_path / f"pairs-{count}", work)
        arrays |= {f"{name}_{count}": array for name, array in kept.items()}
    facts = {"seed": config.seed, "epochs": config.epochs, "batch_size": config.batch_size}
    return Trial(arrays, facts)


def _train_count(
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
        _training_plan(config),
        generator=np.random.default_rng([config.seed, count]),
        tell=tell,
    )
    for losses in curves.losses.T:  # (K,)
        refuse_divergence(losses.tolist())
    return _kept_curves(curves, data)


def _kept_curves(curves: Curves, data: Trial) -> dict[str, NDArray[Any]]:
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


def steps_in_epoch(count: int, train: Trial) -> int:
    """Return the batches that so many pairs make."""
    return -(-count // int(train.facts["batch_size"]))
