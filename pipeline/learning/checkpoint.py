"""The state of a training after an epoch, in one file that is replaced at once or not at all.

The file holds a digest over all that is in it. One that does not match counts as none: a training
that begins anew ends as an undisturbed one does, one that goes on from a flipped bit does not.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
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
    draft, path = folder / (FILE_NAME + ".draft"), folder / FILE_NAME
    for place in (draft, path):
        if place.is_dir() and not place.is_symlink():  # never ours; it would bar the way for ever
            shutil.rmtree(place)
    draft.unlink(missing_ok=True)  # of a killed run, or a link that is not to be written through
    arrays = {name: np.array(array, order="C") for name, array in checkpoint.arrays.items()}
    state = json.dumps(checkpoint.state)
    save_file(arrays, draft, metadata={"state": state, "digest": digest(arrays, state)})
    with draft.open("rb+") as file:
        os.fsync(file.fileno())
    draft.replace(path)


def load_checkpoint(folder: Path) -> Checkpoint | None:
    """Return the folder's checkpoint; None where there is none or it is not as it was written."""
    path = folder / FILE_NAME
    if not path.is_file() or path.is_symlink():  # a pipe would be waited for
        return None
    try:
        with safe_open(path, framework="numpy") as file:
            facts = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        if facts["digest"] != digest(arrays, facts["state"]):
            return None
        state = json.loads(facts["state"])
    except (OSError, KeyError, ValueError, TypeError, RecursionError, SafetensorError):
        return None
    return Checkpoint(arrays=arrays, state=state) if isinstance(state, dict) else None


def has_checkpoint(folder: Path) -> bool:
    """Return whether anything lies in a checkpoint's place, sound or not."""
    return os.path.lexists(folder / FILE_NAME)


def digest(arrays: Mapping[str, NDArray[Any]], state: str) -> str:
    """Return the sha256 over all arrays, with their names, types and shapes, and the state."""
    total = hashlib.sha256()
    for name in sorted(arrays):
        array = arrays[name]
        total.update(json.dumps([name, str(array.dtype), array.shape]).encode("ascii"))
        total.update(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
    total.update(state.encode("utf-8"))
    return total.hexdigest()
