"""Throw away old artifacts and what failed or interrupted runs have left."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

from pipeline.runner.commit import DRAFTS, QUARANTINE
from pipeline.runner.disk import remove, size, usable
from pipeline.runner.execute import SCRATCH
from pipeline.runner.lock import hold
from pipeline.runner.pointer import current
from pipeline.runner.store import MANIFEST, Store, artifact_path, keys, records, stage_names


class Removed(NamedTuple):
    """What was removed: an artifact's stage and key, or a service folder and a name in it."""

    stage: str
    key: str
    bytes: int


def clean(
    store: Store, keep: int, dry_run: bool, *, protect: Collection[str] = ()
) -> list[Removed]:
    """Remove all but the newest artifacts of each stage, and left-overs.

    Parameters
    ----------
    keep : how many artifacts of each stage stay
    dry_run : only tell
    protect : keys that stay in any case; those of the last complete run always do
    """
    if dry_run:
        return [removed for _, removed in _find(store, keep, protect)]
    done = []
    with hold(store, "clean"), usable(store.folder):
        for path, removed in list(_find(store, keep, protect)):
            remove(path)
            done.append(removed)
    return done


def _find(store: Store, keep: int, protect: Collection[str]) -> Iterator[tuple[Path, Removed]]:
    """Yield what is to be removed."""
    last = current(store)
    kept = {*protect, *(last.keys.values() if last else ())}
    for stage in stage_names(store):
        newest = [record.key for record in records(store, stage)][:keep]
        for key in keys(store, stage):
            if key not in newest and key not in kept:
                path = artifact_path(store, stage, key)
                yield path, Removed(stage, key, size(path))
    for folder in (DRAFTS, QUARANTINE, SCRATCH):
        for path in _children(store.folder / folder):
            if folder != SCRATCH or _is_orphan(store, path, kept):
                yield path, Removed(folder, path.name, size(path))


def _is_orphan(store: Store, scratch_path: Path, kept: Collection[str]) -> bool:
    """Return whether no interrupted run can still want a scratch folder.

    It is wanted while its key is protected, or while its stage has finished nothing since.
    """
    stage, _, key = scratch_path.name.rpartition("-")
    manifests = [record.path / MANIFEST for record in records(store, stage)]
    if key in {path.parent.name for path in manifests}:
        return True
    last_written = max(path.lstat().st_mtime for path in [scratch_path, *_children(scratch_path)])
    finished_since = any(path.lstat().st_mtime > last_written for path in manifests)
    return finished_since and key not in kept


def _children(folder: Path) -> list[Path]:
    """Return what lies in a folder, nothing if there is no folder."""
    return sorted(folder.iterdir()) if folder.is_dir() else []
