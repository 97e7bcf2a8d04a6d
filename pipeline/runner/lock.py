"""One run at a time: a kernel lock on the artifacts folder that dies with its holder."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pipeline.errors import Busy
from pipeline.runner.commit import recover
from pipeline.runner.disk import usable, write_durably
from pipeline.runner.store import Store


@contextmanager
def hold(store: Store, command: str) -> Iterator[None]:
    """Hold the store for writing, and first repair what a crash left behind.

    Parameters
    ----------
    command : what the holder does, shown to others

    Raises
    ------
    Busy
        At once if another run holds it; says who and since when.
    """
    from filelock import FileLock, Timeout  # 60 ms that readers need not spend

    holder_path = store.folder / ".lock.json"
    with usable(store.folder):
        store.folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(store.folder / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise Busy(_describe_holder(store, holder_path)) from None
    try:
        with usable(store.folder):
            holder = {"pid": os.getpid(), "command": command, "since": _now()}
            write_durably(holder_path, json.dumps(holder, ensure_ascii=False))
            recover(store)
        yield
    finally:
        holder_path.unlink(missing_ok=True)
        lock.release()


def _describe_holder(store: Store, path: Path) -> str:
    """Return who holds the lock, as far as its side file tells."""
    try:
        holder = json.loads(path.read_text(encoding="utf-8"))
        who = f"{holder['command']} (process {holder['pid']}) since {holder['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        who = "another run"
    return f"artifacts folder {store.folder}: expected it free, held by {who}; wait for its end"


def _now() -> str:
    """Return the local time as people read it."""
    return datetime.now(UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")
