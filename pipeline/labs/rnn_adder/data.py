"""Stage `data`: pairs of numbers to add."""

from __future__ import annotations

from pydantic import Field

from pipeline.labs.artifacts import Trial
from pipeline.labs.shared.bits import draw_pairs
from pipeline.stage import Context, StageConfig


class DataConfig(StageConfig):
    """Settings of `data`."""

    samples: int = Field(10_000, ge=1, le=1_000_000, description="pairs to learn from, one by one")
    unseen: int = Field(1000, ge=1, le=4000, description="pairs to ask at the end, never learnt")
    seed: int = Field(1, ge=0, lt=2**31, description="seed of the pairs")


def make_data(config: DataConfig, *, context: Context) -> Trial:
    """Draw the pairs."""
    pairs = draw_pairs(context.generator, training=config.samples, unseen=config.unseen)
    return Trial(pairs._asdict(), {"seed": config.seed, "samples": config.samples})
