"""What a stage's exception means, in one line."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

from pipeline.errors import StageFailed

_FULL = (errno.ENOSPC, errno.EDQUOT)
_TOO_LARGE = "File too large"
_READ_ONLY = "Read-only file system"
_LEAST_FREE = 2**20  # bytes; libraries that hide the error number fail with less than this left
_LONGEST = 300


def as_failure(stage: str, error: Exception, folder: Path, *, saving: bool = False) -> StageFailed:
    """Return the error to raise in place of `error`.

    What was finished before stays: the stages, and a training's epochs in its checkpoint.
    """
    if _is_read_only(error):
        return StageFailed(
            f"{stage}: expected to write in {folder}, its disk has become read-only; what was "
            "finished before is kept, make it writable, run again",
            stage=stage,
            path=folder,
        )
    if _is_disk_full(error, folder):
        return StageFailed(
            f"{stage}: disk full in {folder}; what was finished before is kept, make room, run "
            "again",
            stage=stage,
            path=folder,
        )
    if getattr(error, "errno", None) == errno.EFBIG or _TOO_LARGE in str(error):
        return StageFailed(
            f"{stage}: expected whole files in {folder}, the system lets none become that large; "
            "what was finished before is kept, raise the limit (ulimit -f) or choose another disk, "
            "run again",
            stage=stage,
            path=folder,
        )
    message = " ".join(str(error).split())[:_LONGEST]
    what = f"{type(error).__name__}: {message}" if message else type(error).__name__
    doing = "be saved" if saving else "finish"
    return StageFailed(
        f"{stage}: expected to {doing}, got {what}; --debug shows where", stage=stage
    )


def _is_disk_full(error: Exception, folder: Path) -> bool:
    """Return whether an error comes from a full disk, however a library has wrapped it."""
    if getattr(error, "errno", None) in _FULL or "No space left" in str(error):
        return True
    return isinstance(error, OSError) and shutil.disk_usage(folder).free < _LEAST_FREE


def _is_read_only(error: Exception) -> bool:
    """Return whether an error comes from a disk that nothing can be written to."""
    return getattr(error, "errno", None) == errno.EROFS or _READ_ONLY in str(error)
