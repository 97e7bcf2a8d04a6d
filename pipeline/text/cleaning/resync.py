"""Text that has lost bytes of pairs: read on in step after the loss, not at the next line end.

Where a byte of a pair is lost, all pairs after it are read askew: in UTF-16 up to the line end, in
others up to the next ASCII character.
Of all ways to part a line into characters and single bad bytes, the likeliest is taken.
"""

from __future__ import annotations

from pipeline.text.cleaning.evidence import COMMON, MARK, marked

_BAD = 5.0  # what a byte without a character costs, as much as some rare characters in a row
_FOUR = 3.0  # what a four-byte character of GB18030 costs
_NEVER = 9.0  # what a pair costs that has no character of Unicode's own
_LONGEST = 100_000  # bytes of a line
_BAD_UTF16 = 8.0  # what a byte out of step costs in UTF-16, as much as four units that are unlikely


def in_step(line: bytes, encoding: str) -> str:
    """Return the likeliest text of a damaged line in gb18030 or big5hkscs, `MARK` for bad bytes."""
    if len(line) > _LONGEST:
        return marked(line, encoding)
    best = [0.0]  # of the first so many bytes
    taken = [0]  # bytes of the last character; 0 for a bad one
    price = _gb18030 if encoding == "gb18030" else _big5
    for end in range(1, len(line) + 1):
        byte = line[end - 1]
        cost, size = best[-1] + (0.0 if byte < 0x80 else _BAD), 1 if byte < 0x80 else 0
        if end >= 2 and (pair := best[end - 2] + price(line[end - 2], byte)) < cost:
            cost, size = pair, 2
        four = line[end - 4 : end]
        if encoding == "gb18030" and _is_four(four) and best[end - 4] + _FOUR < cost:
            cost, size = best[end - 4] + _FOUR, 4
        best.append(cost)
        taken.append(size)
    return _spelled(line, taken, encoding)


def _spelled(line: bytes, taken: list[int], encoding: str) -> str:
    """Return the text of a line whose characters end where `taken` says."""
    pieces: list[str] = []
    end = len(line)
    while end:
        size = taken[end]
        pieces.append(marked(line[end - size : end], encoding) if size else MARK)
        end -= size or 1
    return "".join(reversed(pieces))


def _is_four(data: bytes) -> bool:
    """Return whether bytes have the form of a four-byte character."""
    return (
        len(data) == 4
        and 0x81 <= data[0] <= 0xFE
        and 0x81 <= data[2] <= 0xFE
        and 0x30 <= data[1] <= 0x39
        and 0x30 <= data[3] <= 0x39
    )


def _gb18030(first: int, second: int) -> float:
    """Return what a pair costs in GB18030; infinite where it is none."""
    if not (0x81 <= first <= 0xFE and 0x40 <= second <= 0xFE and second != 0x7F):
        return float("inf")
    if second < 0xA1:
        return _NEVER if 0xA1 <= first <= 0xA7 else 2.0  # of GBK's many rare characters
    if 0xB0 <= first <= 0xD7:
        return 0.2
    if 0xA1 <= first <= 0xA3:
        return 0.3
    return _NEVER if 0xAA <= first <= 0xAF or first >= 0xF8 else 1.0


def _big5(first: int, second: int) -> float:
    """Return what a pair costs in Big5; infinite where it is none."""
    if not (0x87 <= first <= 0xFE and (0x40 <= second <= 0x7E or 0xA1 <= second <= 0xFE)):
        return float("inf")
    if 0xA4 <= first <= 0xC6:
        return 0.2
    return 0.3 if 0xA1 <= first <= 0xA3 else 1.0 if 0xC9 <= first <= 0xF9 else 3.0


def in_step_utf16(line: bytes, encoding: str) -> str:
    """Return the likeliest text of a damaged line in utf-16-le or -be, `MARK` for bad bytes."""
    if len(line) > _LONGEST:
        return marked(line, encoding)
    best = [0.0]
    single = [False]  # whether the last byte is a bad one, not half of a unit
    prices: dict[bytes, float] = {}
    for end in range(1, len(line) + 1):
        cost, alone = best[-1] + _BAD_UTF16, True
        if end >= 2:
            unit = line[end - 2 : end]
            price = prices.get(unit)
            if price is None:
                price = prices[unit] = _utf16(marked(unit, encoding))
            if best[end - 2] + price <= cost:
                cost, alone = best[end - 2] + price, False
        best.append(cost)
        single.append(alone)
    return _in_runs(line, single, encoding)


def _in_runs(line: bytes, single: list[bool], encoding: str) -> str:
    """Return the text of a line; units between two bad bytes are decoded together."""
    pieces: list[str] = []
    end = stop = len(line)
    while end:
        if single[end]:
            pieces += [marked(line[end:stop], encoding), MARK]
            end = stop = end - 1
        else:
            end -= 2
    pieces.append(marked(line[:stop], encoding))
    return "".join(reversed(pieces))


def _utf16(unit: str) -> float:
    """Return what a unit costs in UTF-16; the other byte order gives rare characters and others."""
    if COMMON.match(unit):
        return 0.0
    code = ord(unit[0])
    if code < 0x80 or 0x3000 <= code < 0x3100 or 0xFF00 <= code < 0xFFF0 or 0x2010 <= code < 0x2030:
        return 0.5
    if 0x4E00 <= code < 0xA000:
        return 1.5
    return 2.0 if code < 0x500 or 0x2000 <= code < 0x2800 else 4.0
