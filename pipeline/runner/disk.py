"""The few file operations whose outcome must survive a crash."""

from __future__ import annotations

import hashlib
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import XuxieError


def sha256(path: Path) -> str:
    """Return the sha256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Force a file's bytes, or a folder's list of names, to the disk."""
    if os.name == "nt" and path.is_dir():
        return  # Windows cannot open a folder, and keeps its names safe by itself
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_durably(path: Path, text: str) -> None:
    """Write a small text file that is either wholly old or wholly new, whatever happens."""
    draft = path.with_name(f"{path.name}.{uuid.uuid4().hex}")
    try:
        draft.write_text(text, encoding="utf-8", newline="\n")
        sync(draft)
        draft.replace(path)
        sync(path.parent)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def move(source: Path, target: Path) -> None:
    """Rename a folder to a free name on the same disk, durably."""
    target.parent.mkdir(parents=True, exist_ok=True)
    source.rename(target)
    sync(target.parent)
    sync(source.parent)
    sync(target.parent.parent)  # the parent itself may be new


def remove(path: Path) -> None:
    """Remove a file, a link (never what it points to) or a folder with all that it holds."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def size(path: Path) -> int:
    """Return the bytes of a file or of all files in a folder, links not followed."""
    if path.is_dir() and not path.is_symlink():
        return sum(size(child) for child in path.iterdir())
    return path.lstat().st_size


@contextmanager
def usable(folder: Path, what: str = "artifacts folder") -> Iterator[None]:
    """Turn an operating-system error on the artifacts folder, or another, into one line."""
    try:
        yield
    except OSError as error:
        why = error.strerror or str(error)
        raise XuxieError(
            f"{what} {folder}: expected a writable folder with room, got: {why}",
            path=folder,
        ) from error
