"""What a training has reached, how it is kept after an epoch, and how it is gone on with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.learning.backend import keras
from pipeline.learning.checkpoint import (
    Checkpoint,
    has_checkpoint,
    load_checkpoint,
    save_checkpoint,
)
from pipeline.learning.network import Network, assign_weights, export_weights

Weights = dict[str, NDArray[np.float32]]


@dataclass
class State:
    """What a training has reached; everything in it goes into the checkpoint."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    best_epoch: int = 0
    best_weights: Weights = field(default_factory=dict)
    average: Weights = field(default_factory=dict)  # empty where nothing is averaged


def save_state(
    state: State,
    weights: Weights,
    optimizer: keras.optimizers.Optimizer,
    generator: np.random.Generator,
    scratch_path: Path,
) -> None:
    """Write the checkpoint of a finished epoch."""
    arrays: dict[str, NDArray[Any]] = {f"weights/{name}": a for name, a in weights.items()}
    arrays |= {f"best/{name}": array for name, array in state.best_weights.items()}
    arrays |= {f"average/{name}": array for name, array in state.average.items()}
    arrays |= {f"optimizer/{i}": v.numpy() for i, v in enumerate(optimizer.variables)}
    facts = {
        "rows": state.rows,
        "best_epoch": state.best_epoch,
        "generator": generator.bit_generator.state,
    }
    save_checkpoint(scratch_path, Checkpoint(arrays=arrays, state=facts))


def resume(
    network: Network,
    optimizer: keras.optimizers.Optimizer,
    generator: np.random.Generator,
    scratch_path: Path,
    say: Callable[[str], None],
) -> State:
    """Load the checkpoint into network, optimizer and generator; a fresh state without one.

    One that is damaged, or of another training, counts as none, and `say` is told.
    """
    checkpoint = load_checkpoint(scratch_path)
    if checkpoint is None or not _fits(checkpoint, network, optimizer, generator):
        if has_checkpoint(scratch_path):
            say("the checkpoint of the interrupted training is damaged; beginning anew")
        return State()
    assign_weights(network, _with_prefix(checkpoint.arrays, "weights/"))
    stored = _with_prefix(checkpoint.arrays, "optimizer/")
    for number, variable in enumerate(optimizer.variables):
        variable.assign(stored[str(number)])
    generator.bit_generator.state = checkpoint.state["generator"]
    return State(
        rows=checkpoint.state["rows"],
        best_epoch=checkpoint.state["best_epoch"],
        best_weights=_with_prefix(checkpoint.arrays, "best/"),
        average=_with_prefix(checkpoint.arrays, "average/"),
    )


def _fits(
    checkpoint: Checkpoint,
    network: Network,
    optimizer: keras.optimizers.Optimizer,
    generator: np.random.Generator,
) -> bool:
    """Return whether a checkpoint has all that this training needs to go on, in the right form."""
    weights = _shapes(export_weights(network))
    variables = {str(i): variable.numpy() for i, variable in enumerate(optimizer.variables)}
    found = {
        prefix: _shapes(_with_prefix(checkpoint.arrays, f"{prefix}/"))
        for prefix in ("weights", "best", "average", "optimizer")
    }
    return (
        found["weights"] == found["best"] == weights
        and found["average"] in ({}, weights)
        and found["optimizer"] == _shapes(variables)
        and _has_history(checkpoint.state)
        and _is_state_of(generator, checkpoint.state.get("generator"))
    )


def _shapes(arrays: Mapping[str, NDArray[Any]]) -> dict[str, tuple[tuple[int, ...], str]]:
    """Return name → shape and type."""
    return {name: (array.shape, str(array.dtype)) for name, array in arrays.items()}


def _has_history(state: Mapping[str, Any]) -> bool:
    """Return whether a checkpoint's state tells of at least one epoch, and which was the best."""
    rows, best = state.get("rows"), state.get("best_epoch")
    return (
        isinstance(rows, list)
        and all(isinstance(row, dict) for row in rows)
        and all(isinstance(row.get("perplexity"), int | float) for row in rows)
        and isinstance(best, int)
        and 1 <= best <= len(rows)
    )


def _is_state_of(generator: np.random.Generator, state: Any) -> bool:
    """Return whether a generator of this kind can be put into a state."""
    try:
        type(generator.bit_generator)(0).state = state
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError):
        return False
    return True


def _with_prefix(arrays: dict[str, NDArray[Any]], prefix: str) -> dict[str, NDArray[Any]]:
    """Return the arrays whose name starts with `prefix`, without it."""
    return {
        name.removeprefix(prefix): array
        for name, array in arrays.items()
        if name.startswith(prefix)
    }
