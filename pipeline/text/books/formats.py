"""The forms that a book comes in: how each is told, and how it is read or why not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import DataError
from pipeline.shown import shown
from pipeline.text.books.document import Document


@dataclass(frozen=True)
class Format:
    """One form of book.

    Attributes
    ----------
    name : str
        As messages name it: a zip archive.
    marks : tuple of (offset, bytes)
        Any of these bytes, where they stand there in the file, tell it.
    suffixes : tuple of str
        Any of these endings of the file's name tells it too.
    read : Document → str, or None
        Returns the book's text; a `DataError` where there is none to be had. None: such books are
        refused.
    """

    name: str
    marks: tuple[tuple[int, bytes], ...] = ()
    suffixes: tuple[str, ...] = ()
    read: Callable[[Document], str] | None = None


FORMATS: list[Format] = [  # one that holds another comes after it: an epub is a zip archive
    Format("an epub", ((30, b"mimetypeapplication/epub+zip"),), (".epub",)),
    Format("a zip archive", ((0, b"PK\x03\x04"), (0, b"PK\x05\x06")), (".zip",)),
    Format("a gzip archive", ((0, b"\x1f\x8b"),), (".gz", ".tgz")),
    Format("a rar archive", ((0, b"Rar!"),), (".rar",)),
    Format("a 7z archive", ((0, b"7z\xbc\xaf\x27\x1c"),), (".7z",)),
    Format("a PDF document", ((0, b"%PDF"),), (".pdf",)),
    Format("a Word document", ((0, b"\xd0\xcf\x11\xe0"),), (".doc", ".docx")),
    Format("a Kindle book", ((60, b"BOOKMOBI"),), (".mobi", ".azw3")),
]


def format_of(document: Document) -> Format | None:
    """Return the form that a file's name or its first bytes tell, None for plain text.

    Where both tell one, the name is the more exact: by its bytes, a .docx is a zip archive.
    """
    suffix, data = Path(document.name).suffix.lower(), document.data
    by_name = next((own for own in FORMATS if suffix in own.suffixes), None)
    by_bytes = next((own for own in FORMATS if _has_mark(data, own)), None)
    return by_name if by_name and by_bytes else by_bytes or by_name


def plain_text(document: Document) -> Document:
    """Return a document as plain text.

    Raises
    ------
    DataError
        It is empty; it is of a form that is not read, such as an archive; or its form's reader
        cannot read it.
    """
    name = shown(document.name)
    if not document.data.strip():
        raise DataError(f"{name}: expected a text, got an empty file")
    found = format_of(document)
    if found is None:
        return document
    if found.read is None:
        raise DataError(
            f"{name}: expected a plain text, got {found.name}: unpack or convert it first and give "
            "the .txt"
        )
    text = found.read(document)
    return Document(document.name, text.encode("utf-8", errors="replace"), encoding="utf-8")


def _has_mark(data: bytes, form: Format) -> bool:
    return any(data.startswith(mark, start) for start, mark in form.marks)
