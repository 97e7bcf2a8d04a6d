"""A folder as a novel: its texts in the order in which people read them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from pipeline.artifacts.marker import is_store
from pipeline.filenames import readable
from pipeline.text.books.choice import choose
from pipeline.text.cuts import Cut


def folder_files(root: Path) -> dict[str, Path]:
    """Return the files of a folder that are read, by label, in reading order."""
    found = _labelled(root)
    return {label: found[label] for label in choose(found).paths}


def folder_cuts(root: Path) -> tuple[Cut, ...]:
    """Return a cut for each text of a folder that is not read."""
    return choose(_labelled(root)).cuts


def _labelled(root: Path) -> dict[str, Path]:
    """Return all files below a folder by label."""
    found: dict[str, Path] = {}
    for path in sorted(_walk(root)):
        label = Path(readable(str(path.relative_to(root)))).as_posix()
        while label in found:  # another encoding's name for the same characters
            label = f"{label}~"
        found[label] = path
    return found


def _walk(root: Path) -> Iterator[Path]:
    """Yield the files below a folder, those of artifacts left out."""
    for folder, below, names in os.walk(root):
        below[:] = [name for name in below if not is_store(Path(folder) / name)]
        yield from (Path(folder) / name for name in names)
