"""One text as it came, and what is no plain text, told by its first bytes or its name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import DataError
from pipeline.shown import shown

_MAGIC = (  # (offset, bytes, what it is)
    (30, b"mimetypeapplication/epub+zip", "an epub"),
    (0, b"PK\x03\x04", "a zip archive"),
    (0, b"PK\x05\x06", "a zip archive"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (0, b"Rar!", "a rar archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (0, b"%PDF", "a PDF document"),
    (0, b"\xd0\xcf\x11\xe0", "a Word document"),
    (60, b"BOOKMOBI", "a Kindle book"),
)
_SUFFIXES = {
    ".epub": "an epub",
    ".zip": "a zip archive",
    ".gz": "a gzip archive",
    ".tgz": "a gzip archive",
    ".rar": "a rar archive",
    ".7z": "a 7z archive",
    ".pdf": "a PDF document",
    ".doc": "a Word document",
    ".docx": "a Word document",
    ".mobi": "a Kindle book",
    ".azw3": "a Kindle book",
}


@dataclass(frozen=True)
class Document:
    """One text as it came: the name it goes by, and its bytes."""

    name: str
    data: bytes


def refuse_binary(document: Document) -> None:
    """Refuse by name what is not plain text: archives, e-books, documents, nothing at all."""
    name, data = shown(document.name), document.data
    if not data.strip():
        raise DataError(f"{name}: expected a text, got an empty file")
    found = [what for start, magic, what in _MAGIC if data[start : start + 40].startswith(magic)]
    suffix = _SUFFIXES.get(Path(name).suffix.lower())
    what = suffix if suffix and found else (found[0] if found else suffix)
    if what:
        raise DataError(
            f"{name}: expected a plain text, got {what}: unpack or convert it first and give the "
            ".txt"
        )
