"""Which stretches of a file are in which encoding; a file put together from parts has several.

Boundaries lie at line ends. Every line is looked at, in time that grows with the file alone; what a
line itself does not tell is told by its neighbours.
"""

from __future__ import annotations

import codecs
import re
from itertools import pairwise

from pipeline.text.cleaning.double_byte import double_byte_stretches
from pipeline.text.cleaning.evidence import guess_seven_bit
from pipeline.text.cleaning.stretch import LINE_ENDS, Stretch, joined_stretches
from pipeline.text.cleaning.utf8 import utf8_runs
from pipeline.text.cleaning.utf16 import begins_part, byte_order, later_utf16, utf16_stretches

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins with the mark of UTF-16 LE: must come before it
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LATER_MARK = re.compile(rb"\xff\xfe|\xfe\xff")  # of UTF-16, after a line end


def find_stretches(data: bytes) -> list[Stretch]:
    """Return stretches of a file that cover it in order, each with its encoding.

    Raises
    ------
    NoEncoding
        None gives something that looks like Chinese text.
    """
    first = _marked_as(data)
    if first is not None and first.startswith("utf-32"):
        return [(0, len(data), first)]
    if seven_bit := guess_seven_bit(data):
        return [(0, len(data), seven_bit)]
    marks = (found.start() for found in _LATER_MARK.finditer(data, 1))
    bounds = [0, *(at for at in marks if begins_part(data, at)), len(data)]
    stretches: list[Stretch] = []
    for start, stop in pairwise(bounds):
        at = start
        while at < stop:
            found, at = _next(data, at, stop, whole=stop - start == len(data))
            stretches += found
    return joined_stretches(stretches) or [(0, 0, "utf-8")]


def _marked_as(data: bytes) -> str | None:
    """Return the encoding that a byte-order mark tells."""
    return next((own for mark, own in _MARKS if data.startswith(mark)), None)


def _next(data: bytes, start: int, stop: int, *, whole: bool) -> tuple[list[Stretch], int]:
    """Return the stretches of the part that begins at a place, and where it ends.

    `whole` says that a file is all one section, so that its first part may be told from more.
    """
    order = _marked_as(data[start : start + 4])
    if order is None:
        order = byte_order(data, start, stop, whole=whole and start == 0)
    if order in LINE_ENDS:
        return utf16_stretches(data, start, stop, order)
    later = later_utf16(data, start, stop)
    return _by_lines(data, start, later), later


def _by_lines(data: bytes, start: int, stop: int) -> list[Stretch]:
    """Return the stretches of a part in encodings that have ASCII in them."""
    runs = utf8_runs(data, start, stop)
    alone = len(runs) == 1
    stretches: list[Stretch] = []
    for first, last, utf8 in runs:
        if utf8:
            stretches.append((first, last, "utf-8"))
        else:
            stretches += double_byte_stretches(data, first, last, alone=alone)
    return joined_stretches(stretches)
