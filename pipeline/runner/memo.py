"""What was computed from a file, remembered for as long as the file's stat does not change."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.runner.disk import write_durably

CAPACITY = 4096  # entries; the least recently used go first
# A file may change twice within one tick of its disk's clock (2 s on the coarsest) and look the
# same, so results for younger files are not kept.
SETTLED_SECONDS = 2.0


@dataclass
class Memo:
    """Results by file identity, in order of last use; a dictionary with a place on disk."""

    path: Path
    entries: dict[str, Any]
    changed: bool = False


def open_memo(path: Path) -> Memo:
    """Read the memo; a missing or unreadable one is empty."""
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        entries = {}
    return Memo(path, entries if isinstance(entries, dict) else {})


def recall(
    memo: Memo, path: Path, kind: str, compute: Callable[[Path], Any], *, ignore: bool = False
) -> Any:
    """Return `compute(path)`, from the memo if the file is the same as it was then.

    `kind` tells different results of one file apart; `ignore` computes in any case.
    """
    identity = _identity(path, kind)
    if identity in memo.entries and not ignore:
        memo.entries[identity] = memo.entries.pop(identity)
        return memo.entries[identity]
    value = compute(path)
    settled = time.time() - path.stat().st_ctime > SETTLED_SECONDS
    if settled and _identity(path, kind) == identity:
        memo.entries[identity] = value
        memo.changed = True
    return value


def save_memo(memo: Memo) -> None:
    """Write the memo if it has changed; one that cannot be written is only slower next time."""
    if not memo.changed or not memo.path.parent.is_dir():
        return
    kept = dict(list(memo.entries.items())[-CAPACITY:])
    try:
        write_durably(memo.path, json.dumps(kept, separators=(",", ":")))
    except OSError:
        return
    memo.changed = False


def _identity(path: Path, kind: str) -> str:
    """Return what a file's stat says of its content; the path is no part of it."""
    stat = os.stat(path)  # noqa: PTH116 half the time of Path.stat, some hundred times a plan
    numbers = (stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
    return ":".join([kind, *map(str, numbers)])
