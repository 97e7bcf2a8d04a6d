"""A picture of curves as a file of an artifact.

curves.png   PNG
"""

from __future__ import annotations

from pathlib import Path

from pipeline.errors import ArtifactDamaged

PICTURE_FILE = "curves.png"
PNG = b"\x89PNG\r\n\x1a\n"


def save_picture(picture: bytes, folder: Path) -> None:
    """Write a PNG picture."""
    (folder / PICTURE_FILE).write_bytes(picture)


def load_picture(folder: Path) -> bytes:
    """Read what `save_picture` wrote."""
    picture = (folder / PICTURE_FILE).read_bytes()
    if not picture.startswith(PNG):
        raise ArtifactDamaged(f"{PICTURE_FILE}: expected a PNG picture, got {picture[:8]!r}")
    return picture
