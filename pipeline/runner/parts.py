"""The parts of a stage's result, each an artifact of its own: a book of a shelf.

One is made anew only where its files, its settings or the stage's code have changed. It is stored
as stages' artifacts are, under a name of its own, and each as soon as it is made: what a run that
is interrupted has made is there for the next one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from typing import Any

from pipeline.artifacts.codec import Codec
from pipeline.errors import ArtifactDamaged, DataError
from pipeline.filenames import readable
from pipeline.runner.commit import commit, quarantine
from pipeline.runner.fingerprint import file_digests, key_of, refuse_difference
from pipeline.runner.mirror import Mirror, Say, fetch, send
from pipeline.runner.store import Record, Store, check, load, records
from pipeline.stage import Part, attempt
from pipeline.workers import Workers

_MUCH = 4 * 2**20  # bytes: seconds of reading, more than it takes to start a process

PARTS = {"book": "fetch"}
"""What parts are kept under → the stage that they are parts of."""


def keep_parts(
    store: Store,
    stage: Mapping[str, Any],
    workers: Workers,
    name: str,
    codec: Codec[Any],
    make: Callable[[Any], Any],
    parts: Iterable[Part],
    *,
    refuse_edits: Callable[[], None] = lambda: None,
    mirror: Mirror | None = None,
    say: Say = lambda text: None,
) -> Generator[Any, None, None]:
    """Yield each part in order; see `pipeline.stage.MakeParts`. Call it under the lock.

    Parameters
    ----------
    store : Store
    stage : see `fingerprint.components`
        Those of the stage that the parts are of: code, libraries and Python are theirs too.
    workers : Workers
        They make what is missing, if it is much.
    refuse_edits
        Raises where the stage's modules are no longer those that its key tells of.
    mirror, say : see `mirror.fetch`
    """
    known = [(part, *_look_up(store, stage, name, part, mirror, say)) for part in parts]
    missing = [part for part, _, record in known if record is None]
    most = 0 if _bytes(missing) >= _MUCH else 1
    coming = (part.given() for part in missing)
    with closing(workers.map(partial(attempt, make), coming, most=most)) as made:
        for part, components, record in known:
            kept = None if record is None else _load(store, record, codec)
            if record is not None and kept is not None:
                send(mirror, record, say)
                yield kept
                continue
            began, clock = datetime.now(UTC), time.perf_counter()
            value = next(made) if record is None else attempt(make, part.given())
            if not isinstance(value, DataError):
                now = file_digests(part.files, store.memo, ignore_memo=True)
                refuse_difference(stage["stage"], "file", components["files"], now)
                refuse_edits()  # a worker's process may have loaded them later
                history = {
                    "started": began.isoformat(timespec="microseconds"),
                    "seconds": round(time.perf_counter() - clock, 3),
                    "names": {label: readable(path.name) for label, path in part.files.items()},
                    "facts": codec.describe(value),
                }
                new = commit(store, components, partial(codec.save, value), history)
                send(mirror, new, say, replace=record is not None)  # which could not be read
            yield value


def send_parts(mirror: Mirror | None, store: Store, result: Record, say: Say) -> None:
    """Send the parts of a stage's result that are kept here, where the stage itself need not run.

    Who takes the result from there may have to make it anew, with one part that has changed. Parts
    are known by their files.
    """
    files = set(result.components["files"].values())
    for name in (name for name, of in PARTS.items() if of == result.stage):
        for record in records(store, name):
            if files.issuperset(record.components["files"].values()):
                send(mirror, record, say)


def _bytes(parts: Iterable[Part]) -> int:
    """Return how many bytes the parts are made of."""
    paths = [path for part in parts for path in part.files.values()]
    return sum(path.stat().st_size for path in paths if path.is_file())


def _load(store: Store, record: Record, codec: Codec[Any]) -> Any:
    """Return a part as it was kept, None where its bytes have changed since it was looked up."""
    try:
        return load(store, record, codec)
    except ArtifactDamaged:
        quarantine(store, record.stage, record.key)
        return None


def _look_up(
    store: Store,
    stage: Mapping[str, Any],
    name: str,
    part: Part,
    mirror: Mirror | None,
    say: Say,
) -> tuple[dict[str, Any], Record | None]:
    """Return what decides a part, and the part itself where it is kept; a damaged one goes away."""
    components = {
        **stage,
        "stage": name,
        "settings": dict(part.settings),
        "files": file_digests(part.files, store.memo),
        "inputs": {},
    }
    key = key_of(components)
    record, damage = check(store, name, key)
    if damage:
        quarantine(store, name, key)
    if record is None and fetch(mirror, store, name, key, say):
        record, _ = check(store, name, key)
    return components, record
