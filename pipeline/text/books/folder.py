"""A folder as a novel: its text files in the order in which people read them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from pipeline.artifacts.marker import is_store
from pipeline.filenames import readable
from pipeline.text.chapters.numerals import NUMERAL_CLASS, number


def folder_files(root: Path) -> dict[str, Path]:
    """Return the text files of a folder by label, in reading order."""
    found: dict[str, Path] = {}
    for path in sorted(_walk(root)):
        relative = str(path.relative_to(root))
        label = Path(readable(relative)).as_posix()
        while label in found:  # another encoding's name for the same characters
            label = f"{label}~"
        found[label] = path
    return dict(sorted(found.items(), key=lambda item: (reading_order(Path(item[0])), item[0])))


def _walk(root: Path) -> Iterator[Path]:
    """Yield the text files below a folder, those of artifacts left out."""
    for folder, below, names in os.walk(root):
        below[:] = [name for name in below if not is_store(Path(folder) / name)]
        yield from (Path(folder) / name for name in names if _is_text_name(name))


def _is_text_name(name: str) -> bool:
    return Path(name).suffix.lower() == ".txt" and not name.startswith(".")


def reading_order(path: Path) -> list[list[tuple[int, int, str]]]:
    """Return a sort key that puts 2 before 10, 第二回 before 第十回, and 上 before 中 before 下."""
    return [_natural(part) for part in path.with_suffix("").parts]


def _natural(name: str) -> list[tuple[int, int, str]]:
    """Return a name as a list of numbers and words, numbers first."""
    name = re.sub(
        r"[上中下](?=[卷部册集篇]?$)", lambda found: str("上中下".index(found.group()) + 1), name
    )
    pieces = re.split(rf"({NUMERAL_CLASS}+)", name)
    return [
        (0, number(piece), "") if index % 2 else (1, 0, piece)
        for index, piece in enumerate(pieces)
        if piece
    ]
