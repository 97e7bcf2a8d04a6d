"""The rows of the table by name, in its order."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from benchmarks import (
    commands,
    counting,
    desk,
    fetching,
    generation,
    lstm,
    novel_growth,
    peak,
    pytorch,
    scoring,
    segmentation,
    shelf,
    side_by_side,
    training,
    vocabulary_growth,
    windows,
)
from benchmarks.compare import Size
from benchmarks.table import Result

ROWS: dict[str, Callable[[Size], Sequence[Result]]] = {
    "fetching": fetching.measure,
    "segmentation": segmentation.measure,
    "windows": windows.measure,
    "training": training.measure,
    "pytorch": pytorch.measure,
    "peak": peak.measure,
    "lstm": lstm.measure,
    "generation": generation.measure,
    "side-by-side": side_by_side.measure,
    "commands": commands.measure,
    "desk": desk.measure,
    "scoring": scoring.measure,
    "shelf": shelf.measure,
    "counting": counting.measure,
    "vocabulary-growth": vocabulary_growth.measure,
    "novel-growth": novel_growth.measure,
}
