"""How a folder of artifacts is told from others: a file in it, or what only such a folder holds."""

from __future__ import annotations

import os
import re
from pathlib import Path

MARKER = ".xuxie-artifacts"

_KEY = re.compile(r"[0-9a-f]{64}")


def is_store(folder: Path) -> bool:
    """Return whether a folder holds artifacts: what is in it was made from a novel, and is none.

    Folders made before there was a marker have current.json, .lock, and artifacts in folders named
    by stage and key, each with its manifest.json; two of the three tell.
    """
    try:
        names = set(os.listdir(folder))  # noqa: PTH208 names alone, for every folder of a source
    except OSError:
        return False
    if MARKER in names:
        return True
    noted = ("current.json" in names) + (".lock" in names)
    return noted == 2 or (noted == 1 and _has_artifact(folder, names))


def _has_artifact(folder: Path, names: set[str]) -> bool:
    """Return whether there is a <stage>/<key>/manifest.json."""
    for name in names:
        try:
            keys = filter(_KEY.fullmatch, os.listdir(folder / name))  # noqa: PTH208
        except OSError:
            continue
        if any((folder / name / key / "manifest.json").is_file() for key in keys):
            return True
    return False
