"""The state of a training after an epoch, in one file that is replaced at once or not at all."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

FILE_NAME = "checkpoint.safetensors"


@dataclass(frozen=True)
class Checkpoint:
    """Everything that decides how a training goes on.

    `arrays` holds the network's weights, the best weights so far and the optimizer's variables,
    told apart by their names' prefixes; `state` holds JSON values: epochs done, history and the
    generator's state.
    """

    arrays: dict[str, NDArray[Any]]
    state: dict[str, Any]


def save_checkpoint(folder: Path, checkpoint: Checkpoint) -> None:
    """Replace the folder's checkpoint; a crash leaves the old one whole."""
    draft = folder / (FILE_NAME + ".draft")
    arrays = {name: np.array(array, order="C") for name, array in checkpoint.arrays.items()}
    save_file(arrays, draft, metadata={"state": json.dumps(checkpoint.state)})
    with draft.open("rb+") as file:
        os.fsync(file.fileno())
    draft.replace(folder / FILE_NAME)


def load_checkpoint(folder: Path) -> Checkpoint | None:
    """Return the folder's checkpoint; None where there is none or it cannot be read."""
    try:
        with safe_open(folder / FILE_NAME, framework="numpy") as file:
            state = json.loads((file.metadata() or {})["state"])
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, KeyError, ValueError, SafetensorError):
        return None
    return Checkpoint(arrays=arrays, state=state)
