"""Kindle books: records joined and unpacked in each of the three packings; protected ones refused.

What programs really write was tried by hand: calibre's .mobi of the old form, of both, and .azw3.
"""

from __future__ import annotations

import struct
from contextlib import suppress

import pytest
from book_files import PROSE, P, cut, lines, read
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import DataError
from pipeline.text.books.huffman import huffman_unpacker
from pipeline.text.books.palmdoc import unpack_palmdoc

MARKUP = (
    f"<html><head><title/></head><body><h1>第一章 夜雨</h1>{P * 300}<mbp:pagebreak/><p>尾。</p>"
)
EXPECTED = ["第一章 夜雨", *[PROSE] * 300, "尾。"]


def pack_palmdoc(data: bytes) -> bytes:
    """Pack as simply as the form allows: letters, repeats of six bytes, and the rest."""
    out = bytearray()
    place = 0
    while place < len(data):
        if place >= 6 and data[place : place + 6] == data[place - 6 : place]:
            out += struct.pack(">H", 0x8000 | 6 << 3 | 3)
            place += 6
        elif data[place] in range(9, 0x80) or data[place] == 0:
            out.append(data[place])
            place += 1
        else:
            piece = data[place : place + 8]
            out += bytes((len(piece),)) + piece
            place += len(piece)
    return bytes(out)


def huffman_tables() -> list[bytes]:
    """Return a code of eight bits a byte, and its phrases: one a byte."""
    short = struct.pack(">256L", *[255 << 8 | 0x80 | 8] * 256)
    head = b"HUFF" + struct.pack(">LLL", 24, 24, 24 + len(short)) + bytes(8)
    phrases = b"".join(struct.pack(">HB", 0x8001, 255 - n) for n in range(256))
    places = struct.pack(">256H", *(512 + 3 * n for n in range(256)))
    cdic = b"CDIC" + struct.pack(">LLL", 16, 256, 8) + places + phrases
    return [head + short + struct.pack(">64L", *[0] * 64), cdic]


def mobi_of(
    markup: str,
    *,
    packing: int = 2,
    encryption: int = 0,
    encoding: str = "utf-8",
    flags: int = 0,
    cut_records: int = 0,
) -> bytes:
    """Return a Kindle book of the old form; `flags` 3 appends to each record what readers skip."""
    data = markup.encode(encoding)
    records = []
    for place in range(0, len(data), 4096):
        own = data[place : place + 4096]
        own = pack_palmdoc(own) if packing == 2 else own
        # One byte that belongs to the next record, then three of an index and how many they are.
        records.append(own + (b"\x00" if flags & 1 else b"") + (b"xx\x83" if flags & 2 else b""))
    tables = huffman_tables() if packing == 17480 else []
    header = bytearray(244)
    struct.pack_into(">HHIHHH", header, 0, packing, 0, len(data), len(records), 4096, encryption)
    header[16:20] = b"MOBI"
    number = {"utf-8": 65001}.get(encoding, 1252)
    struct.pack_into(">IIIII", header, 20, 232, 2, number, 1, 6)
    struct.pack_into(">II", header, 112, len(records) + 1, len(tables))
    struct.pack_into(">I", header, 192, 0xFFFFFFFF)
    struct.pack_into(">H", header, 242, flags)
    title = "夜雨集".encode()
    struct.pack_into(">II", header, 84, len(header), len(title))
    every = [bytes(header) + title, *records, *tables]
    every = every[: len(every) - cut_records]
    head = b"yeyu".ljust(32, b"\x00") + bytes(28) + b"BOOKMOBI" + bytes(8)
    head += struct.pack(">H", len(every))
    place = len(head) + 8 * len(every)
    index = b""
    for own in every:
        index += struct.pack(">II", place, 0)
        place += len(own)
    return head + index + b"".join(every)


@pytest.mark.parametrize("packing", [1, 2, 17480])
@pytest.mark.parametrize("flags", [0, 1, 2, 3])
def test_each_packing_is_read(packing: int, flags: int) -> None:
    book = read("a.mobi", mobi_of(MARKUP, packing=packing, flags=flags))
    assert lines(book) == EXPECTED
    assert book.documents[0].headings == {"第一章夜雨"}
    assert book.documents[0].title == "夜雨集"


