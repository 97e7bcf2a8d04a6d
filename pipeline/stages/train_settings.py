"""The settings of `train`: its own, and those that an objective brings with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, cast

from pydantic import AfterValidator, Field, create_model, model_validator

from pipeline.learning.objectives import OBJECTIVES, Objective
from pipeline.stage import StageConfig


def known_objective(name: str) -> str:
    """Return the name of an objective that there is."""
    if name not in OBJECTIVES:
        *names, last = map(repr, OBJECTIVES)
        raise ValueError(f"expected {', '.join(names)} or {last}, got {name!r}")
    return name


class TrainSettings(StageConfig):
    """Settings of `train`, but for those that an objective has of its own."""

    objective: Annotated[str, AfterValidator(known_objective)] = Field(
        "contrastive",
        description="loss: "
        + "; ".join(f"{name}, {own.description}" for name, own in OBJECTIVES.items()),
    )
    vectors: Literal["tied", "both", "input", "output", "frozen"] = Field(
        "tied",
        description="word vectors that are trained: tied, one table for input and output; both, a "
        "table each; input or output, one of the two; frozen, none (only contrastive trains "
        "output vectors; the others train input, or else are frozen)",
    )
    centre: bool = Field(
        True,
        description="take the vectors' mean out and scale them to mean length 1 (never with mse)",
    )
    remove_components: int = Field(
        0, ge=0, le=100, description="with centre: principal components to take out too"
    )
    hidden: int = Field(200, ge=1, le=4096, description="units of an LSTM layer")
    layers: int = Field(1, ge=1, le=8, description="LSTM layers, one above the other")
    carry_state: bool = Field(
        True,
        description="carry the LSTM's state on, in training from sequence to sequence, then from "
        "word to word; else each word is foretold from the words of one window",
    )
    epochs: int = Field(4, ge=1, le=1000, description="passes over the training chapters, at most")
    patience: int = Field(
        2, ge=1, le=1000, description="epochs without a better validation before training stops"
    )
    batch_size: int = Field(64, ge=1, le=4096, description="sequences in a batch, at most")
    epoch_batches: int = Field(
        250,
        ge=1,
        le=1_000_000,
        description="batches in an epoch, at least: a short novel gets smaller batches",
    )
    max_batches: int = Field(
        0,
        ge=0,
        le=1_000_000_000,
        description="batches in an epoch, at most: of a large shelf each takes others; 0 for all",
    )
    shards: int = Field(
        1,
        ge=1,
        le=1024,
        description="parts of a batch whose gradients are made apart and added up, side by side on "
        "a cluster; only with contrastive",
    )
    optimizer: Literal["adam", "sgd"] = Field(
        "adam", description="adam (AdamW where weights decay), or plain gradient descent"
    )
    learning_rate: float = Field(6e-3, gt=0, le=10, description="greatest step size")
    base_rate: float = Field(
        0.5,
        gt=0,
        le=10,
        description="factor of the step size where the training begins with a base",
    )
    schedule: Literal["cosine", "constant"] = Field(
        "cosine", description="whether the step size falls to zero along half a cosine"
    )
    warmup: float = Field(
        0.0, ge=0, lt=1, description="share of the training in which the step size rises evenly"
    )
    weight_decay: float = Field(
        0.0, ge=0, le=1, description="with adam: share of step size that each weight shrinks by"
    )
    average: float = Field(
        1.0,
        ge=0,
        le=1000,
        description="epochs that the weights are averaged over, older ones exponentially less; 0 "
        "averages nothing",
    )
    clip_norm: float = Field(1.0, gt=0, description="greatest norm of the whole gradient")
    input_dropout: float = Field(0.1, ge=0, lt=1, description="share of input units dropped")
    output_dropout: float = Field(0.2, ge=0, lt=1, description="share of LSTM outputs dropped")
    word_dropout: float = Field(
        0.0, ge=0, lt=1, description="share of input words replaced by the unknown word"
    )
    recurrent_dropout: float = Field(
        0.0, ge=0, lt=1, description="share of the LSTM's recurrent weights dropped"
    )
    candidates: int = Field(
        800, ge=1, le=1_000_000, description="words drawn for each batch to compete with targets"
    )
    validation_targets: int = Field(
        4000, ge=1, le=10_000_000, description="targets, spread evenly, to validate an epoch on"
    )
    seed: int = Field(1, ge=0, lt=2**31, description="seed of the random numbers")

    @model_validator(mode="after")
    def _check_shards(self) -> Self:
        """Refuse shards where a loss needs more than the rows of a batch."""
        if self.shards > 1 and self.objective != "contrastive":
            raise ValueError(
                f"expected train.shards = 1 with the objective {self.objective}, got {self.shards}"
            )
        return self


def train_config(objectives: Mapping[str, Objective]) -> type[TrainSettings]:
    """Return the settings of `train`: its own, then those of each objective in order."""
    own = dict.fromkeys(objective.settings for objective in objectives.values())
    # Fields come in the order of the bases from the last on.
    bases: Any = (*reversed([kind for kind in own if kind is not StageConfig]), TrainSettings)
    model = create_model("TrainConfig", __base__=bases, __module__=__name__)
    return cast("type[TrainSettings]", model)


if TYPE_CHECKING:

    class TrainConfig(TrainSettings):
        """Settings of `train`."""

else:
    TrainConfig = train_config(OBJECTIVES)
