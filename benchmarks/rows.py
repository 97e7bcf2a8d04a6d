"""The rows of the table by name, in its order."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks import commands, generation, segmentation, training, windows
from benchmarks.compare import Comparison, Size

ROWS: dict[str, Callable[[Size], list[Comparison]]] = {
    "segmentation": segmentation.measure,
    "windows": windows.measure,
    "generation": generation.measure,
    "commands": commands.measure,
    "training": training.measure,
}
