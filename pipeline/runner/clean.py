"""Throw away old artifacts and what failed or interrupted runs have left.

What the last complete run of each novel made stays, and the books of its shelf; where the note of
the runs is damaged, what each stage made of each novel last. So does all that the runner did not
make: model files, strangers' files, whatever a link leads to.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from pathlib import Path
from typing import NamedTuple

from pipeline.runner.canonical import digest
from pipeline.runner.disk import remove, size, usable
from pipeline.runner.folders import DRAFTS, QUARANTINE, SCRATCH, own_children
from pipeline.runner.lock import hold
from pipeline.runner.parts import PARTS
from pipeline.runner.pointer import is_lost, last_runs
from pipeline.runner.store import (
    MANIFEST,
    Record,
    Store,
    artifact_path,
    keys,
    records,
    stage_names,
)


class Removed(NamedTuple):
    """What was removed: an artifact's stage and key, or a service folder and a name in it.

    `novel` is the name of the novel that it was made from, "" where that cannot be told.
    """

    stage: str
    key: str
    bytes: int
    novel: str = ""


def clean(
    store: Store,
    keep: int,
    dry_run: bool,
    *,
    protect: Collection[str] = (),
    only: Collection[tuple[str, str]] | None = None,
) -> list[Removed]:
    """Remove all but the newest artifacts of each stage, and left-overs.

    Parameters
    ----------
    keep : how many artifacts of each stage stay
    dry_run : only tell
    protect : keys that stay in any case; those of the last complete run of each novel always do
    only : stages and keys that may be removed, as a dry run told them; all, unless it is given
    """
    if dry_run:
        return [removed for _, removed in _find(store, keep, protect)]
    done = []
    with hold(store, "clean"), usable(store.folder):
        for path, removed in list(_find(store, keep, protect)):
            if only is None or (removed.stage, removed.key) in only:
                remove(path)
                done.append(removed)
    return done


def _find(store: Store, keep: int, protect: Collection[str]) -> Iterator[tuple[Path, Removed]]:
    """Yield what is to be removed."""
    kept = {*protect, *(key for run in last_runs(store) for key in run.keys.values())}
    stored = {stage: records(store, stage) for stage in stage_names(store)}
    novels = novel_names(record for found in stored.values() for record in found)
    if is_lost(store):
        kept |= _newest_of_each(stored, novels)
    staying = {
        stage: {record.key for record in found[:keep]} | kept for stage, found in stored.items()
    }
    for part in PARTS.keys() & stored.keys():
        staying[part] |= _parts_of(stored.get(PARTS[part], ()), staying, stored[part])
    for stage in stored:
        for key in keys(store, stage):
            if key not in staying[stage]:
                path = artifact_path(store, stage, key)
                yield path, Removed(stage, key, _size(path), novels.get((stage, key), ""))
    for folder in (DRAFTS, QUARANTINE, SCRATCH):
        for path in own_children(store, folder):
            if folder != SCRATCH or _is_orphan(store, path, kept):
                yield path, Removed(folder, path.name, _size(path))


def _parts_of(
    whole: Sequence[Record], staying: Mapping[str, Set[str]], parts: Sequence[Record]
) -> set[str]:
    """Return the keys of parts that an artifact which stays was made of, by the same code."""
    of = [own for own in whole if own.key in staying[own.stage]]
    read = {(file, _code(own)) for own in of for file in own.components["files"].values()}
    return {
        part.key
        for part in parts
        if all((file, _code(part)) in read for file in part.components["files"].values())
    }


def _code(record: Record) -> str:
    """Return the digest of the code that an artifact was made by."""
    return digest(record.components["source"])


def _newest_of_each(
    stored: Mapping[str, Sequence[Record]], novels: Mapping[tuple[str, str], str]
) -> set[str]:
    """Return the key of each stage's newest artifact for each novel."""
    newest: dict[tuple[str, str], str] = {}
    for stage, found in stored.items():
        for record in found:
            newest.setdefault((stage, novels.get((stage, record.key), "")), record.key)
    return set(newest.values())


def novel_names(stored: Iterable[Record]) -> dict[tuple[str, str], str]:
    """Return (stage, key) → the name of the novel that an artifact was made from.

    The inputs are followed by their content to an artifact that has none. What cannot be followed
    is left out.
    """
    stored = list(stored)
    made = {(record.stage, record.content): record for record in reversed(stored)}
    names: dict[tuple[str, str], str] = {}

    def name_of(record: Record) -> str:
        place = (record.stage, record.key)
        if place not in names:
            names[place] = ""  # also where artifacts claim to be made from each other
            inputs = record.components["inputs"].items()
            found = (name_of(made[source]) for source in inputs if source in made)
            names[place] = next(filter(None, found), "") if inputs else _own_name(record)
        return names[place]

    return {(r.stage, r.key): name for r in stored if (name := name_of(r))}


def _own_name(record: Record) -> str:
    """Return what an artifact without inputs was read from: by title, by files, or an address."""
    title = record.facts.get("title")
    if isinstance(title, str) and title:
        return title
    files = sorted(set(record.names.values()))
    if not files:
        source = record.components["settings"].get("source", "")
        return source if isinstance(source, str) else ""
    return files[0] if len(files) == 1 else f"{files[0]} and {len(files) - 1} more"


def _is_orphan(store: Store, scratch_path: Path, kept: Collection[str]) -> bool:
    """Return whether no interrupted run can still want a scratch folder.

    It is wanted while its key is protected, or while its stage has finished nothing since.
    """
    stage, _, key = scratch_path.name.rpartition("-")
    manifests = [record.path / MANIFEST for record in records(store, stage)]
    if key in {path.parent.name for path in manifests}:
        return True
    last_written = max(_written(path) for path in [scratch_path, *scratch_path.iterdir()])
    finished_since = any(_written(path) > last_written for path in manifests)
    return finished_since and key not in kept


def _written(path: Path) -> float:
    """Return when a file or folder was last written; 0 if it has gone meanwhile."""
    try:
        return path.lstat().st_mtime
    except OSError:
        return 0.0


def _size(path: Path) -> int:
    """Return the bytes that removing brings; 0 where it cannot be told."""
    try:
        return size(path)
    except OSError:
        return 0
