"""Stage `train`: every variant from the same weights, over the same pairs in the same order."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from pipeline.engine.threads import one_thread
from pipeline.labs.artifacts import Trial
from pipeline.labs.numpy_adder.descent import History, Plan, fit, history_arrays
from pipeline.labs.numpy_adder.network import (
    Network,
    initial_network,
)
from pipeline.labs.numpy_adder.variants import PUBLISHED_RATE, VARIANTS, Variant
from pipeline.labs.shared.bits import Pairs
from pipeline.labs.shared.finished import finish_once
from pipeline.stage import Context, StageConfig


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


def _plan_of(variant: Variant, config: TrainConfig) -> Plan:
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
        _plan_of(variant, config),
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
