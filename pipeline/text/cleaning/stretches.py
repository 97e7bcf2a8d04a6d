"""Which stretches of a file are in which encoding; a file put together from parts has several.

Boundaries lie at line ends. Every line is looked at, in time that grows with the file alone; what a
line itself does not tell is told by its neighbours.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from itertools import pairwise

from pipeline.chinese import count_chinese
from pipeline.text.cleaning.evidence import (
    COMMON_FLOOR,
    MARK,
    UTF8_ERROR_LIMIT,
    common_share,
    guess_double_byte,
    guess_utf16,
    high_bytes,
    marked,
    plausible_share,
)

Stretch = tuple[int, int, str]
"""First byte, the byte after the last, encoding."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins with the mark of UTF-16 LE: must come before it
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LATER_MARK = re.compile(rb"\xff\xfe|\xfe\xff")  # of UTF-16, after a line end
LINE_ENDS = {"utf-16-le": b"\n\0", "utf-16-be": b"\0\n"}
_GARBLED = 0.6  # of a line's units are plausible at least, or it is no UTF-16
_IN_STEP = 0.95  # of the units where a part in UTF-16 begins
_SAMPLE = 200_000  # bytes
_HEADS = (4_000, 400)  # bytes; the beginning decides where others follow, or bytes have been lost
_LINE = 80  # bytes of a line
_FEW_LINES = 2_000  # bytes that may be a garbled line
_HIGH = re.compile(rb"[\x80-\xff]")
_NAMES = {True: "gb18030", False: "big5hkscs"}  # whether a block is GB18030 → its encoding
_BACK = 4_000  # bytes before the first NUL in which a part in UTF-16 may begin
_BLOCK = 64 * 1024  # bytes of lines looked at together, as long as they are alike
_PART = 4_096  # bytes of lines that are told GB18030 from Big5 together
_LEAST_PART = 300
_PART_SAMPLE = 240  # bytes of them that are looked at
_SWITCH = 0.25  # what the shares of common characters must gain to pay a change
_SURE = 9  # non-ASCII bytes of a line in UTF-8, three characters, that tell it
_SURE_DOUBLE = 12  # of a line in another encoding: six characters
_FEW = 60  # non-ASCII bytes that may be garbled UTF-8 rather than a part in another encoding
_FEW_COMMON = 0.2  # of the characters of so few, or they are garbled
# Frequent characters of GB18030 alone, of bytes that are Latin, IPA and Cyrillic letters in UTF-8.
_OFTEN_CHINESE = re.compile(rb"(?:[^A-Za-z\x80-\xff]|[\xc2-\xd7][\xa1-\xbf])+")
# Three Chinese characters; the first byte stands alone, so that a search runs from one to the next.
_UTF8_RUN = re.compile(rb"[\xe3-\xe9][\x80-\xbf]{2}(?:[\xe3-\xe9][\x80-\xbf]{2}){2}")


class NoEncoding(ValueError):
    """The bytes make no sense in any encoding."""


def find_stretches(data: bytes) -> list[Stretch]:
    """Return stretches of a file that cover it in order, each with its encoding.

    Raises
    ------
    NoEncoding
        None gives something that looks like Chinese text.
    """
    first = next((own for mark, own in _MARKS if data.startswith(mark)), None)
    if first is not None and first.startswith("utf-32"):
        return [(0, len(data), first)]
    marks = (found.start() for found in _LATER_MARK.finditer(data, 1))
    bounds = [0, *(at for at in marks if _begins_part(data, at)), len(data)]
    stretches: list[Stretch] = []
    for start, stop in pairwise(bounds):
        at = start
        while at < stop:
            found, at = _next(data, at, stop, whole=stop - start == len(data))
            stretches += found
    return _merged(stretches) or [(0, 0, "utf-8")]


