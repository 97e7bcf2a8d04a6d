"""Stage `train`: plain gradient descent on the samples as one sequence."""

from __future__ import annotations

from pydantic import Field

from pipeline.labs.artifacts import Trial
from pipeline.labs.shared.first_unit import FirstUnitConfig, train_first_unit
from pipeline.stage import Context


class TrainConfig(FirstUnitConfig):
    """The toy's settings; more rounds, each a smaller step."""

    rounds: int = Field(10_000, ge=1, le=1_000_000, description="updates")
    learning_rate: float = Field(0.01, gt=0, le=10, description="step along the gradient")


def train(config: TrainConfig, *, data: Trial, context: Context) -> Trial:
    """Descend on the samples, and keep the weights and the losses on the way."""
    scaled = data.arrays["samples"] / data.facts["limit"]  # (T, window + 1)
    _, layer, answers = train_first_unit(config, scaled[:, None, :-1], scaled[:, -1:], context)
    losses = ((answers - scaled[:, -1]) ** 2).sum(axis=1)  # (rounds + 1,)
    return Trial(layer._asdict() | {"losses": losses}, config.model_dump(mode="json"))
