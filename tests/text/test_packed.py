"""7z and rar archives: read by libarchive where it is there, else told how to go on."""

from __future__ import annotations

import base64
import struct
import sys
import zlib

import pytest
from book_files import PROSE, read

from pipeline.errors import DataError

try:
    import libarchive
except Exception:  # the package, or what it loads
    libarchive = None
needs_libarchive = pytest.mark.skipif(libarchive is None, reason="no libarchive here")

TEXT = f"{PROSE}\n".encode("gb18030")


def rar_of(members: dict[bytes, bytes]) -> bytes:
    """Return a rar archive (version 4) in which nothing is packed."""

    def block(kind: int, flags: int, rest: bytes, data: bytes = b"") -> bytes:
        head = struct.pack("<BHH", kind, flags, 7 + len(rest)) + rest
        return struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head + data

    out = b"Rar!\x1a\x07\x00" + block(0x73, 0, bytes(6))
    for name, data in members.items():
        rest = struct.pack(
            "<IIBIIBBHI", len(data), len(data), 3, zlib.crc32(data), 0, 20, 0x30, len(name), 0x81A4
        )
        out += block(0x74, 0x8000, rest + name, data)
    return out + block(0x7B, 0x4000, b"")


def seven_of(members: dict[str, bytes]) -> bytes:
    """Return a 7z archive in which nothing is packed."""

    def number(value: int) -> bytes:
        return struct.pack("<BQ", 0xFF, value)

    data = b"".join(members.values())
    names = b"".join(name.encode("utf-16-le") + bytes(2) for name in members)
    count = number(len(members))
    sizes = b"".join(number(len(own)) for own in list(members.values())[:-1])
    crcs = b"".join(struct.pack("<I", zlib.crc32(own)) for own in members.values())
    head = (
        b"\x01\x04"
        + b"\x06"
        + number(0)
        + number(1)
        + b"\x09"
        + number(len(data))
        + b"\x00"
        + b"\x07\x0b"
        + number(1)
        + b"\x00"
        + number(1)
        + b"\x01\x00"
        + b"\x0c"
        + number(len(data))
        + b"\x00"
        + b"\x08\x0d"
        + count
        + b"\x09"
        + sizes
        + b"\x0a\x01"
        + crcs
        + b"\x00\x00"
        + b"\x05"
        + count
        + b"\x11"
        + number(len(names) + 1)
        + b"\x00"
        + names
        + b"\x00\x00"
    )
    start = struct.pack("<QQI", len(data), len(head), zlib.crc32(head))
    return (
        b"7z\xbc\xaf\x27\x1c\x00\x04" + struct.pack("<I", zlib.crc32(start)) + start + data + head
    )


@needs_libarchive
@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_a_rar_is_read_with_names_in_gbk(encoding: str) -> None:
    names = ["第十章.txt", "第二章.txt", "封面.jpg"]
    book = read("书.rar", rar_of({name.encode(encoding): TEXT for name in names}))
    assert [own.name for own in book.documents] == ["书.rar/第二章.txt", "书.rar/第十章.txt"]
    assert all(own.data == TEXT for own in book.documents)


@needs_libarchive
def test_a_7z_is_read() -> None:
    book = read("书.7z", seven_of({"书/10.txt": TEXT, "书/2.txt": TEXT}))
    assert [own.name for own in book.documents] == ["书.7z/书/2.txt", "书.7z/书/10.txt"]


@needs_libarchive
@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (seven_of({"1.txt": TEXT})[:-20], "expected a sound archive without a password, got"),
        (b"Rar!\x1a\x07\x00" + b"x" * 50, "expected a sound archive without a password, got"),
        (seven_of({"1.zip": TEXT}), r"got an archive within it \(1.zip\)"),
        (seven_of({"1.png": TEXT}), "got 1 file with no text by its name"),
        (rar_of({b"1.txt": b""}), "1.txt: expected a text, got an empty file"),
    ],
)
def test_what_cannot_be_read_is_told_in_a_line(data: bytes, complaint: str) -> None:
    with pytest.raises(DataError, match=complaint) as caught:
        read("书", data)
    assert "\n" not in str(caught.value)


@needs_libarchive
def test_the_bounds_hold() -> None:
    data = seven_of({"1.txt": TEXT * 100, "2.txt": TEXT * 100})
    with pytest.raises(DataError, match="at most 5,000 bytes unpacked, got more"):
        read("书.7z", data, max_bytes=5_000)
    with pytest.raises(DataError, match=r"at most 20,000 files and 640 bytes, got more"):
        read("书.7z", data, max_bytes=10)


@needs_libarchive
def test_a_7z_with_a_password_is_refused() -> None:
    data = base64.b64decode(ENCRYPTED)
    with pytest.raises(DataError, match="without a password, got") as caught:
        read("书.7z", data)
    assert "archive_p" not in str(caught.value)  # an address, another in every run


def test_without_libarchive_it_is_said_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "libarchive", None)
    with pytest.raises(DataError, match="found none; unpack it and give the folder, or install"):
        read("书.rar", rar_of({b"1.txt": TEXT}))


# A file of two letters under the password x, by py7zr.
ENCRYPTED = """
N3q8ryccAARFmI7BeQAAAAAAAAAUAAAAAAAAAIHWvcrO7SDoUtibPkUtN7kc5NrqAQBkAQQGAAEJEAoBZu8EiQAHCwEAAiQG
8QcBElMPj9kCNj9+5gy8RH89V/QLZSEhARgBAAwGAgAICgGsKpPYAAAFARENAGEALgB0AHgAdAAAABQKAQAQ8NxQDYDdARUG
AQAggICBAAAAFwYQAQlpAAcLAQABISEBGAxlAAA=
"""