def test_a_book_that_is_in_gbk_is_read() -> None:
    book = read("a.mobi", mobi_of(MARKUP, encoding="gb18030"))
    assert lines(book) == EXPECTED
    assert book.documents[0].read_from == ("gb18030",)


def test_readings_and_notes_are_left_out() -> None:
    markup = '<p><ruby>猴<rt>hóu</rt></ruby>来<sup><a href="#n">1</a></sup></p><p id="n">注</p>'
    book = read("a.azw3", mobi_of(markup))
    assert lines(book) == ["猴来"]
    assert (cut(book, "reading"), cut(book, "note")) == (["hóu"], ["注"])


def test_links_that_count_bytes_lead_to_notes_too() -> None:
    first = '<p>猴<sup><a></a><small><a filepos="%010d">1</a></small></sup>来</p>'
    place = len((first % 0).encode())
    book = read("a.mobi", mobi_of(first % place + "<li>注</li><p>走了。</p>"))
    assert (lines(book), cut(book, "note"), cut(book, "note mark")) == (
        *(["猴来", "走了。"], ["注"], ["1"]),
    )


def test_links_by_number_are_marks_that_lead_nowhere() -> None:
    mark = '<sup><a href="kindle:pos:fid:0001:off:0000000000">1</a></sup>'
    book = read("a.azw3", mobi_of(f"<p>猴{mark}来</p><p>走了。</p>"))
    assert (lines(book), cut(book, "note mark")) == (["猴来", "走了。"], ["1"])


def test_a_list_of_links_is_contents() -> None:
    listed = "".join(f'<p><a filepos="{n}">第{n}章</a></p>' for n in (1, 2, 3))
    book = read("a.mobi", mobi_of(f"<p>走了。</p><p>目录</p>{listed}<p>尾。</p>"))
    assert (lines(book), cut(book, "contents")) == (
        ["走了。", "尾。"],
        ["目录\n第1章\n第2章\n第3章"],
    )


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (mobi_of(MARKUP, encryption=2), r"without copy protection \(DRM\), got an encrypted one"),
        (mobi_of(MARKUP)[:3000], "a whole Kindle book, got one that is cut off or damaged"),
        (mobi_of(MARKUP, cut_records=2), "a whole Kindle book, got one that is cut off"),
        (mobi_of("<p></p>"), "a Kindle book with text, got none"),
        (
            mobi_of(MARKUP).replace(
                struct.pack(">HHI", 2, 0, len(MARKUP.encode())), b"\x00\x09" * 4
            ),
            "a Kindle book of a known packing, got number 9",
        ),
        (bytes(60) + b"BOOKMOBI" + bytes(10), "a whole Kindle book, got one that is cut off"),
    ],
)
def test_what_cannot_be_read_is_told_in_a_line(data: bytes, complaint: str) -> None:
    with pytest.raises(DataError, match=complaint) as caught:
        read("a.mobi", data)
    assert "\n" not in str(caught.value)


def test_a_book_that_unpacks_to_too_much_is_refused() -> None:
    with pytest.raises(DataError, match="at most 10,000 bytes of text, got more"):
        read("a.mobi", mobi_of(MARKUP), max_bytes=10_000)


def test_phrases_within_each_other_without_end_are_refused() -> None:
    head, cdic = huffman_tables()
    own = bytearray(cdic)
    own[16 + 512 : 16 + 515] = struct.pack(">HB", 0x0001, 255)  # phrase 0, packed: phrase 0
    with pytest.raises(ValueError, match="without end"):
        huffman_unpacker([head, bytes(own)])(b"\xff")


@given(st.binary(max_size=200))
def test_palmdoc_gives_back_what_was_packed(data: bytes) -> None:
    assert unpack_palmdoc(pack_palmdoc(data)) == data


@given(st.binary(max_size=400))
def test_no_bytes_end_in_a_traceback(data: bytes) -> None:
    book = bytearray(mobi_of(MARKUP[:300]))
    book[76 : 76 + len(data)] = data
    with suppress(DataError):
        read("a.mobi", bytes(book))
