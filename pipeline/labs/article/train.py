"""Stage `train`: learn the first windows by heart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from pipeline.labs.artifacts import Trial
from pipeline.stage import Context, StageConfig

if TYPE_CHECKING:
    from pipeline.artifacts.embedding import Embedding
    from pipeline.artifacts.windows import Windows
from pipeline.labs.article.windows import first_windows


class TrainConfig(StageConfig):
    """The article's training."""

    windows: int = Field(10, ge=2, le=10_000, description="windows from the start of the text")
    hidden: int = Field(200, ge=1, le=4096, description="units of the LSTM")
    epochs: int = Field(500, ge=1, le=100_000, description="steps, each on all windows at once")
    learning_rate: float = Field(0.1, gt=0, le=100, description="rate η of plain SGD")
    seed: int = Field(1, ge=0, lt=2**31, description="seed of the weights")


def train(config: TrainConfig, *, embed: Embedding, window: Windows, context: Context) -> Trial:
    """Learn the first windows by heart."""
    from pipeline.labs.article.network import fit

    ids = first_windows(window, config.windows)  # (n, T + 1)
    vectors = embed.vectors[ids]  # (n, T + 1, E) float32
    weights, losses = fit(
        vectors[:, :-1],
        vectors[:, -1],
        hidden=config.hidden,
        epochs=config.epochs,
        learning_rate=config.learning_rate,
        seed=config.seed,
        progress=context.progress,
    )
    return Trial({**weights, "windows": ids}, {"losses": losses, **config.model_dump()})
