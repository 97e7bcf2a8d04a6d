"""What was computed from a file, remembered for as long as the file's stat does not change.

The memo only saves time, so whatever is wrong with it, it is dropped: the file begins with the
digest of all that follows, and a remembered value of another form is computed again. What a stage
uses is never taken on the memo's word alone: see `store.load`.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.artifacts.codec import FEW_BYTES, refuse_constant
from pipeline.regular import read_bytes
from pipeline.runner.disk import sha256, write_durably

_CAPACITY = 4096  # entries; the least recently used go first
# A file may change twice within one tick of its disk's clock (2 s on the coarsest) and look the
# same, so results for younger files are not kept.
SETTLED_SECONDS = 2.0
_FORM = re.compile(rb'\{"digest":"([0-9a-f]{64})","entries":(\{.*\})\}', re.DOTALL)
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass
class Memo:
    """Results by file identity, in order of last use; a dictionary with a place on disk."""

    path: Path
    entries: dict[str, Any]
    changed: bool = False


def open_memo(path: Path) -> Memo:
    """Read the memo; a missing, unreadable or changed one is empty."""
    try:
        found = _FORM.fullmatch(read_bytes(path, FEW_BYTES))
        if found is None or found[1].decode() != hashlib.sha256(found[2]).hexdigest():
            return Memo(path, {})
        return Memo(path, json.loads(found[2], parse_constant=refuse_constant))
    except (OSError, ValueError, RecursionError):
        return Memo(path, {})


def recall(
    memo: Memo,
    path: Path,
    kind: str,
    compute: Callable[[Path], Any],
    *,
    ignore: bool = False,
    sound: Callable[[Any], bool] | None = None,
) -> Any:
    """Return `compute(path)`, from the memo if the file is the same as it was then.

    Parameters
    ----------
    kind : tells different results of one file apart
    ignore : compute in any case
    sound : whether a remembered value has the right form; any has, unless it is given
    """
    identity = _identity(path, kind)
    if identity in memo.entries and not ignore:
        value = memo.entries.pop(identity)
        if sound is None or sound(value):
            memo.entries[identity] = value
            return value
    value = compute(path)
    if memo.entries.get(identity, value) != value:  # the file has changed and its stat has not
        del memo.entries[identity]
        memo.changed = True
    settled = time.time() - path.stat().st_ctime > SETTLED_SECONDS
    if settled and _identity(path, kind) == identity:
        memo.entries[identity] = value
        memo.changed = True
    return value


def recall_sha256(memo: Memo, path: Path, *, ignore: bool = False) -> str:
    """Return the sha256 of a file's bytes, in hexadecimal."""
    return str(recall(memo, path, "sha256", sha256, ignore=ignore, sound=is_digest))


def is_digest(value: object) -> bool:
    """Return whether a value is a sha256 in hexadecimal."""
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None


def save_memo(memo: Memo) -> None:
    """Write the memo if it has changed; one that cannot be written is only slower next time."""
    if not memo.changed or not memo.path.parent.is_dir():
        return
    kept = dict(list(memo.entries.items())[-_CAPACITY:])
    entries = json.dumps(kept, separators=(",", ":"))
    digest = hashlib.sha256(entries.encode("ascii")).hexdigest()
    try:
        write_durably(memo.path, f'{{"digest":"{digest}","entries":{entries}}}')
    except OSError:
        return
    memo.changed = False


def _identity(path: Path, kind: str) -> str:
    """Return what a file's stat says of its content; the path is no part of it."""
    stat = os.stat(path)  # noqa: PTH116 half the time of Path.stat, some hundred times a plan
    numbers = (stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
    return ":".join([kind, *map(str, numbers)])
