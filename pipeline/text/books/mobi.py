"""A Kindle book (mobi, azw3) as a novel: its records joined, unpacked and read as markup.

The layout of the records is described at https://wiki.mobileread.com/wiki/MOBI and
https://wiki.mobileread.com/wiki/PDB.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from itertools import groupby

from pipeline.errors import DataError
from pipeline.shown import shown
from pipeline.text.books.decoding import decode_page
from pipeline.text.books.document import Document, Limits, Reading, text_document
from pipeline.text.books.huffman import Unpacker, huffman_unpacker
from pipeline.text.books.markup import parse
from pipeline.text.books.notes import Seen, mark_notes
from pipeline.text.books.palmdoc import unpack_palmdoc
from pipeline.text.books.prose import Line, Page, read_page
from pipeline.text.books.title_page import without_title_page
from pipeline.text.cleaning.encoding import Decoded, decode
from pipeline.text.cuts import Cut
from pipeline.text.gaps import squeezed

_NONE, _PALMDOC, _HUFFMAN = 1, 2, 17480
_UTF8 = 65001
_NO_RECORD = 0xFFFFFFFF
_BOUNDARY = b"BOUNDARY"  # between the old form and the new one (KF8) of a book in one file
_FILEPOS = re.compile(rb"\bfilepos=[\"']?(\d{1,10})[\"']?")
_TAG = re.compile(rb"<[a-zA-Z][\w:]*")
_LONGEST_TITLE = 1_000  # bytes
_LEAST_CONTENTS = 3  # lines
_CONTENTS = re.compile(r"目\s*[录錄次]|(?:table of )?contents", re.IGNORECASE)
_AUTHOR = 100  # the entry of the extended header that tells who wrote the book
_KF8_BOUNDARY = 121  # the entry of the extended header that tells where the new form begins


def read_mobi(document: Document, limits: Limits) -> Reading:
    """Return the text of a .mobi or .azw3; of a file with both forms, the newer one's.

    Raises
    ------
    DataError
        It is no sound Kindle book, it is copy-protected, too large, or without text.
    """
    name = shown(document.name)
    try:
        decoded = _markup(document.data, name, limits)
        header = _records(document.data)[0]
        title, authors = _title(header), _authors(header)
    except (struct.error, IndexError, ValueError) as error:
        raise DataError(
            f"{name}: expected a whole Kindle book, got one that is cut off or damaged; get it anew"
        ) from error
    root = parse(decoded.text, xml=True, name=name)
    notes = {target.partition("#")[2] for target in mark_notes(root, "", Seen())}
    page = read_page(root, name=document.name, notes=notes)
    _cut_contents(page, document.name)
    page.lines, cuts = without_title_page(
        page.lines, title=title, authors=authors, name=document.name
    )
    page.cuts += cuts
    if not page.lines:
        raise DataError(f"{name}: expected a Kindle book with text, got none; find it as text")
    headings = frozenset(squeezed(line.text) for line in page.lines if line.level)
    texts = [line.text for line in page.lines]
    made = text_document(
        document, texts, title=title, headings=headings, read_from=decoded.encodings
    )
    return Reading((made,), tuple(page.cuts))


def _title(header: bytes) -> str:
    """Return the book's full name, "" where there is none."""
    if len(header) < 92:
        return ""
    start, size = struct.unpack_from(">II", header, 84)
    return header[start : start + min(size, _LONGEST_TITLE)].decode("utf-8", errors="ignore")


def _authors(header: bytes) -> set[str]:
    """Return the names of those who wrote the book."""
    found = (own for kind, own in _extended(header) if kind == _AUTHOR)
    return {own.decode("utf-8", errors="ignore").strip() for own in found}


def _cut_contents(page: Page, name: str) -> None:
    """Take out of a page the lists of links in it, with the line above that calls them contents."""
    kept: list[Line] = []
    for linked, run in groupby(page.lines, key=lambda line: line.linked):
        lines = list(run)
        if linked and len(lines) >= _LEAST_CONTENTS:
            if kept and _CONTENTS.fullmatch(kept[-1].text.strip()):
                lines.insert(0, kept.pop())
            text = "\n".join(line.text for line in lines)
            page.cuts.append(Cut("contents", name, len(kept) + 1, text))
        else:
            kept += lines
    page.lines[:] = kept


