"""What a lab is, and what all labs share: libraries, settings for nothing, errors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.errors import StageFailed
from pipeline.stage import Stage, StageConfig

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TENSORFLOW = ("keras", "numpy", "tensorflow")  # the libraries that decide a training


@dataclass(frozen=True)
class Lab:
    """One lab.

    Attributes
    ----------
    name : str
        As on the command line and in `artifacts/labs/`.
    title : str
        What it shows, in one line.
    stages : tuple of Stage
        In the order in which they run; the last but one makes `Findings`, the last the picture.
    source_setting : str
        The setting that `--source` stands for, as `data.source`; empty where there is none.
    """

    name: str
    title: str
    stages: tuple[Stage, ...]
    source_setting: str = ""


class NoSettings(StageConfig):
    """A stage with nothing to set."""


def refuse_divergence(
    losses: Sequence[float], weights: Iterable[NDArray[np.floating[Any]]] = ()
) -> None:
    """Raise `StageFailed` unless the last epoch's loss, and the weights after it, are finite."""
    import numpy as np

    if not np.isfinite(losses[-1]):
        found = f"{losses[-1]}"
    elif not all(np.isfinite(array).all() for array in weights):
        found = "weights that are not"
    else:
        return
    raise StageFailed(
        f"train: expected finite numbers, got {found} in epoch {len(losses)}; lower the rate: "
        "--set train.learning_rate=…"
    )
