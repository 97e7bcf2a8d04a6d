"""One text as it came, and what the reading of a book gives: texts, and what was left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pipeline.errors import DataError
from pipeline.text.cuts import Cut

_TOLD = 3  # of several errors


@dataclass(frozen=True)
class Document:
    """One text as it came.

    Attributes
    ----------
    name : str
        What it goes by: a file's name; of an archive's member, the archive's and its own path.
    data : bytes
    encoding : str, optional
        That of `data`, if it is known.
    title : str
        The book's, where the book itself tells it apart from its text; else "".
    headings : frozenset of str
        Lines of the text which the book itself marks as headings, as an h1 or an entry of its
        contents; without inner white space.
    read_from : tuple of str
        The encodings that the text was in, where a reader has made `data` of it; () for others.
    """

    name: str
    data: bytes
    encoding: str | None = None
    title: str = ""
    headings: frozenset[str] = frozenset()
    read_from: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """What a book gives: its texts in reading order, and the stretches that are not in them."""

    documents: tuple[Document, ...]
    cuts: tuple[Cut, ...] = ()


@dataclass(frozen=True)
class Limits:
    """What the reading of one file may cost.

    Attributes
    ----------
    max_bytes : int
        Of all that is unpacked together.
    depth : int
        Archives around the file.
    """

    max_bytes: int = 64 * 2**20
    depth: int = 0


Read = Callable[[Document, Limits], Reading]


def together(errors: Sequence[DataError]) -> DataError:
    """Return one error for several texts of a book: one itself, of more the first and how many.

    >>> str(together([DataError("1.txt: empty"), DataError("2.txt: empty")]))
    '2 files cannot be read: 1.txt: empty | 2.txt: empty'
    """
    if len(errors) == 1:
        return errors[0]
    return DataError(f"{len(errors):,} files cannot be read: {tell_errors(errors)}")


def tell_errors(errors: Sequence[DataError], most: int = _TOLD) -> str:
    """Return what the first of some errors say, in one line, and how many more there are."""
    told = [str(error) for error in errors[:most]]
    if len(errors) > most:
        told.append(f"and {len(errors) - most:,} more")
    return " | ".join(told)


def text_document(
    document: Document,
    lines: list[str],
    *,
    title: str = "",
    headings: frozenset[str] = frozenset(),
    read_from: Iterable[str] = (),
) -> Document:
    r"""Return the text that a reader made of a document.

    A character that could not be read, U+FFFD, becomes a byte that UTF-8 does not have, so that it
    is counted as damage as in a plain text.

    >>> text_document(Document("a.epub", b""), ["宝\ufffd"]).data
    b'\xe5\xae\x9d\xff'
    """
    data = "\n".join(lines).encode("utf-8", errors="replace")
    return Document(
        document.name,
        data.replace(b"\xef\xbf\xbd", b"\xff"),
        "utf-8",
        " ".join(title.split()),
        headings,
        tuple(sorted(set(read_from))),
    )
