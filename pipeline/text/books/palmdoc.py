"""PalmDOC's packing: LZ77 within one record of 4,096 bytes."""

from __future__ import annotations


def unpack_palmdoc(data: bytes) -> bytes:
    r"""Return a record unpacked.

    A byte 1 to 8 tells how many bytes follow as they are, 9 to 127 and 0 stand for themselves, 128
    to 191 begin two bytes that repeat what was written (11 bits back, 3 of length less 3), and from
    192 on one stands for a space and a letter.

    >>> unpack_palmdoc(b"ab \x80\x18c")
    b'ab ab c'

    Raises
    ------
    ValueError
        It repeats what was not written.
    """
    out = bytearray()
    place = 0
    while place < len(data):
        byte = data[place]
        place += 1
        if 1 <= byte <= 8:
            out += data[place : place + byte]
            place += byte
        elif byte < 0x80:
            out.append(byte)
        elif byte >= 0xC0:
            out += bytes((0x20, byte ^ 0x80))
        else:
            if place >= len(data):
                break
            pair = byte << 8 | data[place]
            place += 1
            _repeat(out, pair >> 3 & 0x7FF, (pair & 7) + 3)
    return bytes(out)


def _repeat(out: bytearray, back: int, count: int) -> None:
    """Write again what stands so many bytes back; it may reach into what is being written."""
    if not 0 < back <= len(out):
        raise ValueError("a repeat of nothing")
    for _ in range(count):
        out.append(out[-back])
