"""Stage `data`: pairs of numbers to add."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field

from pipeline.labs.artifacts import Trial
from pipeline.labs.shared.bits import draw_pairs
from pipeline.stage import Context, StageConfig


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


def make_data(config: DataConfig, *, context: Context) -> Trial:
    """Draw the pairs: the unseen first, then as many others as the greatest count."""
    pairs = draw_pairs(context.generator, training=max(config.samples), unseen=config.unseen)
    facts = {
        "seed": config.seed,
        "counts": sorted(set(config.samples)),
        "different": len(np.unique(pairs.training, axis=0)),
    }
    return Trial(pairs._asdict(), facts)
