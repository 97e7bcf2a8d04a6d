"""FictionBook (.fb2) as a novel: one file of XML, its sections under their titles.

Its form is told in http://www.fictionbook.org/index.php/Eng:XML_Schema_Fictionbook_2.1; what is
read of it are the bodies: what describes the book and its pictures stands elsewhere in the file.
"""

from __future__ import annotations

import re

from pipeline.errors import DataError
from pipeline.shown import shown
from pipeline.text.books.decoding import decode_page
from pipeline.text.books.document import Document, Limits, Reading, text_document
from pipeline.text.books.markup import Element, parse, taken_out
from pipeline.text.books.notes import MARKED
from pipeline.text.books.prose import NOTE, read_page
from pipeline.text.gaps import squeezed

_HEAD = 4096  # bytes
_ROOT = re.compile(rb"<(?:\w+:)?FictionBook[\s>]")
_LINES = frozenset({"v", "subtitle", "text-author", "date", "empty-line"})  # beside p
_NOTES = frozenset({"notes", "comments", "footnotes"})


def is_fictionbook(data: bytes) -> bool:
    """Return whether bytes begin as a FictionBook does."""
    return _ROOT.search(data[:_HEAD].replace(b"\0", b"")) is not None


def read_fictionbook(document: Document, limits: Limits) -> Reading:
    """Return the text of a FictionBook, without its notes.

    Raises
    ------
    DataError
        There is no text in it, or it has too many tags; see `parse`.
    """
    name = shown(document.name)
    decoded = decode_page(document.data, name=name)
    root = parse(decoded.text, xml=True, name=name)
    title = next((own.text() for own in root.find("book-title")), "")
    for own in list(root.find("title")):  # its lines are one heading
        text = "\u3000".join(part for line in own.find("p") if (part := line.text().strip()))
        own.name, own.children = "h2", [text or own.text()]
    for own in list(root.walk()):
        if own.name in _LINES:
            own.name = "p"
        elif own.name == "a" and own.get("type") == "note":
            own.name = MARKED
    told: list[Element | str] = []
    for body in root.find("body"):
        if body.get("name").lower() in _NOTES:
            told.append(taken_out(body, NOTE))
        else:
            told.append(body)
    page = read_page(Element("", "", told), name=document.name)
    if not page.lines:
        raise DataError(f"{name}: expected a FictionBook with text, got none in it; get it anew")
    made = text_document(
        document,
        [line.text for line in page.lines],
        title=title,
        headings=frozenset(squeezed(line.text) for line in page.lines if line.level),
        read_from=decoded.encodings,
    )
    return Reading((made,), tuple(page.cuts))
