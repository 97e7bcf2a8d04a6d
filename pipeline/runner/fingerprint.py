"""What decides a stage's result, spelled out as JSON; its digest is the cache key.

No absolute path, no time stamp and no clock is part of it.
"""

from __future__ import annotations

import stat
import sys
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pipeline.errors import DataError, InputChanged
from pipeline.runner.canonical import digest
from pipeline.runner.memo import Memo, recall_sha256
from pipeline.stage import Stage, StageConfig

SCHEMA = 1
# One library, several distributions: the first that is installed counts.
_VARIANTS = {"tensorflow": ("tensorflow", "tensorflow-cpu")}
JIEBA_DICTIONARY = "jieba dictionary"
_ENDLESS = {  # what may never come to an end when it is read
    stat.S_IFIFO: "a pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
}


def components(
    stage: Stage,
    config: StageConfig,
    memo: Memo,
    *,
    inputs: Mapping[str, str],
    source: Mapping[str, str],
    ignore_memo: bool = False,
) -> dict[str, Any]:
    """Return everything that decides the result of a stage.

    Parameters
    ----------
    inputs : content digest of each input artifact
    source : see `sources.source_digests`
    ignore_memo : digest the external files again, whatever the memo says

    Raises
    ------
    DataError
        See `file_digests`.
    """
    return {
        "schema": SCHEMA,
        "stage": stage.name,
        "source": dict(source),
        "settings": config.key_settings(),
        "files": file_digests(config.files(), memo, ignore_memo=ignore_memo),
        "inputs": dict(inputs),
        "libraries": library_versions(stage.libraries, memo, ignore_memo=ignore_memo),
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
    }


def key_of(parts: Mapping[str, Any]) -> str:
    """Return the cache key: the sha256 of the components' canonical JSON."""
    return digest(parts)


def file_digests(
    files: Mapping[str, Path], memo: Memo, *, ignore_memo: bool = False
) -> dict[str, str | None]:
    """Return label → sha256 of external files, label → path; None for one that cannot be read.

    Raises
    ------
    DataError
        One is a pipe, a device or a socket: reading it might never end, and reading it twice would
        give something else.
    """
    for label, path in files.items():
        _refuse_endless(label, path)
    return {label: _file_digest(path, memo, ignore=ignore_memo) for label, path in files.items()}


def refuse_difference(
    stage: str, kind: str, before: Mapping[str, Any], now: Mapping[str, Any]
) -> None:
    """Raise `InputChanged` for the first name whose digest is not what it was."""
    for name in sorted(before.keys() | now.keys()):
        if before.get(name) != now.get(name):
            raise InputChanged(
                f"{stage}: expected the {kind} {name} to stay as it was during the run,"
                " it was changed; its result was not kept, run again",
                stage=stage,
            )


def library_versions(
    libraries: tuple[str, ...], memo: Memo, *, ignore_memo: bool = False
) -> dict[str, str | None]:
    """Return library → version, None where it is not installed.

    jieba's word list decides the words as much as its code does, so its digest counts too.
    """
    versions = {name: _version(name) for name in libraries}
    if {"jieba", "rjieba"} & set(libraries):
        versions[JIEBA_DICTIONARY] = _jieba_dictionary_digest(memo, ignore=ignore_memo)
    return versions


def _refuse_endless(label: str, path: Path) -> None:
    """Raise for what is there but neither file nor folder."""
    try:
        kind = stat.S_IFMT(Path(path).stat().st_mode)
    except (OSError, ValueError):
        return
    if kind in _ENDLESS:
        raise DataError(
            f"{path}: expected a file as {label}, got {_ENDLESS[kind]}; save it to a file first "
            "and give that",
            path=path,
        )


def _file_digest(path: Path, memo: Memo, *, ignore: bool) -> str | None:
    """Return a file's sha256, or None if it cannot be read."""
    try:
        return recall_sha256(memo, Path(path), ignore=ignore)
    except (OSError, ValueError):
        return None


@cache
def _version(library: str) -> str | None:
    """Return the installed version of a library."""
    for distribution in _VARIANTS.get(library, (library,)):
        try:
            return metadata.version(distribution)
        except metadata.PackageNotFoundError:
            continue
    return None


def _jieba_dictionary_digest(memo: Memo, *, ignore: bool) -> str | None:
    """Return the sha256 of jieba's dict.txt, found without importing jieba."""
    spec = find_spec("jieba")
    if spec is None or spec.origin is None:
        return None
    return _file_digest(Path(spec.origin).with_name("dict.txt"), memo, ignore=ignore)