def _markup(data: bytes, name: str, limits: Limits) -> Decoded:
    """Return the markup of a book, of all its flows the first: the others are styles."""
    records = _records(data)
    header = records[0]
    if header[12:14] != b"\x00\x00":
        raise DataError(
            f"{name}: expected a Kindle book without copy protection (DRM), got an encrypted one; "
            "give a copy without it"
        )
    start = _newer_form(header, records)
    header = records[start]
    compression, _, _, count = struct.unpack_from(">HHIH", header)
    unpack = _unpacker(compression, header, records, start, name)
    flags = struct.unpack_from(">H", header, 242)[0] if len(header) >= 244 else 0
    pieces: list[bytes] = []
    size = 0
    for record in records[start + 1 : start + 1 + count]:
        piece = unpack(_trimmed(record, flags))
        size += len(piece)
        if size > limits.max_bytes:
            raise DataError(
                f"{name}: expected at most {limits.max_bytes:,} bytes of text, got more; if it is "
                "a novel, raise fetch.max_bytes"
            )
        pieces.append(piece)
    if len(pieces) < count:
        raise IndexError("records are missing")
    text = b"".join(pieces)
    text = _with_anchors(text[: _first_flow(header, records, start, len(text))])
    is_utf8 = struct.unpack_from(">I", header, 28)[0] == _UTF8
    return decode(text, "utf-8") if is_utf8 else decode_page(text, name=name)


def _with_anchors(text: bytes) -> bytes:
    """Return markup whose links lead to anchors: those of the older form lead to bytes."""
    places = sorted({int(own[1]) for own in _FILEPOS.finditer(text)})
    pieces: list[bytes] = []
    done = 0
    for place in places:
        if found := _TAG.match(text, place):
            pieces += [text[done : found.end()], b' id="at%d"' % place]
            done = found.end()
    return _FILEPOS.sub(lambda own: b'href="#at%d"' % int(own[1]), b"".join([*pieces, text[done:]]))


def _records(data: bytes) -> list[bytes]:
    """Return the records of a Palm database."""
    (count,) = struct.unpack_from(">H", data, 76)
    starts = [struct.unpack_from(">I", data, 78 + 8 * index)[0] for index in range(count)]
    stops = [*starts[1:], len(data)]
    if not starts or any(a > b for a, b in zip(starts, stops, strict=True)):
        raise ValueError("records overlap")
    return [data[a:b] for a, b in zip(starts, stops, strict=True)]


def _newer_form(header: bytes, records: list[bytes]) -> int:
    """Return the record that the newer form begins with, 0 where there is one form alone."""
    for kind, own in _extended(header):
        if kind == _KF8_BOUNDARY and len(own) == 4:
            (start,) = struct.unpack(">I", own)
            if 0 < start < len(records) and records[start - 1].startswith(_BOUNDARY):
                return int(start)
    return 0


def _extended(header: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the entries of the extended header, kind and value; none where there is none."""
    if len(header) < 132 or not struct.unpack_from(">I", header, 128)[0] & 0x40:
        return
    place = 16 + struct.unpack_from(">I", header, 20)[0]
    if header[place : place + 4] != b"EXTH":
        return
    (count,) = struct.unpack_from(">I", header, place + 8)
    place += 12
    for _ in range(min(count, len(header))):
        kind, size = struct.unpack_from(">II", header, place)
        yield kind, header[place + 8 : place + max(8, size)]
        place += max(8, size)


def _unpacker(
    compression: int, header: bytes, records: list[bytes], start: int, name: str
) -> Unpacker:
    """Return what unpacks a record of text."""
    if compression == _NONE:
        return bytes
    if compression == _PALMDOC:
        return unpack_palmdoc
    if compression == _HUFFMAN:
        first, count = struct.unpack_from(">II", header, 112)
        tables = records[start + first : start + first + count]
        return huffman_unpacker(tables)
    raise DataError(
        f"{name}: expected a Kindle book of a known packing, got number {compression}; convert it "
        "to .epub first"
    )


def _trimmed(record: bytes, flags: int) -> bytes:
    """Return a record without what is appended to its text, as bit by bit of `flags` tells."""
    size = len(record)
    for bit in range(15, 0, -1):
        if flags >> bit & 1:
            size -= _backward_number(record[:size])
    if flags & 1 and size > 0:
        size -= (record[size - 1] & 3) + 1
    return record[: max(0, size)]


def _backward_number(data: bytes) -> int:
    """Return the number at the end of some bytes: seven bits a byte, the first one marked."""
    value = 0
    for byte in data[-4:]:
        if byte & 0x80:
            value = 0
        value = value << 7 | byte & 0x7F
    return value


def _first_flow(header: bytes, records: list[bytes], start: int, length: int) -> int:
    """Return where the first flow ends, that of the text: of the older form, the text's end."""
    if len(header) < 208 or struct.unpack_from(">I", header, 36)[0] != 8:
        return length
    (index,) = struct.unpack_from(">I", header, 192)
    if index == _NO_RECORD or start + index >= len(records):
        return length
    table = records[start + index]
    if not table.startswith(b"FDST"):
        return length
    first, stop = struct.unpack_from(">II", table, 12)
    return int(stop) if first == 0 < stop <= length else length
