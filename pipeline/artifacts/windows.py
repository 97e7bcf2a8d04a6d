"""`window`'s artifact: the token stream and where its windows start.

ids.npy       int32 (tokens,), memory-mapped; see `tokens.py`
windows.npz   train_spans, validation_spans, test_spans: int64 (S, 2), [start, stop) in tokens
split.json    window length, vocabulary size, and each section's part and tokens

A window is `ids[s : s + steps]` and its target `ids[s + steps]`: a view of the stream, so no window
is ever stored. One window of 20 words as float vectors would take 16 KB; here it takes nothing.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.artifacts.codec import Codec, check_array, read_json, write_json
from pipeline.artifacts.segmentation import Part
from pipeline.errors import ArtifactDamaged

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PARTS: tuple[Part, ...] = ("train", "validation", "test")


@dataclass(frozen=True)
class Windows:
    """A token stream and its division into parts.

    Attributes
    ----------
    ids : int32 (tokens,)
        As `pipeline.artifacts.tokens` tells.
    spans : part → int64 (S, 2)
        Token ranges [start, stop) of each part; neighbouring sections of a part are one span, those
        of several books several.
    steps : int
        Words of context before a target.
    vocabulary_size : int
        V; the id V is what the vocabulary lacks.
    sections : tuple of dict
        title, part, start and stop (in tokens) and the number of the book of each section.
    """

    ids: NDArray[np.int32]
    spans: dict[Part, NDArray[np.int64]]
    steps: int
    vocabulary_size: int
    sections: tuple[dict[str, Any], ...]


def window_view(ids: NDArray[np.int32], *, steps: int) -> NDArray[np.int32]:
    """Return every window with its target as a view (tokens - steps, steps + 1) of `ids`."""
    from numpy.lib.stride_tricks import sliding_window_view

    return sliding_window_view(ids, steps + 1)


def evaluation_starts(windows: Windows, part: Part) -> NDArray[np.int64]:
    """Return the window starts (N,) whose target lies in `part`, one for every target there.

    The context of a section's first targets reaches back into the section before it, so that every
    target has exactly `steps` words of context. Only the very first `steps` words of the novel
    cannot be targets.
    """
    import numpy as np

    starts = [
        np.arange(max(start - windows.steps, 0), stop - windows.steps, dtype=np.int64)
        for start, stop in windows.spans[part]
    ]
    return np.concatenate(starts) if starts else np.empty(0, dtype=np.int64)


def target_sections(windows: Windows, starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the index in `sections` of each target (N,), given the window starts (N,)."""
    import numpy as np

    # The sections lie end to end: a token's is the first that stops after it.
    stops = np.array([section["stop"] for section in windows.sections])  # (sections,)
    return np.searchsorted(stops, starts + windows.steps, side="right").astype(np.int64)


def spread(starts: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Return at most `count` of the starts (N,), evenly spaced."""
    import numpy as np

    return starts[np.linspace(0, len(starts) - 1, min(count, len(starts))).astype(np.int64)]


def spread_targets(windows: Windows, starts: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Return at most so many of the window starts (N,), of chapters evenly spread.

    Chapters are taken whole but for the longest: no few of them leave the others out.
    """
    import numpy as np

    if len(starts) <= most:
        return starts
    chapters = target_sections(windows, starts)  # (N,), ascending
    numbers, firsts, sizes = np.unique(chapters, return_index=True, return_counts=True)  # (C,)
    chosen = spread(np.arange(len(numbers)), -(-len(numbers) * most // len(starts)))
    # The first length that is too much, were no chapter longer.
    over = bisect_right(range(most + 1), most, key=lambda n: np.minimum(sizes[chosen], n).sum())
    places = np.arange(len(starts)) - np.repeat(firsts, sizes)  # (N,), within its chapter
    return starts[np.isin(chapters, numbers[chosen]) & (places < over - 1)]


def save_windows(windows: Windows, folder: Path) -> None:
    """Write ids.npy, windows.npz and split.json."""
    import numpy as np

    np.save(folder / "ids.npy", windows.ids, allow_pickle=False)
    spans = {f"{part}_spans": windows.spans[part] for part in PARTS}
    np.savez(folder / "windows.npz", **spans)  # type: ignore[arg-type]
    split = {
        "steps": windows.steps,
        "vocabulary_size": windows.vocabulary_size,
        "sections": list(windows.sections),
    }
    write_json(folder / "split.json", split)


def load_windows(folder: Path) -> Windows:
    """Map ids.npy into memory and read the rest of what `save_windows` wrote."""
    from zipfile import BadZipFile

    import numpy as np

    split = read_json(folder / "split.json")
    try:
        ids = np.load(folder / "ids.npy", mmap_mode="r", allow_pickle=False)
        with np.load(folder / "windows.npz", allow_pickle=False) as arrays:
            spans: dict[Part, NDArray[np.int64]] = {part: arrays[f"{part}_spans"] for part in PARTS}
    except (OSError, EOFError, BadZipFile, ValueError, KeyError) as error:
        raise ArtifactDamaged(f"windows: expected numpy arrays, got {error}") from error
    check_array("ids", ids, shape=(ids.size,), dtype=np.int32)
    return Windows(
        ids=ids,
        spans=spans,
        steps=split["steps"],
        vocabulary_size=split["vocabulary_size"],
        sections=tuple(split["sections"]),
    )


def _describe_windows(windows: Windows) -> dict[str, Any]:
    """Return the facts shown to people."""
    import numpy as np

    counts = {str(part): len(evaluation_starts(windows, part)) for part in PARTS}
    known = float(np.mean(windows.ids < windows.vocabulary_size))
    return {"tokens": len(windows.ids), "coverage": round(known, 4), **counts}


WINDOWS = Codec(save=save_windows, load=load_windows, describe=_describe_windows)
