"""Archives as novels: zip by Python itself, 7z and rar by libarchive where it is there."""

from __future__ import annotations

from pipeline.text.books.collection import read_collection
from pipeline.text.books.document import Document, Limits, Read, Reading
from pipeline.text.books.docx import docx_of, is_docx
from pipeline.text.books.epub import epub_of
from pipeline.text.books.packed import open_packed
from pipeline.text.books.zipped import open_zip

_EPUB_MARK = "META-INF/container.xml"


def read_zip(document: Document, limits: Limits, read_member: Read) -> Reading:
    """Return the texts in a zip archive; one that is an epub or a .docx is read as such.

    `read_member` reads what is in it.

    Raises
    ------
    DataError
        See `open_zip` and `read_collection`.
    """
    archive = open_zip(document, limits)
    if _EPUB_MARK in archive.names:
        return epub_of(archive, document)
    if is_docx(archive):
        return docx_of(archive, document)
    return read_collection(archive, document, limits, read_member)


def read_packed(document: Document, limits: Limits, read_member: Read) -> Reading:
    """Return the texts in a 7z or rar archive; `read_member` reads what is in it.

    Raises
    ------
    DataError
        See `open_packed` and `read_collection`.
    """
    return read_collection(open_packed(document, limits), document, limits, read_member)
