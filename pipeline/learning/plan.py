"""How long and how fast to train."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple


class Schedule(NamedTuple):
    """How the learning rate rises and falls.

    It rises evenly from nothing to `learning_rate` over the share `warmup` of the training, then
    falls to zero along half a cosine (Loshchilov & Hutter 2017), or stays where it is.
    """

    learning_rate: float
    warmup: float = 0.0
    shape: Literal["cosine", "constant"] = "cosine"


def rate_at(schedule: Schedule, share: float) -> float:
    """Return the learning rate when `share` (0 to 1) of the training is over."""
    rate, warmup, shape = schedule
    if share < warmup:
        return rate * share / warmup
    if shape == "constant":
        return rate
    return rate * (1 + math.cos(math.pi * (share - warmup) / (1 - warmup))) / 2


@dataclass(frozen=True)
class Plan:
    """Everything about a training but the network, the loss and the data.

    Training stops early once `patience` epochs in a row have not lowered the validation perplexity.
    `carry_state` starts the LSTM of a sequence where that of the one before it ended.
    With `average` above 0 the weights after each epoch go into a moving average, which is what is
    validated and kept; an epoch weighs 1 / e of one that came so many epochs later.
    """

    epochs: int
    patience: int
    schedule: Schedule
    clip_norm: float
    weight_decay: float = 0.0
    optimizer: Literal["adam", "sgd"] = "adam"
    carry_state: bool = False
    average: float = 0.0
