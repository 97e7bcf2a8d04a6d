"""Windows of known words: the first of the training chapters, and some of held-out ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.artifacts.windows import spread, window_view
from pipeline.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from pipeline.artifacts.segmentation import Part
    from pipeline.artifacts.windows import Windows


_HELD_OUT: tuple[Part, ...] = ("validation", "test")


def stretches(windows: Windows, part: Part) -> Iterator[NDArray[np.int32]]:
    """Yield for each stretch of neighbouring chapters of a part its windows with their targets.

    Views, int32 (n, T + 1), n > 0, of its known words: those outside the vocabulary are left out.
    """
    for start, stop in windows.spans[part]:
        ids = windows.ids[start:stop]
        known = ids[ids < windows.vocabulary_size]  # (words,) int32
        if len(known) > windows.steps:
            yield window_view(known, steps=windows.steps)


def first_windows(windows: Windows, count: int) -> NDArray[np.int32]:
    """Return the first windows of the training chapters with their targets, int32 (count, T + 1).

    Raises
    ------
    DataError
        The text has fewer.
    """
    import numpy as np

    found = np.empty((0, windows.steps + 1), dtype=np.int32)
    for stretch in stretches(windows, "train"):
        found = np.concatenate([found, stretch[: count - len(found)]])
        if len(found) == count:
            return found
    raise DataError(
        f"train: expected {count} windows of {windows.steps} known words, got {len(found)}; "
        "bring a longer text or lower train.windows"
    )


def unseen_windows(windows: Windows, count: int) -> NDArray[np.int32]:
    """Return windows of held-out chapters with their targets, int32 (N, T + 1), spread evenly.

    Raises
    ------
    DataError
        There are none.
    """
    import numpy as np

    cuts = [stretch for part in _HELD_OUT for stretch in stretches(windows, part)]
    if not cuts:
        raise DataError(
            f"evaluate: expected windows of {windows.steps} known words in held-out chapters, got "
            "none; bring a longer text"
        )
    found = np.concatenate(cuts)  # (M, T + 1)
    return found[spread(np.arange(len(found)), count)]
