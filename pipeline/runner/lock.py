"""One run at a time: a kernel lock on the artifacts folder that dies with its holder."""

from __future__ import annotations

import errno
import json
import os
import re
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from pipeline.artifacts.codec import read_object
from pipeline.errors import ArtifactDamaged, Busy, XuxieError
from pipeline.runner.commit import recover
from pipeline.runner.disk import usable, write_durably
from pipeline.runner.folders import mark
from pipeline.runner.store import Store

_LOCK, _HOLDER = ".lock", ".lock.json"
# What `write_durably` leaves beside these files when it is killed; of the others' writers one may
# be at work, since they write without the lock.
_LEFT_OVER = re.compile(r"(\.lock\.json|\.memo\.json|current\.json)\.[0-9a-f]{32}")
_LEFT_OVER_SECONDS = 60.0


@contextmanager
def hold(store: Store, command: str) -> Iterator[None]:
    """Hold the store for writing, and first repair what a crash left behind.

    A full disk is no reason not to hold it: `clean` makes room.

    Parameters
    ----------
    command : what the holder does, shown to others

    Raises
    ------
    Busy
        At once if another run holds it; says who and since when.
    XuxieError
        The folder cannot be used, or its disk knows no locks.
    """
    from filelock import FileLock, Timeout  # 60 ms that readers need not spend

    holder_path = store.folder / _HOLDER
    with usable(store.folder):
        store.folder.mkdir(parents=True, exist_ok=True)
        _refuse_unlockable(store.folder / _LOCK)
        lock = FileLock(store.folder / _LOCK)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise Busy(_describe_holder(store, holder_path), path=store.folder) from None
    try:
        with suppress(OSError):  # the note and the mark are for others; what follows tells more
            holder = {"pid": os.getpid(), "command": command, "since": _now()}
            write_durably(holder_path, json.dumps(holder, ensure_ascii=False))
            mark(store)
        with usable(store.folder):
            recover(store)
            _remove_left_overs(store.folder)
        yield
    finally:
        with suppress(OSError):  # the disk may have become read-only
            holder_path.unlink(missing_ok=True)
        lock.release()


def _refuse_unlockable(path: Path) -> None:
    """Raise where the lock file cannot be locked for another reason than that a run holds it."""
    if os.path.lexists(path) and not stat.S_ISREG(path.lstat().st_mode):
        raise XuxieError(
            f"{path}: expected a file of xuxie's own, got something else; move it away", path=path
        )
    if os.name == "nt":
        return
    import fcntl

    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EACCES):  # held, which is told by the lock itself
            return
        raise XuxieError(
            f"artifacts folder {path.parent}: expected a disk on which files can be locked, got: "
            f"{error.strerror}; give a folder on a local disk with --artifacts",
            option="--artifacts",
            path=path.parent,
        ) from error
    finally:
        os.close(descriptor)


def _remove_left_overs(folder: Path) -> None:
    """Remove the drafts of small files that killed processes have left."""
    for path in folder.iterdir():
        if _LEFT_OVER.fullmatch(path.name) and stat.S_ISREG(path.lstat().st_mode):
            old = time.time() - path.lstat().st_mtime > _LEFT_OVER_SECONDS
            if old or path.name.startswith(_HOLDER):
                path.unlink(missing_ok=True)


def _describe_holder(store: Store, path: Path) -> str:
    """Return who holds the lock, as far as its side file tells."""
    try:
        holder = read_object(path, {"command": str, "pid": int, "since": str})
        who = f"{holder['command']} (process {holder['pid']}) since {holder['since']}"
    except ArtifactDamaged:
        who = "another run"
    return f"artifacts folder {store.folder}: expected it free, held by {who}; wait for its end"


def _now() -> str:
    """Return the local time as people read it."""
    return datetime.now(UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")
