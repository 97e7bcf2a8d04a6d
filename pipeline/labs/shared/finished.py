"""Finished parts of a stage outlive an interruption: they lie in its scratch folder.

That folder belongs to one cache key, so settings, code and inputs are those of the call that wrote.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

Arrays = dict[str, NDArray[Any]]


def finish_once(folder: Path, work: Callable[[], Arrays]) -> Arrays:
    """Return the arrays that a folder keeps; if it keeps none, do the work and keep its arrays.

    A file that cannot be read counts as none. What the work raises is passed on, nothing is kept.
    """
    # Loads safetensors, which telling of labs does not need.
    from pipeline.learning.checkpoint import Checkpoint, load_checkpoint, save_checkpoint

    kept = load_checkpoint(folder)
    if kept is not None:
        return kept.arrays
    arrays = work()
    folder.mkdir(parents=True, exist_ok=True)
    save_checkpoint(folder, Checkpoint(arrays, {}))
    return arrays