def _begins_part(data: bytes, at: int) -> bool:
    """Return whether what looks like a byte-order mark is one: a line begins there, in UTF-16."""
    order = "utf-16-le" if data[at] == 0xFF else "utf-16-be"
    begins = data[at - 1 : at] == b"\n" or data[at - 2 : at] == b"\n\0"
    return begins and plausible_share(data[at + 2 : at + _LINE], order) >= _GARBLED


def _next(data: bytes, start: int, stop: int, *, whole: bool) -> tuple[list[Stretch], int]:
    """Return the stretches of the part that begins at a place, and where it ends.

    `whole` says that a file is all one section, so that its first part may be told from more.
    """
    order = _order(data, start, stop, whole=whole and start == 0)
    if order is not None:
        return _utf16(data, start, stop, order)
    later = _later_utf16(data, start, stop)
    return _by_lines(data, start, later), later


def _order(data: bytes, start: int, stop: int, *, whole: bool) -> str | None:
    """Return the byte order of a part in UTF-16, None if it is in something else."""
    head = data[start : start + 4]
    marked_as = next((own for mark, own in _MARKS if head.startswith(mark)), None)
    if marked_as is not None:
        return marked_as if marked_as in LINE_ENDS else None
    found = _HIGH.search(data, start, stop)
    begin = start + ((found.start() - start) & ~1) if found else start
    sizes = (_SAMPLE, *_HEADS) if whole else _HEADS
    orders = (guess_utf16(data[begin : min(stop, begin + size)]) for size in sizes)
    order = next(filter(None, orders), None)
    return _at_the_head(data[start : min(stop, start + _HEADS[-1])], order) if order else None


def _at_the_head(head: bytes, order: str) -> str | None:
    """Return the byte order that a part begins in where most of it is in `order`."""
    shares = {own: plausible_share(head, own) for own in LINE_ENDS}
    if shares[order] < _GARBLED:
        other = max(shares, key=lambda own: shares[own])
        return other if shares[other] >= _IN_STEP else None if _reads_otherwise(head) else order
    return order


def _later_utf16(data: bytes, start: int, stop: int) -> int:
    """Return where a part in UTF-16 without a mark begins, `stop` if none does.

    No other encoding has NULs. The part begins after a line end shortly before the first.
    """
    nul = data.find(b"\0", start, stop)
    at = data.find(b"\n", max(start, nul - _BACK), nul) + 1 if nul >= 0 else 0
    while at:
        orders = (guess_utf16(data[at : min(stop, at + size)]) for size in _HEADS)
        order = next(filter(None, orders), None)
        if order and plausible_share(data[at : at + _LINE], order) >= _IN_STEP:
            return at
        at = data.find(b"\n", at, nul) + 1
    return stop


def _utf16(data: bytes, start: int, stop: int, order: str) -> tuple[list[Stretch], int]:
    """Return the stretches of a part that begins in UTF-16, and where it ends.

    It is cut at its line ends, whichever bytes they stand at: a lost byte garbles one line. The two
    bytes of a line end are never the second of one Chinese character and the first of the next.
    """
    end, other = LINE_ENDS[order], next(own for own in LINE_ENDS if own != order)
    stretches: list[Stretch] = []
    at = start
    while at < stop:
        found = data.find(end, at, stop)
        after = found + 2 if found >= 0 else stop
        line = data[at : min(after, at + _SAMPLE)]
        if at > start and len(line) > 2 and plausible_share(line, order) < _GARBLED:
            goes_on = plausible_share(data[after : after + _LINE], order) >= _GARBLED
            if _is_chinese_in(data[at : min(stop, at + _HEADS[-1])], other) or _reads_otherwise(
                line, sure=goes_on and len(line) < _FEW_LINES
            ):
                return stretches, at
        if found >= 0 and (after - at) % 2:  # a byte is lost: the line's end is out of step with it
            stretches.append((at, found, order))
            at = found
        stretches.append((at, after, order))
        at = after
    return _merged(stretches), stop


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
    if high - _valid_bytes(sample) <= UTF8_ERROR_LIMIT * high:
        return True
    guess = None if sure else guess_double_byte(sample)
    return guess is not None and common_share(marked(sample, guess)) >= _FEW_COMMON


