"""Where artifacts lie, and whether what lies there can be trusted; this file only reads.

artifacts/<stage>/<key>/manifest.json   what the artifact was made of and what it consists of
artifacts/<stage>/<key>/…               the files that the stage's codec wrote
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pipeline.artifacts.codec import Codec, read_json
from pipeline.errors import ArtifactDamaged
from pipeline.runner.canonical import digest
from pipeline.runner.disk import sha256
from pipeline.runner.fingerprint import key_of
from pipeline.runner.memo import Memo, open_memo, recall

MANIFEST = "manifest.json"
STAGE_NAME = re.compile(r"[a-z_]+")
KEY = re.compile(r"[0-9a-f]{64}")

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
        If the manifest is missing, broken, changed, or another artifact's.
    """
    path = artifact_path(store, stage, key)
    if not os.path.lexists(path):
        return None
    if not _is_plain(path, stat.S_ISDIR) or not _is_plain(path / MANIFEST, stat.S_ISREG):
        raise ArtifactDamaged(f"{MANIFEST} is missing or behind a link")
    manifest = read_json(path / MANIFEST)
    if not isinstance(manifest, dict) or manifest.pop("seal", None) != _seal(manifest):
        raise ArtifactDamaged(f"{MANIFEST} does not match its own digest")
    if (manifest["stage"], manifest["key"]) != (stage, key) or key_of(
        manifest["components"]
    ) != key:
        raise ArtifactDamaged(f"{MANIFEST} belongs to another artifact")
    shown = ("components", "files", "names", "started", "seconds", "facts")
    return Record(stage, key, path, **{name: manifest[name] for name in shown})


def verify(store: Store, record: Record, *, ignore_memo: bool = False) -> None:
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
            verify(store, record, ignore_memo=ignore_memo)
    except ArtifactDamaged as error:
        return None, str(error)
    return record, ""


def load(store: Store, record: Record, codec: Codec[T]) -> T:
    """Verify an artifact and return its value; never returns anything from a damaged one."""
    advice = f"run {record.stage} again with --force"
    try:
        verify(store, record)
        return codec.load(record.path)
    except ArtifactDamaged as error:
        raise ArtifactDamaged(f"{record.stage}: {error}; {advice}") from error
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        why = f"{type(error).__name__}: {error}"
        raise ArtifactDamaged(
            f"{record.stage}: expected a readable artifact, got {why}; {advice}"
        ) from error


def keys(store: Store, stage: str) -> list[str]:
    """Return the keys under which anything is stored for a stage, sound or not."""
    try:
        names = sorted(path.name for path in (store.folder / stage).iterdir())
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
        names = sorted(path.name for path in store.folder.iterdir() if path.is_dir())
    except OSError:
        return []
    return [name for name in names if STAGE_NAME.fullmatch(name)]


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
    if recall(store.memo, path, "sha256", sha256, ignore=ignore_memo) != expected["sha256"]:
        raise ArtifactDamaged(f"{name} has other bytes than were written")
