"""Artifacts shared by several machines: fetched before a stage would run, sent once it has.

A place holds them in the store's own form. Nothing that comes from there is trusted: it is read
into a draft, no further than it says of itself, checked as stored artifacts are, and renamed into
the store only then. An artifact without a manifest is not there, and the manifest is sent last.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Literal

from pipeline.artifacts.codec import FEW_BYTES
from pipeline.errors import ArtifactDamaged, SettingsError
from pipeline.runner.addresses import open_place
from pipeline.runner.commit import adopt, quarantine
from pipeline.runner.disk import remove, usable
from pipeline.runner.folders import DRAFTS, own_folder
from pipeline.runner.places import Folder, Place
from pipeline.runner.store import (
    MANIFEST,
    Record,
    Store,
    artifact_path,
    check,
    open_store,
    read_record,
)

_BLOCK = 2**20  # bytes that are copied at once
Say = Callable[[str], None]


@dataclass
class Mirror:
    """A place, and what a command has learnt of it.

    `there` and `damaged` hold paths of artifacts. What has failed once is not tried again by the
    same command: each try may wait for minutes.
    """

    place: Place
    there: set[str] = field(default_factory=set)
    damaged: set[str] = field(default_factory=set)
    can_read: bool = True
    can_write: bool = True


def open_mirror(address: str | None, store: Store) -> Mirror | None:
    """Return the mirror at an address; None where none is given.

    Raises
    ------
    SettingsError
        See `open_place`; or it is the artifacts folder itself.
    """
    if not address:
        return None
    place = open_place(address)
    if isinstance(place, Folder) and place.root.resolve() == store.folder.resolve():
        raise SettingsError(
            "--store: expected another folder than that of the artifacts, got the same",
            option="--store",
        )
    return Mirror(place)


def fetch(mirror: Mirror | None, store: Store, stage: str, key: str, say: Say) -> bool:
    """Take an artifact from the mirror into the store, under the lock; return whether that was so.

    What is not there, cannot be read or is not as its manifest says is not taken; of the last two
    a line is said.
    """
    where = f"{stage}/{key}"
    if mirror is None or not mirror.can_read or where in mirror.damaged:
        return False
    with usable(store.folder):
        draft = own_folder(store, DRAFTS) / uuid.uuid4().hex
        draft.mkdir(parents=True)
    try:
        if not _download(mirror, store, open_store(draft), stage, key):
            return False
        mirror.there.add(where)
        return True
    except ArtifactDamaged as error:
        mirror.damaged.add(where)
        say(f"store {mirror.place.name}: {_short(where)} cannot be used, {error}; it is made anew")
    except OSError as error:
        mirror.can_read = mirror.can_write = False
        _say_lost(mirror, "read", where, error, say)
    finally:
        with usable(store.folder):
            remove(draft)
    return False


def fetch_step(mirror: Mirror | None, store: Store, stage: str, key: str, say: Say) -> bool:
    """Take a stage's artifact as `fetch` does, and say so."""
    if mirror is None or not fetch(mirror, store, stage, key, say):
        return False
    say(f"taken from {mirror.place.name}")
    return True


def lacks(mirror: Mirror | None, record: Record) -> bool:
    """Return whether an artifact can be sent to the mirror and is not there."""
    where = f"{record.stage}/{record.key}"
    if mirror is None or not mirror.can_write or where in mirror.there:
        return False
    with suppress(OSError, ArtifactDamaged):  # to write will fail too, and tell of it
        if mirror.place.has(f"{where}/{MANIFEST}"):
            mirror.there.add(where)
    return where not in mirror.there


def send(mirror: Mirror | None, record: Record, say: Say, *, replace: bool = False) -> None:
    """Bring an artifact to the mirror if it is not there, or in any case to `replace` it.

    A failure is said in a line, and is no reason to end a run: the artifact is in the store.
    """
    where = f"{record.stage}/{record.key}"
    if mirror is None or not mirror.can_write:
        return
    replace = replace or where in mirror.damaged
    if not replace and not lacks(mirror, record):
        return
    try:
        if replace:
            mirror.place.remove(f"{where}/{MANIFEST}")
        for name in (*sorted(record.files), MANIFEST):
            mirror.place.write(f"{where}/{name}", record.path / name)
        mirror.there.add(where)
        mirror.damaged.discard(where)
    except (OSError, ArtifactDamaged) as error:
        mirror.can_write = False
        _say_lost(mirror, "write", where, error, say)


def _download(mirror: Mirror, store: Store, draft: Store, stage: str, key: str) -> bool:
    """Read an artifact into a store of its own, check it there and move it; False if it is none.

    Raises
    ------
    ArtifactDamaged
        It is incomplete, or not as its manifest says.
    OSError
        The place does not answer, or the disk has no room.
    """
    folder = artifact_path(draft, stage, key)
    folder.mkdir(parents=True)
    try:
        _copy(mirror.place, f"{stage}/{key}/{MANIFEST}", folder / MANIFEST, FEW_BYTES)
    except FileNotFoundError:
        return False
    told = read_record(draft, stage, key)
    if told is None:
        raise ArtifactDamaged(f"{MANIFEST} is missing")
    if told.bytes > shutil.disk_usage(draft.folder).free:
        raise ArtifactDamaged(f"its {told.bytes:,} bytes find no room here")
    for name, entry in told.files.items():
        try:
            _copy(mirror.place, f"{stage}/{key}/{name}", folder / name, entry["size"])
        except FileNotFoundError:
            raise ArtifactDamaged(f"{name} is missing") from None
    _, damage = check(draft, stage, key, ignore_memo=True)
    if damage:
        raise ArtifactDamaged(damage)
    with usable(store.folder):
        quarantine(store, stage, key)  # what lies there is no sound artifact, or none was wanted
        adopt(store, folder, stage, key)
    return True


def _copy(place: Place, path: str, target: Path, most: int) -> None:
    """Copy a file of at most so many bytes; a longer one raises `ArtifactDamaged`."""
    with place.read(path) as source, target.open("xb") as file:
        _copy_bytes(source, file, most)


def _copy_bytes(source: BinaryIO, target: BinaryIO, most: int) -> None:
    """Copy at most so many bytes, a block at a time."""
    while block := source.read(min(_BLOCK, most + 1)):
        most -= len(block)
        if most < 0:
            raise ArtifactDamaged("a file is longer than it should be")
        target.write(block)


def _say_lost(
    mirror: Mirror, doing: Literal["read", "write"], where: str, error: Exception, say: Say
) -> None:
    """Say in a line that the mirror is not used any longer for what failed."""
    place = mirror.place
    without = "without it" if doing == "read" else "and keeps its artifacts here alone"
    say(
        f"store {place.name}: expected to {doing} {_short(where)}, got: {place.why(error)}; the "
        f"run goes on {without}"
    )


def _short(where: str) -> str:
    """Return an artifact's path as people read it."""
    stage, _, key = where.partition("/")
    return f"{stage} {key[:12]}"
