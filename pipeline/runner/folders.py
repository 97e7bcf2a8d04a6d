"""The folders that the runner keeps for itself, and which names in them are of its own making.

What lies in the artifacts folder may have lain there before: nothing is removed whose name is not
of the runner's own form, and no link is followed.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from pipeline.artifacts.marker import MARKER
from pipeline.errors import XuxieError
from pipeline.runner.disk import move, write_durably
from pipeline.runner.store import Store

DRAFTS, REPLACED, QUARANTINE, SCRATCH = ".tmp", ".old", ".quarantine", ".scratch"
_ARTIFACT = r"[a-z_]+-[0-9a-f]{64}"
_OWN_NAMES = {
    DRAFTS: re.compile(r"[0-9a-f]{32}"),
    REPLACED: re.compile(_ARTIFACT),
    SCRATCH: re.compile(_ARTIFACT),
    QUARANTINE: re.compile(r"[a-z_.]+(-[0-9a-f]{12})?-\d+"),
}
_MARKED = "Made by xuxie: the files below this folder are artifacts, never a novel.\n"


def own_folder(store: Store, name: str) -> Path:
    """Return a folder of the artifacts folder; see `check_own`."""
    return check_own(store.folder / name)


def check_own(path: Path) -> Path:
    """Return a folder of xuxie's own, which need not exist yet.

    Raises
    ------
    XuxieError
        A file or a link stands in its place.
    """
    if os.path.lexists(path) and not is_folder(path):
        what = "a link" if path.is_symlink() else "a file"
        raise XuxieError(
            f"{path}: expected a folder of xuxie's own, got {what}; move it away or give another "
            "place with --artifacts",
            option="--artifacts",
            path=path,
        )
    return path


def own_children(store: Store, name: str) -> list[Path]:
    """Return what the runner itself has put into one of its folders; raises as `own_folder`."""
    folder = own_folder(store, name)
    if not folder.exists():
        return []
    found = sorted(path for path in folder.iterdir() if _OWN_NAMES[name].fullmatch(path.name))
    return found if name == QUARANTINE else [path for path in found if is_folder(path)]


def is_folder(path: Path) -> bool:
    """Return whether `path` is a folder itself and no link to one."""
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except OSError:
        return False


def set_aside(store: Store, path: Path, label: str) -> Path | None:
    """Move what is damaged into quarantine; return its new place, None if nothing is there."""
    if not os.path.lexists(path):
        return None
    folder = own_folder(store, QUARANTINE)
    number = 1
    while os.path.lexists(folder / f"{label}-{number}"):
        number += 1
    target = folder / f"{label}-{number}"
    move(path, target)
    return target


def mark(store: Store) -> None:
    """Write the file by which the folder is known, if it is not there."""
    if not os.path.lexists(store.folder / MARKER):
        write_durably(store.folder / MARKER, _MARKED)