def _merged(stretches: list[Stretch]) -> list[Stretch]:
    """Join neighbours of one encoding, but in UTF-16 those alone whose bytes stay in step."""
    joined: list[Stretch] = []
    for start, stop, own in stretches:
        step = joined and own in LINE_ENDS and (start - joined[-1][0]) % 2
        if joined and joined[-1][2] == own and not step:
            joined[-1] = (joined[-1][0], stop, own)
        else:
            joined.append((start, stop, own))
    return joined


def _by_lines(data: bytes, start: int, stop: int) -> list[Stretch]:
    """Return the stretches of a part in encodings that have ASCII in them."""
    runs = _runs(data, start, stop)
    alone = len(runs) == 1
    stretches: list[Stretch] = []
    for first, last, utf8 in runs:
        if utf8:
            stretches.append((first, last, "utf-8"))
        else:
            stretches += _double_byte(data, first, last, alone=alone)
    return _merged(stretches)


def _runs(data: bytes, start: int, stop: int) -> list[tuple[int, int, bool]]:
    """Return runs of lines: first byte, the byte after the last, whether they are UTF-8."""
    runs: list[tuple[int, int, bool]] = []
    begin = start  # of the run under way
    current: bool | None = None
    unsure: list[tuple[int, bool | None]] = []  # lines since the last sure one: start, leaning
    for at, sure, utf8 in _judged(data, start, stop):
        if not sure:
            unsure.append((at, utf8))
            continue
        if current is not None and utf8 != current:
            first = _first_like(unsure, at, utf8)
            runs.append((begin, first, current))
            begin = first
        current, unsure = utf8, []
    if current is None:
        leanings = [leaning for _, leaning in unsure if leaning is not None]
        current = leanings.count(True) >= leanings.count(False)
    runs.append((begin, stop, current))
    return [run for run in runs if run[0] < run[1]]


def _first_like(unsure: list[tuple[int, bool | None]], at: int, utf8: bool | None) -> int:
    """Return where the lines before a change begin that lean to what comes after it."""
    for place, leaning in reversed(unsure):
        if leaning == utf8:
            at = place
        elif leaning is not None:  # an empty line leans nowhere
            break
    return at


def _judged(data: bytes, start: int, stop: int) -> Iterator[tuple[int, bool, bool | None]]:
    """Yield lines, or many alike at once: their start, whether they are sure, whether UTF-8."""
    end = b"\n" if data.find(b"\n", start, stop) >= 0 else b"\r"
    at = start
    while at < stop:
        after = data.find(end, min(at + _BLOCK, stop), stop) + 1 or stop
        block = data[at:after]
        if block.isascii():
            yield at, False, None
        elif _is_utf8(block):
            yield (at, *_judge(block))
        elif high_bytes(block) >= _SURE_DOUBLE and not _UTF8_RUN.search(block):
            yield at, True, False
        else:
            place = at
            for line in block.split(end):
                yield (place, *_judge(line))
                place += len(line) + 1
        at = after


def _judge(line: bytes) -> tuple[bool, bool | None]:
    """Return whether a line tells that it is UTF-8 or that it is not, and what it says."""
    if line.isascii():
        return False, None
    high = high_bytes(line)
    if _is_utf8(line):
        if _OFTEN_CHINESE.fullmatch(line) and re.search(r"[^\W_]", line.decode("utf-8")):
            return False, False
        chinese = count_chinese(line[:400].decode("utf-8", "ignore"))
        return high >= _SURE and 9 * chinese >= high_bytes(line[:400]), True
    sample = line[:400]
    bad = high_bytes(sample) - _valid_bytes(sample)
    if high >= _SURE + 6 and bad <= UTF8_ERROR_LIMIT * high_bytes(sample):
        return True, True
    return high >= _SURE_DOUBLE, False


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _valid_bytes(data: bytes) -> int:
    """Return how many non-ASCII bytes are UTF-8."""
    return high_bytes(data.decode("utf-8", "ignore").encode("utf-8"))


