"""Stage `data`: four random vectors, and the four numbers that they are to give."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from pipeline.labs.artifacts import Trial
from pipeline.stage import Context, StageConfig

SEQUENCE = (-0.5, 0.2, 0.1, -0.5)


class DataConfig(StageConfig):
    """The random inputs."""

    size: int = Field(50, ge=1, le=1000, description="numbers in an input")
    seed: int = Field(0, ge=0, lt=2**31, description="draws the inputs")


def make_data(config: DataConfig, *, context: Context) -> Trial:
    """Draw an input for each number of the sequence, evenly from 0 to 1."""
    inputs = context.generator.random((len(SEQUENCE), 1, config.size))  # (T, 1, E)
    targets = np.array(SEQUENCE)[:, None]  # (T, 1)
    return Trial({"inputs": inputs, "targets": targets}, {"seed": config.seed})
