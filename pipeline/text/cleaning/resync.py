"""Text that has lost bytes of pairs: read on in step after the loss, not at the next line end.

Where a byte of a pair is lost, all pairs after it are read askew: in UTF-16 up to the line end, in
others up to the next ASCII character.
Of all ways to part a line into characters and single bad bytes, the likeliest is taken.
"""

from __future__ import annotations

import re
from functools import lru_cache

from pipeline.text.cleaning.evidence import COMMON, MARK, common_share, marked, usual_share

# In Big5 a lost byte seldom makes a bad one: the next pair that ends with an ASCII byte is in step
# again, and what is left of it is a letter that stands alone.
STRAY = re.compile("[^\x00-\x7f][@-~](?![\x00-\x7f])")
_LEAST_STRAYS = 20
_DIFFERENT = 10  # letters among them
_ASKEW = 0.6  # of the text's share of common characters stand before them, or less
_LETTER = 3.0  # what such a letter costs in a line
_LOST = 6.0  # the same where the text has lost bytes: more than a bad byte
_MARKS = re.compile("[、。「」『』（）《》\u2010-\u2030！，：；？]")

_BAD = 5.0  # what a byte without a character costs, as much as some rare characters in a row
_FOUR = 3.0  # what a four-byte character of GB18030 costs
_NEVER = 9.0  # what a pair costs that has no character of Unicode's own
_LONGEST = 100_000  # bytes of a line
_BAD_UTF16 = 8.0  # what a byte out of step costs in UTF-16, as much as four units that are unlikely


def has_lost_halves(text: str) -> bool:
    """Return whether a text in Big5 has lost bytes that no bad byte tells of.

    Single letters stand between Chinese characters, of every kind, and what stands before them is
    half of one character and half of another: hardly ever a common one.
    """
    found = STRAY.findall(text)
    if len(found) < _LEAST_STRAYS or len({pair[1] for pair in found}) < _DIFFERENT:
        return False
    before = "".join(pair[0] for pair in found)
    return common_share(before) < _ASKEW * common_share(text)


def in_step(line: bytes, encoding: str, *, lossy: bool = False) -> str:
    """Return the likeliest text of a damaged line in gb18030 or big5hkscs, `MARK` for bad bytes.

    `lossy` says that the text has lost halves of characters.
    """
    if len(line) > _LONGEST:
        return marked(line, encoding)
    best = [0.0]  # of the first so many bytes
    taken = [0]  # bytes of the last character; 0 for a bad one
    price = _gb18030 if encoding == "gb18030" else _big5
    letter = 0.0 if encoding == "gb18030" else _LOST if lossy else _LETTER
    for end in range(1, len(line) + 1):
        byte = line[end - 1]
        single = letter if _is_stray(line, end) else 0.0
        cost, size = best[-1] + (single if byte < 0x80 else _BAD), 1 if byte < 0x80 else 0
        if end >= 2 and (pair := best[end - 2] + price(line[end - 2], byte)) < cost:
            cost, size = pair, 2
        four = line[end - 4 : end]
        if encoding == "gb18030" and _is_four(four) and best[end - 4] + _FOUR < cost:
            cost, size = best[end - 4] + _FOUR, 4
        best.append(cost)
        taken.append(size)
    return _spelled(line, taken, encoding)


def _is_stray(line: bytes, end: int) -> bool:
    """Return whether a letter that ends there stands alone between what is no ASCII."""
    if not 0x40 <= line[end - 1] < 0x7F or end < 2 or line[end - 2] < 0x80:
        return False
    return end == len(line) or line[end] >= 0x80


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


@lru_cache(maxsize=2**16)
def _big5(first: int, second: int) -> float:
    """Return what a pair costs in Big5; infinite where it is none."""
    if not (0x87 <= first <= 0xFE and (0x40 <= second <= 0x7E or 0xA1 <= second <= 0xFE)):
        return float("inf")
    character = marked(bytes((first, second)), "big5hkscs")
    if MARK in character:
        return _NEVER
    if COMMON.match(character) or _MARKS.match(character):
        return 0.1
    return 0.6 if usual_share(character, "big5hkscs") == 1 else 2.5


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
