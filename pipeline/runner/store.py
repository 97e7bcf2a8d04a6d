"""Where artifacts lie, and whether what lies there can be trusted; this file only reads.

artifacts/<stage>/<key>/manifest.json   what the artifact was made of and what it consists of
artifacts/<stage>/<key>/…               the files that the stage's codec wrote
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pipeline.artifacts.codec import Codec, Kind, check_fields, read_object
from pipeline.errors import ArtifactDamaged, SettingsError
from pipeline.runner.canonical import digest
from pipeline.runner.fingerprint import SCHEMA, key_of
from pipeline.runner.memo import Memo, is_digest, open_memo, recall_sha256, save_memo

MANIFEST = "manifest.json"
STAGE_NAME = re.compile(r"[a-z_]+")
KEY = re.compile(r"[0-9a-f]{64}")
_FIELDS: dict[str, Kind] = {  # of a manifest
    "schema": int,
    "stage": str,
    "key": str,
    "components": dict,
    "files": dict,
    "names": dict,
    "started": str,
    "seconds": (int, float),
    "facts": dict,
}
_PARTS: dict[str, Kind] = {  # of its components
    "schema": int,
    "stage": str,
    "source": dict,
    "settings": dict,
    "files": dict,
    "inputs": dict,
    "libraries": dict,
    "python": str,
}

T = TypeVar("T")


@dataclass(frozen=True)
class Store:
    """The artifacts folder, the project folder that portable paths start from, and the memo."""

    folder: Path
    root: Path
    memo: Memo = field(compare=False, repr=False)


@dataclass(frozen=True)
class Record:
    """A stored artifact as its manifest tells it.

    `files` is name → {"sha256", "size"}; `names` the names that external files had, by label;
    `started` an ISO time in UTC; `seconds` how long the stage ran; `facts` for people.
    """

    stage: str
    key: str
    path: Path
    components: Mapping[str, Any]
    files: Mapping[str, Mapping[str, Any]]
    names: Mapping[str, str]
    started: str
    seconds: float
    facts: Mapping[str, Any]

    @property
    def content(self) -> str:
        """The content digest: what the artifact is, whenever and from whatever it was made."""
        return digest({name: entry["sha256"] for name, entry in self.files.items()})

    @property
    def bytes(self) -> int:
        """The size of all files, the manifest not counted."""
        return sum(entry["size"] for entry in self.files.values())


def open_store(folder: Path, root: Path | None = None) -> Store:
    """Return the store in `folder`, which need not exist; `root` is its parent unless given."""
    folder = folder.absolute()
    return Store(folder, (root or folder.parent).absolute(), open_memo(folder / ".memo.json"))


def artifact_path(store: Store, stage: str, key: str) -> Path:
    """Return an artifact's folder; names that could lead elsewhere are refused."""
    if not STAGE_NAME.fullmatch(stage) or not KEY.fullmatch(key):
        raise ArtifactDamaged(f"expected a stage name and a key of 64 digits, got {stage}/{key}")
    return store.folder / stage / key


def read_record(store: Store, stage: str, key: str) -> Record | None:
    """Return what the manifest says, None if there is no such artifact.

    Raises
    ------
    ArtifactDamaged
        If the manifest is missing, broken, changed, another artifact's, or of another format.
    """
    path = artifact_path(store, stage, key)
    if not _is_plain(path.parent, stat.S_ISDIR) or not os.path.lexists(path):
        return None
    if not _is_plain(path, stat.S_ISDIR) or not _is_plain(path / MANIFEST, stat.S_ISREG):
        raise ArtifactDamaged(f"{MANIFEST} is missing or behind a link")
    try:
        manifest = _read_manifest(path / MANIFEST)
        if (manifest["stage"], manifest["key"]) != (stage, key) or key_of(
            manifest["components"]
        ) != key:
            raise ArtifactDamaged(f"{MANIFEST} belongs to another artifact")
    except (SettingsError, RecursionError) as error:  # numbers or depths that are never written
        raise ArtifactDamaged(f"{MANIFEST} holds what is never written") from error
    shown = ("components", "files", "names", "started", "seconds", "facts")
    return Record(stage, key, path, **{name: manifest[name] for name in shown})


def _read_manifest(path: Path) -> dict[str, Any]:
    """Return a manifest whose seal, format and types are right; else raise `ArtifactDamaged`."""
    manifest = read_object(path, {"seal": str})
    if manifest.pop("seal") != _seal(manifest):
        raise ArtifactDamaged(f"{MANIFEST} does not match its own digest")
    check_fields(MANIFEST, manifest, _FIELDS)
    if manifest["schema"] != SCHEMA:
        raise ArtifactDamaged(
            f"{MANIFEST} has format {manifest['schema']}, expected {SCHEMA} as this version writes"
        )
    parts = check_fields(f"{MANIFEST}: components", manifest["components"], _PARTS)
    for group in (parts["source"], parts["inputs"], manifest["names"]):
        check_fields(MANIFEST, group, dict.fromkeys(group, str))
    for group in (parts["files"], parts["libraries"]):
        check_fields(MANIFEST, group, dict.fromkeys(group, (str, type(None))))
    for name, entry in manifest["files"].items():
        _check_file_entry(name, entry)
    return manifest


