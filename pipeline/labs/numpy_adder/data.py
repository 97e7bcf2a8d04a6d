"""Stage `data`: pairs to learn, and pairs that are kept out in both orders."""

from __future__ import annotations

import numpy as np
from pydantic import Field, model_validator

from pipeline.labs.artifacts import Trial
from pipeline.labs.shared.bits import set_aside
from pipeline.stage import Context, StageConfig


class DataConfig(StageConfig):
    """Settings of `data`."""

    limit: int = Field(64, ge=4, le=128, description="both addends are below it")
    unseen: int = Field(
        1000, ge=1, le=8000, description="pairs asked, kept out of the training in both orders"
    )
    seed: int = Field(0, ge=0, lt=2**31, description="of the draw of the unseen pairs")

    @model_validator(mode="after")
    def leave_some_to_train_on(self) -> DataConfig:
        """Refuse to keep all pairs out."""
        if self.unseen >= self.limit * (self.limit - 1):
            raise ValueError(
                f"unseen: expected below limit·(limit − 1) = {self.limit * (self.limit - 1)}, "
                f"got {self.unseen}"
            )
        return self


def make_data(config: DataConfig, *, context: Context) -> Trial:
    """Keep some pairs out, in both orders, and ask most of them in both; all others are learnt."""
    generator = context.generator
    enough = (config.unseen + config.limit + 1) // 2  # a number and itself have one order only
    training, aside = set_aside(generator, unseen=enough, limit=config.limit)
    both = np.unique(np.concatenate([aside, aside[:, ::-1]]), axis=0)
    asked = generator.permutation(both)[: config.unseen]
    return Trial(
        {"training": training, "unseen": asked}, {"limit": config.limit, "seed": config.seed}
    )
