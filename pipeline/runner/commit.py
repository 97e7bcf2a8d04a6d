"""How artifacts get into the store and out of it, so that no crash can leave half of one.

A new artifact is written in `.tmp`, forced to the disk, and renamed into place. One that it
replaces waits in `.old` meanwhile. Everything here is done under the lock.
"""

from __future__ import annotations

import os
import stat
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from pipeline.artifacts.codec import write_json
from pipeline.errors import StageFailed
from pipeline.runner.disk import move, remove, sha256, sync
from pipeline.runner.fingerprint import SCHEMA, key_of
from pipeline.runner.folders import DRAFTS, REPLACED, own_children, own_folder, set_aside
from pipeline.runner.store import (
    MANIFEST,
    Record,
    Store,
    artifact_path,
    read_record,
    seal,
)


def commit(
    store: Store,
    components: Mapping[str, Any],
    write: Callable[[Path], None],
    history: Mapping[str, Any],
) -> Record:
    """Store an artifact: all of it, or nothing.

    Parameters
    ----------
    components : see `fingerprint.components`; they name the stage and give the key
    write : writes the files into an empty folder
    history : the `names`, `started`, `seconds` and `facts` of the manifest
    """
    stage, key = components["stage"], key_of(components)
    target = artifact_path(store, stage, key)
    draft = own_folder(store, DRAFTS) / uuid.uuid4().hex
    own_folder(store, stage)
    try:
        draft.mkdir(parents=True)
        write(draft)
        about = {"schema": SCHEMA, "stage": stage, "key": key, "components": dict(components)}
        _write_manifest(draft, {**about, **history, "files": _measure(draft, stage)})
        _install(store, draft, target)
    finally:
        with suppress(OSError):  # a disk that has become read-only keeps it until the next run
            if draft.exists():
                remove(draft)
    record = read_record(store, stage, key)
    if record is None:
        raise StageFailed(f"{stage}: expected the artifact just stored, found none; run it again")
    return record


def adopt(store: Store, folder: Path, stage: str, key: str) -> None:
    """Take a checked artifact that lies in a draft, manifest and all, into the store."""
    own_folder(store, stage)
    for path in (*folder.iterdir(), folder):
        sync(path)
    _install(store, folder, artifact_path(store, stage, key))


def recover(store: Store) -> None:
    """Finish or undo what a crash interrupted: drafts go, replaced artifacts return if needed."""
    for waiting in own_children(store, REPLACED):
        stage, _, key = waiting.name.rpartition("-")
        own_folder(store, stage)
        target = artifact_path(store, stage, key)
        if os.path.lexists(target):
            remove(waiting)
        else:
            move(waiting, target)
    for draft in own_children(store, DRAFTS):
        remove(draft)


def quarantine(store: Store, stage: str, key: str) -> Path | None:
    """Move a damaged artifact out of the way and return its new place; None if there is none."""
    own_folder(store, stage)
    return set_aside(store, artifact_path(store, stage, key), f"{stage}-{key[:12]}")


def _measure(folder: Path, stage: str) -> dict[str, dict[str, Any]]:
    """Force the files of a draft to the disk; return their digests and sizes."""
    files = {}
    for path in sorted(folder.iterdir()):
        if not stat.S_ISREG(path.lstat().st_mode) or path.name == MANIFEST:
            raise StageFailed(f"{stage}: expected the codec to write plain files, got {path.name}")
        sync(path)
        files[path.name] = {"sha256": sha256(path), "size": path.stat().st_size}
    return files


def _write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    """Write the manifest, last of all files, and force it to the disk."""
    write_json(folder / MANIFEST, seal(manifest))
    sync(folder / MANIFEST)
    sync(folder)


def _install(store: Store, draft: Path, target: Path) -> None:
    """Rename a finished draft into place; an artifact that is there stays until then."""
    waiting = own_folder(store, REPLACED) / f"{target.parent.name}-{target.name}"
    replaces = os.path.lexists(target)
    if replaces:
        move(target, waiting)
    try:
        move(draft, target)
    except BaseException:
        if replaces and not os.path.lexists(target):
            move(waiting, target)
        raise
    if replaces:
        remove(waiting)
