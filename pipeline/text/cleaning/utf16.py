"""Where a part of a file in UTF-16 begins and ends, though bytes of it may be lost."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Sequence
from itertools import chain

from pipeline.text.cleaning.evidence import (
    UTF8_ERROR_LIMIT,
    UTF16,
    common_share,
    common_units,
    guess_double_byte,
    guess_utf16,
    high_bytes,
    is_plausible,
    marked,
    plausible_share,
    valid_bytes,
)
from pipeline.text.cleaning.stretch import LINE_ENDS, Stretch, joined_stretches

_GARBLED = 0.6  # of a line's units are plausible at least, or it is no UTF-16
_IN_STEP = 0.95  # of the units where a part in UTF-16 begins
_SAMPLE = 200_000  # bytes
_HEAD = 400  # bytes
_HEADS = (4_000, _HEAD)  # the beginning decides where others follow, or bytes have been lost
_SHORT = 120  # bytes of the shortest part that is told
_LINE = 80  # bytes of a line
_FEW_LINES = 2_000  # bytes that may be a garbled line
_BACK = 4_000  # bytes before the first NUL in which a part in UTF-16 may begin
_SURE = 9  # non-ASCII bytes of a line in UTF-8, three characters, that tell it
_FEW_COMMON = 0.2  # of the characters of so few, or they are garbled
_FEW_UNITS = 8  # that may look sound at the beginning of another part
_MOST_NULS = 50  # before which a part in UTF-16 is looked for
_LINE_END = re.compile(rb"\n")
_HIGH = re.compile(rb"[\x80-\xff]")


def begins_part(data: bytes, at: int) -> bool:
    """Return whether what looks like a byte-order mark is one: a line begins there, in UTF-16."""
    order = "utf-16-le" if data[at] == 0xFF else "utf-16-be"
    begins = data[at - 1 : at] == b"\n" or data[at - 2 : at] == b"\n\0"
    return begins and plausible_share(data[at + 2 : at + _LINE], order) >= _GARBLED


def byte_order(data: bytes, start: int, stop: int, *, whole: bool) -> str | None:
    """Return the byte order of a part in UTF-16 without a mark, None if it is in something else.

    `whole` says that it may be told from more than the part's beginning.
    """
    found = _HIGH.search(data, start, stop)
    begin = start + ((found.start() - start) & ~1) if found else start
    size, order = _guess(data, begin, stop, (_SAMPLE, *_HEADS) if whole else _HEADS)
    return _at_the_head(data[start : min(stop, start + size)], order) if order else None


def _guess(data: bytes, begin: int, stop: int, sizes: Sequence[int]) -> tuple[int, str | None]:
    """Return the byte order that the bytes from a place on look like, and how many tell it."""
    for size in sizes:
        if order := guess_utf16(data[begin : min(stop, begin + size)]):
            return min(size, _HEAD), order
    head = data[begin : min(stop, begin + _SHORT)]
    orders = (order for order in UTF16 if common_units(head, order) >= _FEW_COMMON)
    return _SHORT, None if head.isascii() else next(orders, None)


def _at_the_head(head: bytes, order: str) -> str | None:
    """Return the byte order that a part begins in where most of it is in `order`."""
    shares = {own: plausible_share(head, own) for own in UTF16}
    if shares[order] >= _GARBLED or common_units(head, order) >= _FEW_COMMON:
        return order
    other = max(shares, key=lambda own: shares[own])
    return other if shares[other] >= _IN_STEP else None if _reads_otherwise(head) else order


def later_utf16(data: bytes, start: int, stop: int) -> int:
    """Return where a part in UTF-16 without a mark begins, `stop` if none does.

    No other encoding has NULs. The part begins after a line end shortly before one, or in mid-line.
    """
    at = start
    for _ in range(_MOST_NULS):
        nul = data.find(b"\0", at, stop)
        if nul < 0:
            break
        head = data[nul : min(stop, nul + _HEAD)]
        if max(common_units(head, order) for order in UTF16) < _FEW_COMMON:
            at = nul + 1
            continue
        low = max(at, nul - _BACK)
        after_ends = [end.end() for end in _LINE_END.finditer(data, low, nul)]
        places: Iterable[int] = chain(after_ends, range(low, nul))
        found = next((place for place in places if _begins_utf16(data, place, stop)), None)
        if found is not None:
            return found
        at = nul + 1
    return stop


def _begins_utf16(data: bytes, at: int, stop: int) -> bool:
    """Return whether a part in UTF-16 may begin at a place."""
    head = data[at : min(stop, at + _LINE)]
    if max(plausible_share(head, order) for order in UTF16) < _IN_STEP:
        return False
    _, order = _guess(data, at, stop, _HEADS)
    return order is not None and plausible_share(head, order) >= _IN_STEP


def utf16_stretches(data: bytes, start: int, stop: int, order: str) -> tuple[list[Stretch], int]:
    """Return the stretches of a part that begins in UTF-16, and where it ends.

    It is cut at its line ends, whichever bytes they stand at: a lost byte garbles one line. The two
    bytes of a line end are never the second of one Chinese character and the first of the next.
    """
    end = LINE_ENDS[order]
    stretches: list[Stretch] = []
    at = start
    while at < stop:
        found = data.find(end, at, stop)
        after = found + 2 if found >= 0 else stop
        edge = _edge(data, at, min(after, at + _SAMPLE), order)
        if edge is not None and edge > start and _is_over(data, edge, after, stop, order):
            if edge > at:
                stretches.append((at, edge, order))
            return joined_stretches(stretches), edge
        if found >= 0 and (after - at) % 2:  # a byte is lost: the line's end is out of step with it
            stretches.append((at, found, order))
            at = found
        stretches.append((at, after, order))
        at = after
    return joined_stretches(stretches), stop


def _edge(data: bytes, at: int, after: int, order: str) -> int | None:
    """Return where a line stops to be plausible UTF-16, None where it does not."""
    line = data[at:after]
    last = max(0, (len(line) & ~1) - _LINE)
    sound = plausible_share(line, order) >= _GARBLED
    if len(line) <= 2 or (sound and plausible_share(line[last:], order) >= _GARBLED):
        return None
    units = struct.unpack(
        f"{'<' if order == 'utf-16-le' else '>'}{len(line) // 2}H", line[: len(line) & ~1]
    )
    odd = [not is_plausible(unit) for unit in units]
    first = next(
        (i for i in range(len(odd)) if odd[i] and 2 * sum(odd[i : i + 8]) >= len(odd[i : i + 8])),
        None,
    )
    if first is None:
        return None
    return at if first <= _FEW_UNITS else at + 2 * first


def _is_over(data: bytes, edge: int, after: int, stop: int, order: str) -> bool:
    """Return whether a part in UTF-16 has ended before a place, and another one begins there."""
    rest = data[edge : min(after, edge + _HEAD)]
    if len(rest) > _LINE and common_units(rest, order) >= _FEW_COMMON:
        return False
    other = next(own for own in UTF16 if own != order)
    if _is_chinese_in(data[edge : min(stop, edge + _HEAD)], other):
        return True
    goes_on = plausible_share(data[after : after + _LINE], order) >= _GARBLED
    return _reads_otherwise(rest, sure=goes_on and after - edge < _FEW_LINES)


def _is_chinese_in(head: bytes, order: str) -> bool:
    """Return whether a part begins in UTF-16; out of step it is plausible, but rare characters."""
    plausible = plausible_share(head[:_LINE], order) >= _IN_STEP
    return plausible and common_share(marked(head, order)) >= _FEW_COMMON


def _reads_otherwise(line: bytes, *, sure: bool = False) -> bool:
    """Return whether what is no UTF-16 makes sense in another encoding; in UTF-8, to be `sure`."""
    sample = line[:_SAMPLE]
    high = high_bytes(sample)
    if high < _SURE:
        return False
    if high - valid_bytes(sample) <= UTF8_ERROR_LIMIT * high:
        return True
    guess = None if sure else guess_double_byte(sample)
    return guess is not None and common_share(marked(sample, guess)) >= _FEW_COMMON
