"""A 7z or rar archive, read by libarchive where it is installed: the same bounds as for zip."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from pipeline.errors import DataError, LibraryMissing
from pipeline.shown import shown
from pipeline.text.books.choice import choose
from pipeline.text.books.document import Document, Limits
from pipeline.text.books.zipped import (
    MOST_MEMBERS,
    Archive,
    check_size,
    clean_path,
    encoding_of,
    unused,
)

_MOST_AROUND = 64  # times `max_bytes`: what is passed over, as pictures, has to be unpacked as well


def open_packed(document: Document, limits: Limits) -> Archive:
    """Return an archive with the texts in it unpacked.

    Raises
    ------
    LibraryMissing
        libarchive is not there.
    DataError
        The archive is damaged, encrypted or beyond the bounds.
    """
    name = shown(document.name)
    libarchive = _libarchive(name)
    try:
        names = _names(libarchive, document.data, name, limits)
        wanted = {path: names.index(path) for path in choose(names).paths}
        data = _read(libarchive, document.data, wanted, name, limits)
    except (libarchive.ArchiveError, OSError, ValueError) as error:
        raise DataError(
            f"{name}: expected a sound archive without a password, got {_why(error)}; unpack it "
            "and give the folder"
        ) from error
    return Archive(name, tuple(names), data.__getitem__)


def _why(error: Exception) -> str:
    """Return what an error says, without the numbers and the address that libarchive-c adds."""
    return shown(str(getattr(error, "msg", error) or "one that is damaged"))


def _libarchive(name: str) -> Any:
    """Return the library."""
    logging.getLogger("libarchive").setLevel(logging.ERROR)
    try:
        import libarchive
    except Exception as error:  # an ImportError, or what the loading of the system's part raises
        raise LibraryMissing(
            f"{name}: expected libarchive, which reads 7z and rar archives, found none; unpack it "
            "and give the folder, or install the extra `books` (pip install libarchive-c) and the "
            "system's libarchive"
        ) from error
    return libarchive


def _entries(libarchive: Any, data: bytes) -> Iterator[Any]:
    """Yield the files of an archive; each is to be read before the next."""
    with libarchive.memory_reader(data) as archive:
        for entry in archive:
            if entry.isfile:
                yield entry


def _names(libarchive: Any, data: bytes, name: str, limits: Limits) -> list[str]:
    """Return the names of the files in an archive's order."""
    raw: list[str | bytes] = []
    total = 0
    for entry in _entries(libarchive, data):
        raw.append(entry.pathname or b"_")
        total += entry.size or 0
        if len(raw) > MOST_MEMBERS or total > _MOST_AROUND * limits.max_bytes:
            raise DataError(
                f"{name}: expected an archive of at most {MOST_MEMBERS:,} files and "
                f"{_MOST_AROUND * limits.max_bytes:,} bytes, got more; unpack it and give the "
                "folder"
            )
    encoding = encoding_of([own for own in raw if isinstance(own, bytes)])
    names: dict[str, None] = {}
    for own in raw:
        text = own.decode(encoding, errors="replace") if isinstance(own, bytes) else own
        names[unused(clean_path(text), names)] = None
    return list(names)


def _read(
    libarchive: Any, data: bytes, wanted: dict[str, int], name: str, limits: Limits
) -> dict[str, bytes]:
    """Unpack the files that are wanted, by name and place in the archive."""
    by_place = {place: path for path, place in wanted.items()}
    found: dict[str, bytes] = {}
    left = limits.max_bytes
    for place, entry in enumerate(_entries(libarchive, data)):
        if place not in by_place:
            continue
        where = f"{name}: {shown(by_place[place])}"
        pieces: list[bytes] = []
        size = 0
        for piece in entry.get_blocks():
            size += len(piece)
            check_size(size, len(data), left, name=where, limits=limits)
            pieces.append(piece)
        left -= size
        found[by_place[place]] = b"".join(pieces)
    return found
