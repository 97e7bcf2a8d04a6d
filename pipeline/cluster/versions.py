"""What a node must have in common with the command: xuxie's code, Python and the libraries.

Equal keys promise equal bytes, wherever they were made. A key tells of code and libraries where the
command runs; so a node on which any of them differs makes nothing.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import metadata
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
_DIGITS = 8  # of the code's digest, as people compare it


@cache
def versions(libraries: Sequence[str]) -> Mapping[str, str]:
    """Return what makes artifacts here: name → version, "none" where it is missing.

    `libraries` is a tuple of distributions. Of xuxie itself the code counts, as a checkout has a
    version that says nothing of its files.
    """
    from pipeline.runner.fingerprint import library_versions
    from pipeline.runner.memo import open_memo

    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    with tempfile.TemporaryDirectory() as folder:  # what it remembers is of no use to anybody
        memo = open_memo(Path(folder) / "memo.json")
        found = library_versions(tuple(libraries), memo)
    shown = {name: (version or "none")[:64] for name, version in found.items()}
    return {"Python": python, "xuxie": f"{_version()} (code {_code_digest()})", **shown}


def difference(expected: Mapping[str, str], got: Mapping[str, str]) -> str:
    """Return what differs, as in `numpy 2.0 in place of 2.4`; empty if nothing does."""
    names = [name for name in {**expected, **got} if expected.get(name) != got.get(name)]
    return ", ".join(
        f"{name} {got.get(name, 'none')} in place of {expected.get(name, 'none')}" for name in names
    )


def _version() -> str:
    """Return the installed version of xuxie; of a checkout that is not installed there is none."""
    try:
        return metadata.version("xuxie")
    except metadata.PackageNotFoundError:
        return "checkout"


def _code_digest() -> str:
    """Return the beginning of the digest of all modules of the package, in their order."""
    found = hashlib.sha256()
    for path in sorted(_PACKAGE.rglob("*.py")):
        found.update(path.relative_to(_PACKAGE).as_posix().encode() + b"\0")
        found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()[:_DIGITS]
