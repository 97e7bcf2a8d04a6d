"""HUFF/CDIC, the other packing of Kindle books: a Huffman code whose words are phrases.

A phrase may be packed itself; each is unpacked once.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

Unpacker = Callable[[bytes], bytes]

_LONGEST_CODE = 32  # bits
_DEEPEST = 32  # phrases within each other
_MOST = 2**20  # bytes that a phrase or a record may become; a record has 4,096


def huffman_unpacker(tables: list[bytes]) -> Unpacker:
    """Return what unpacks a record.

    Parameters
    ----------
    tables : list of bytes
        The HUFF record and the CDIC records.

    Raises
    ------
    ValueError
        They are none.
    """
    if not tables or not tables[0].startswith(b"HUFF"):
        raise ValueError("no Huffman table")
    short, lowest, highest = _read_codes(tables[0])
    phrases: list[tuple[bytes, bool]] = []
    for table in tables[1:]:
        phrases += _read_phrases(table, len(phrases))

    def phrase(index: int, depth: int) -> bytes:
        own, plain = phrases[index]
        if not plain:
            if depth > _DEEPEST:
                raise ValueError("phrases within each other without end")
            own = unpack(own, depth + 1)
            phrases[index] = (own, True)
        return own

    def unpack(data: bytes, depth: int = 0) -> bytes:
        out: list[bytes] = []
        size = 0
        left = 8 * len(data)
        padded = data + bytes(8)
        place = 0
        while left > 0:
            window = int.from_bytes(padded[place >> 3 : (place >> 3) + 8], "big")
            code = window >> (32 - (place & 7)) & 0xFFFFFFFF
            length, ended, top = short[code >> 24]
            if not ended:
                while length < _LONGEST_CODE and code < lowest[length]:
                    length += 1
                top = highest[length]
            if length == 0 or length > left:
                break
            own = phrase((top - code) >> (32 - length), depth)
            out.append(own)
            size += len(own)
            if size > _MOST:
                raise ValueError("a record that becomes too large")
            place += length
            left -= length
        return b"".join(out)

    return unpack


def _read_codes(table: bytes) -> tuple[list[tuple[int, bool, int]], list[int], list[int]]:
    """Return the codes by their first byte, and the lowest and the highest code by length."""
    first, second = struct.unpack_from(">LL", table, 8)
    short: list[tuple[int, bool, int]] = []
    for value in struct.unpack_from(">256L", table, first):
        length = value & 0x1F
        short.append((length, bool(value & 0x80), _filled(value >> 8, length)))
    bounds = struct.unpack_from(">64L", table, second)
    lowest, highest = [0], [0]
    for length in range(1, _LONGEST_CODE + 1):
        lowest.append(bounds[2 * length - 2] << (32 - length))
        highest.append(_filled(bounds[2 * length - 1], length))
    return short, lowest, highest


def _filled(code: int, length: int) -> int:
    """Return the greatest number of 32 bits that begins with a code."""
    return ((code + 1) << (32 - length)) - 1


def _read_phrases(table: bytes, before: int) -> list[tuple[bytes, bool]]:
    """Return the phrases of a CDIC record, and of each whether it is plain."""
    if not table.startswith(b"CDIC"):
        raise ValueError("no table of phrases")
    total, bits = struct.unpack_from(">LL", table, 8)
    count = min(1 << min(bits, 31), total - before, len(table) // 2)
    found: list[tuple[bytes, bool]] = []
    for place in struct.unpack_from(f">{count}H", table, 16):
        (size,) = struct.unpack_from(">H", table, 16 + place)
        start = 18 + place
        found.append((table[start : start + (size & 0x7FFF)], bool(size & 0x8000)))
    return found
