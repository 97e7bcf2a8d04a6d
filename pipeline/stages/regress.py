"""regress: the article's model, trained on the whole novel for comparison.

An LSTM learns the next word's raw word2vec vector by mean squared error, and the nearest word in
cosine is its guess. Nothing writes with it: `evaluate` reports it beside the others.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pydantic import Field

from pipeline.artifacts.network import NETWORK, Network
from pipeline.artifacts.windows import Windows, evaluation_starts, spread
from pipeline.errors import StageFailed
from pipeline.stage import Context, Stage, StageConfig
from pipeline.stages.train import train_network
from pipeline.stages.train_settings import TrainConfig

if TYPE_CHECKING:
    from pipeline.artifacts.embedding import Embedding


class RegressConfig(StageConfig):
    """Settings of `regress`."""

    hidden: int = Field(200, ge=1, le=4096, description="units of the LSTM")
    epochs: int = Field(3, ge=1, le=1000, description="passes over the training chapters, at most")
    max_batches: int = Field(
        0,
        ge=0,
        le=1_000_000_000,
        description="batches in an epoch, at most, as for train; 0 for all",
    )
    calibration_targets: int = Field(
        4000, ge=1, le=10_000_000, description="validation targets, spread evenly, to fit scale on"
    )
    seed: int = Field(1, ge=0, lt=2**31, description="seed of the random numbers")


def regress(
    config: RegressConfig, *, embed: Embedding, window: Windows, context: Context
) -> Network:
    """Train with `mse` and no dropout, and fit the scale; the prior keeps out (β = 0).

    Raises
    ------
    StageFailed
        The training diverges.
    """
    context.progress(0, config.epochs, "loading TensorFlow")  # takes seconds
    from pipeline.engine.network.calibrate import calibrate
    from pipeline.engine.network.export import export_network
    from pipeline.learning.loop import Diverged

    settings = TrainConfig(
        objective="mse",
        vectors="frozen",
        hidden=config.hidden,
        epochs=config.epochs,
        max_batches=config.max_batches,
        learning_rate=3e-3,
        average=0,
        carry_state=False,
        validation_targets=1000,
        input_dropout=0,
        output_dropout=0,
        seed=config.seed,
    )
    try:
        weights = train_network(settings, embed=embed, window=window, context=context).weights
    except Diverged as error:
        raise StageFailed(
            f"regress: {error}; it learns the raw word vectors: train others (--set embed.seed=2)"
        ) from error
    network = export_network(
        weights,
        words=embed.words,
        counts=embed.counts,
        steps=window.steps,
        unseen=embed.unseen,
    )
    starts = spread(evaluation_starts(window, "validation"), config.calibration_targets)  # (N,)
    return calibrate(window.ids, starts, replace(network, prior_weight=0.0), prior=False)


STAGE = Stage(
    name="regress",
    inputs=("embed", "window"),
    config=RegressConfig,
    run=regress,
    codec=NETWORK,
    libraries=("keras", "numpy", "tensorflow", "threadpoolctl"),
)