def _double_byte(data: bytes, start: int, stop: int, *, alone: bool) -> list[Stretch]:
    """Return the stretches of lines that are no UTF-8; `alone` says that there are no others.

    Among UTF-8 lines, what makes no sense otherwise is garbled UTF-8.
    """
    sample = data[start : min(stop, start + _SAMPLE)]
    guess = guess_double_byte(sample)
    if not alone and not _makes_sense(sample, guess):
        return [(start, stop, "utf-8")]
    if guess is None:
        raise NoEncoding
    return _parts(data, start, stop)


def _makes_sense(sample: bytes, guess: str | None) -> bool:
    """Return whether lines among others in UTF-8 are Chinese in the encoding that was guessed."""
    if guess is None:
        return False
    text = marked(sample, guess)
    few = high_bytes(sample) < _FEW
    return common_share(text) >= (_FEW_COMMON if few else COMMON_FLOOR)


def _parts(data: bytes, start: int, stop: int) -> list[Stretch]:
    """Return the stretches of GB18030 and Big5, block by block; changes must pay."""
    size = max(_LEAST_PART, min(_PART, (stop - start) // 64))
    bounds = [start]
    while bounds[-1] < stop:
        bounds.append(data.find(b"\n", min(bounds[-1] + size, stop), stop) + 1 or stop)
    leads = [_block_lead(data[at : min(at + _PART_SAMPLE, end)]) for at, end in pairwise(bounds)]
    chosen = _fewest_changes(leads)
    stretches: list[Stretch] = []
    begin = start
    for index in range(1, len(chosen)):
        if chosen[index] != chosen[index - 1]:
            low, high = bounds[index - 1], bounds[min(index + 1, len(bounds) - 1)]
            change = _boundary(data, max(low, begin), high, to_gb=chosen[index])
            stretches.append((begin, change, _NAMES[chosen[index - 1]]))
            begin = change
    return [*stretches, (begin, stop, _NAMES[chosen[-1]])]


def _lead(sample: bytes) -> float:
    """Return by how much GB18030 makes better Chinese of some bytes than Big5 does."""
    high = max(1, high_bytes(sample))
    score = {}
    for name in _NAMES.values():
        text = marked(sample, name)
        score[name] = common_share(text) - 2 * text.count(MARK) / high
    return score["gb18030"] - score["big5hkscs"]


def _block_lead(sample: bytes) -> float:
    """Return the lead in a block; the last one may be too short to say much."""
    return _lead(sample) * min(1.0, len(sample) / _PART_SAMPLE)


def _fewest_changes(leads: list[float]) -> list[bool]:
    """Return for each block whether it is GB18030: the best sum, less the price of the changes."""
    best = {True: leads[0], False: -leads[0]}
    back: list[dict[bool, bool]] = []
    for lead in leads[1:]:
        came = {own: best[own] >= best[not own] - _SWITCH for own in (True, False)}
        step = {own: own if came[own] else not own for own in (True, False)}
        best = {
            own: (best[own] if came[own] else best[not own] - _SWITCH) + (lead if own else -lead)
            for own in (True, False)
        }
        back.append(step)
    own = best[True] >= best[False]
    chosen = [own]
    for step in reversed(back):
        own = step[own]
        chosen.append(own)
    return chosen[::-1]


def _boundary(data: bytes, low: int, high: int, *, to_gb: bool) -> int:
    """Return the line end between two places at which the encoding changes."""
    sign = 1 if to_gb else -1
    gain = best = 0.0
    change = at = low
    while at < high:
        after = data.find(b"\n", at, high) + 1 or high
        gain -= sign * _lead(data[at : min(after, at + _PART_SAMPLE)]) * (after - at)
        at = after
        if gain > best:
            best, change = gain, at
    return change