def _check_file_entry(name: str, entry: Any) -> None:
    """Raise unless a file of a manifest has a bare name, a digest and a size."""
    if not name or name in (".", "..", MANIFEST) or re.search(r"[/\\\0]", name):
        raise ArtifactDamaged(f"{MANIFEST}: expected bare file names, got {name[:60]!r}")
    check_fields(f"{MANIFEST}: {name}", entry, {"sha256": str, "size": int})
    if not is_digest(entry["sha256"]) or entry["size"] < 0:
        raise ArtifactDamaged(f"{MANIFEST}: {name}: expected a digest and a size")


def _verify(store: Store, record: Record, *, ignore_memo: bool = False) -> None:
    """Compare the files with the manifest: names, kinds, sizes, digests.

    Raises
    ------
    ArtifactDamaged
        Naming the first file that differs, and how.
    """
    try:
        found = {path.name for path in record.path.iterdir()} - {MANIFEST}
        for name in sorted(found | set(record.files)):
            _verify_file(store, record, name, ignore_memo=ignore_memo)
    except OSError as error:
        raise ArtifactDamaged(f"{error.filename}: {error.strerror}") from error


def check(
    store: Store, stage: str, key: str, *, ignore_memo: bool = False
) -> tuple[Record | None, str]:
    """Return the sound artifact and "", or None and how it is damaged ("" if it is not there)."""
    try:
        record = read_record(store, stage, key)
        if record is not None:
            _verify(store, record, ignore_memo=ignore_memo)
    except ArtifactDamaged as error:
        return None, str(error)
    return record, ""


def load(store: Store, record: Record, codec: Codec[T]) -> T:
    """Verify an artifact and return its value; never returns anything from a damaged one."""
    return read_verified(store, record, codec.load)


def read_verified(store: Store, record: Record, read: Callable[[Path], T]) -> T:
    """Verify an artifact and return what `read` makes of its folder.

    The bytes are digested whatever the memo says: a disk may change them and leave the times.
    """
    try:
        _verify(store, record, ignore_memo=True)
        return read(record.path)
    except ArtifactDamaged as error:
        save_memo(store.memo)  # so that the next plan knows, too
        raise _unreadable(record, str(error)) from error
    except Exception as error:  # whatever a codec makes of bytes that no run of it wrote
        why = f"expected a readable artifact, got {type(error).__name__}: {error}"
        raise _unreadable(record, why) from error


def _unreadable(record: Record, why: str) -> ArtifactDamaged:
    """Return the error for an artifact that cannot be used."""
    return ArtifactDamaged(
        f"{record.stage}: {why}; run {record.stage} again with --force",
        stage=record.stage,
        path=record.path,
    )


def keys(store: Store, stage: str) -> list[str]:
    """Return the keys under which anything is stored for a stage, sound or not."""
    folder = store.folder / stage
    if not _is_plain(folder, stat.S_ISDIR):
        return []
    try:
        names = sorted(path.name for path in folder.iterdir())
    except OSError:
        return []
    return [name for name in names if KEY.fullmatch(name)]


def records(store: Store, stage: str) -> list[Record]:
    """Return all artifacts of a stage whose manifest can be read, the newest first."""
    found = []
    for key in keys(store, stage):
        try:
            record = read_record(store, stage, key)
        except ArtifactDamaged:
            continue
        if record is not None:
            found.append(record)
    return sorted(found, key=lambda record: record.started, reverse=True)


def stage_names(store: Store) -> list[str]:
    """Return the names of all stages that have a folder in the store."""
    try:
        found = [path for path in store.folder.iterdir() if _is_plain(path, stat.S_ISDIR)]
    except OSError:
        return []
    return sorted(path.name for path in found if STAGE_NAME.fullmatch(path.name))


def seal(manifest: dict[str, Any]) -> dict[str, Any]:
    """Return the manifest with its own digest in it, so that a changed byte shows."""
    return {**manifest, "seal": _seal(manifest)}


def _seal(manifest: dict[str, Any]) -> str:
    """Return the digest over a manifest without its seal."""
    return digest(manifest)


def _is_plain(path: Path, kind: Any) -> bool:
    """Return whether `path` itself, not what it links to, exists and is of a kind."""
    try:
        return bool(kind(path.lstat().st_mode))
    except OSError:
        return False


def _verify_file(store: Store, record: Record, name: str, *, ignore_memo: bool) -> None:
    """Compare one file with the manifest."""
    path = record.path / name
    if name not in record.files:
        raise ArtifactDamaged(f"{name} does not belong there")
    if not os.path.lexists(path):
        raise ArtifactDamaged(f"{name} is missing")
    if not _is_plain(path, stat.S_ISREG):
        raise ArtifactDamaged(f"{name} is no plain file")
    expected = record.files[name]
    size = path.stat().st_size
    if size != expected["size"]:
        raise ArtifactDamaged(f"{name} size {size}, expected {expected['size']}")
    if recall_sha256(store.memo, path, ignore=ignore_memo) != expected["sha256"]:
        raise ArtifactDamaged(f"{name} has other bytes than were written")
