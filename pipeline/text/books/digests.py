"""The record of what was downloaded: address → sha256, in one JSON file.

Of an address with a query only a digest of the query is kept.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from pipeline.artifacts.codec import check_fields, read_object
from pipeline.errors import ArtifactDamaged, DataError
from pipeline.text.books.address import entry_of

_RECORD_NAME = "digests.json"


def _read_digests(folder: Path) -> dict[str, str]:
    """Return the recorded digests; none if there is no record yet.

    Raises
    ------
    DataError
        The record is not a small JSON object of strings.
    """
    path = folder / _RECORD_NAME
    if not path.exists():
        return {}
    try:
        digests = read_object(path, {})
        return check_fields(path.name, digests, dict.fromkeys(digests, str))
    except ArtifactDamaged as error:
        raise DataError(
            f"{folder}: expected a record of address: sha256, got {error}; repair or delete it",
            path=path,
        ) from error


def known_digest(folder: Path, url: str) -> str | None:
    """Return the sha256 recorded for an address, or None."""
    return _read_digests(folder).get(entry_of(url))


def record_digest(folder: Path, url: str, digest: str) -> None:
    """Add an address to the record."""
    _write(folder, {**_read_digests(folder), entry_of(url): digest})


def forget_digest(folder: Path, url: str) -> None:
    """Take an address out of the record, if it is there."""
    digests = _read_digests(folder)
    if digests.pop(entry_of(url), None) is not None:
        _write(folder, digests)


def _write(folder: Path, digests: dict[str, str]) -> None:
    """Replace the record in one step, so that an interruption leaves the old one or the new."""
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".{_RECORD_NAME}.{os.getpid()}"
    temporary.write_text(json.dumps(digests, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    temporary.replace(folder / _RECORD_NAME)
