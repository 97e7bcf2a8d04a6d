"""The forms that a book comes in: how each is told, and how it is read or why not."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

from pipeline.chinese import has_chinese
from pipeline.errors import DataError
from pipeline.shown import shown
from pipeline.text.books.archive import read_packed, read_zip
from pipeline.text.books.document import Document, Limits, Read, Reading
from pipeline.text.books.docx import read_docx
from pipeline.text.books.epub import read_epub
from pipeline.text.books.fictionbook import is_fictionbook, read_fictionbook
from pipeline.text.books.mobi import read_mobi
from pipeline.text.books.tables import is_json, is_table, refuse_table
from pipeline.text.books.unpack import is_html
from pipeline.text.books.webpage import read_webpage
from pipeline.text.cleaning.encoding import decode
from pipeline.text.cuts import Cut


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
    read : (Document, Limits) → Reading, or None
        Returns the book's texts; a `DataError` where there are none to be had. None: such books
        are refused.
    advice : str
        What to do with one that is not read.
    looks : bytes → bool, optional
        Tells it where its marks may stand anywhere.
    holds_others : bool
        Whether other forms begin with the same bytes, so that a file's name tells more.
    zipped : bool
        Whether it is refused for its name where its bytes are those of a zip archive.
    """

    name: str
    marks: tuple[tuple[int, bytes], ...] = ()
    suffixes: tuple[str, ...] = ()
    read: Read | None = None
    advice: str = "unpack or convert it first and give the .txt"
    looks: Callable[[bytes], bool] | None = None
    holds_others: bool = False
    zipped: bool = False


def _read_zip(document: Document, limits: Limits) -> Reading:
    return read_zip(document, limits, read_book)


def _read_packed(document: Document, limits: Limits) -> Reading:
    return read_packed(document, limits, read_book)


_ZIP = ((0, b"PK\x03\x04"), (0, b"PK\x05\x06"))
_HEAD = 4096  # bytes
# Of what the blanks are made of: ASCII's, and U+3000, U+00A0, U+200B and U+FEFF in any encoding.
_BLANK_BYTES = b" \t\r\n\v\f\x00\x30\xe3\x80\xa1\xc2\xa0\xe2\x80\x8b\x20\xef\xbb\xbf\xfe\xff"
_NO_BLANK = re.compile(b"[^" + re.escape(_BLANK_BYTES) + b"]")
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x19\x1b-\x1f\x7f]")
_WIDE = (b"\xff\xfe", b"\xfe\xff")  # of a text in UTF-16, which has such bytes

FORMATS: list[Format] = [  # one that holds another comes after it: an epub is a zip archive
    Format("an epub", ((30, b"mimetypeapplication/epub+zip"),), (".epub",), read_epub),
    Format(
        "an OpenDocument text",
        ((30, b"mimetypeapplication/vnd.oasis.opendocument.text"),),
        (".odt",),
        advice="save it as .docx or .txt first and give that",
        zipped=True,
    ),
    Format("a zip archive", _ZIP, (".zip",), _read_zip, holds_others=True),
    Format("a gzip archive", ((0, b"\x1f\x8b"),), (".gz", ".tgz")),
    Format("a rar archive", ((0, b"Rar!"),), (".rar",), _read_packed),
    Format("a 7z archive", ((0, b"7z\xbc\xaf\x27\x1c"),), (".7z",), _read_packed),
    Format(
        "a PDF document",
        ((0, b"%PDF"),),
        (".pdf",),
        advice="save its text as .txt first, as `pdftotext -layout book.pdf` does, and give that",
    ),
    Format(
        "a picture",
        ((0, b"\xff\xd8\xff"), (0, b"\x89PNG\r\n\x1a\n"), (0, b"GIF8")),
        advice="have its text recognized and give that, or leave it out",
    ),
    Format("a Word document", _ZIP, (".docx",), read_docx),
    Format(
        "a Word document of the old form",
        ((0, b"\xd0\xcf\x11\xe0"),),
        (".doc",),
        advice="save it as .docx or .txt first, without a password, and give that",
        holds_others=True,
    ),
    Format(
        "a rich text document",
        ((0, b"{\\rtf"),),
        (".rtf",),
        advice="save it as .docx or .txt first and give that",
    ),
    Format("a Kindle book", ((60, b"BOOKMOBI"),), (".mobi", ".azw3", ".azw"), read_mobi),
    Format(
        "a web archive",
        (),
        (".mht", ".mhtml"),
        advice="save the page as HTML or as text and give that",
    ),
    Format("a FictionBook", (), (".fb2",), read_fictionbook, looks=is_fictionbook),
    Format(
        "JSON",
        advice="take the texts out of its values, a line a paragraph, and give them as .txt",
        looks=is_json,
    ),
    Format("a table (CSV)", read=refuse_table, looks=is_table),
    Format("a web page", (), (".html", ".htm", ".xhtml"), read_webpage, looks=is_html),
]


def format_of(document: Document) -> Format | None:
    """Return the form that a file's name or its first bytes tell, None for plain text.

    The bytes tell more, unless other forms begin with them too: a .docx is a zip archive. Then the
    name does, if such files are read: a .doc may be a .docx. A name says nothing where the bytes
    are those of a text.
    """
    suffix, data = PurePosixPath(document.name).suffix.lower(), document.data
    by_name = next((own for own in FORMATS if suffix in own.suffixes), None)
    by_bytes = next((own for own in FORMATS if _has_mark(data, own)), None)
    by_both = by_name and (by_name.read or by_name.zipped)
    if by_bytes and not (by_bytes.holds_others and by_both):
        return by_bytes
    return None if by_name and by_name.marks and not by_bytes and _is_text(data) else by_name


def read_book(document: Document, limits: Limits | None = None) -> Reading:
    """Return the texts of a document, whatever its form: of plain text, the document itself.

    Raises
    ------
    DataError
        It is empty; it is of a form that is not read, such as a PDF; its form's reader cannot read
        it, or finds no text in it.
    """
    name = shown(document.name)
    if _is_blank(document.data):
        raise DataError(f"{name}: expected a text, got an empty file; take it out or get it anew")
    found = format_of(document)
    if found is None:
        return Reading((document,), _note(document))
    if found.read is None:
        raise DataError(f"{name}: expected a plain text, got {found.name}: {found.advice}")
    return found.read(document, limits or Limits())


def _is_blank(data: bytes) -> bool:
    """Return whether a file holds blanks alone, ideographic ones too."""
    if _NO_BLANK.search(data):
        return False
    if not data.strip():
        return True
    try:
        return not decode(data).text.strip("\ufeff \t\r\n\u3000\xa0\u200b")
    except DataError:
        return False


def _note(document: Document) -> tuple[Cut, ...]:
    """Return what says that a plain text goes by the name of another form; nothing is cut."""
    suffix = PurePosixPath(document.name).suffix.lower()
    form = next((own.name for own in FORMATS if suffix in own.suffixes), "")
    return (Cut("plain text by its bytes", document.name, 1, f"named as {form}"),) if form else ()


def _is_text(data: bytes) -> bool:
    """Return whether some bytes are a Chinese text's, as far as the first of them tell."""
    head = data[:_HEAD]
    if _CONTROLS.search(head) and not head.startswith(_WIDE):
        return False
    try:
        return has_chinese(decode(head).text)
    except DataError:
        return False


def _has_mark(data: bytes, form: Format) -> bool:
    if form.looks is not None and form.looks(data):
        return True
    return any(data.startswith(mark, start) for start, mark in form.marks)
