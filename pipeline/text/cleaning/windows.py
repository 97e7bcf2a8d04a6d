"""A file of any size read part by part, each in its encoding, a window of bytes at a time."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pipeline.text.cleaning.encoding import decode_as
from pipeline.text.cleaning.stretch import LINE_ENDS, NoEncoding, Stretch
from pipeline.text.cleaning.stretches import find_stretches

_BEFORE = 32  # part of a window that is looked at again with the next: that may be short


@dataclass(frozen=True)
class _Window:
    """Bytes that are looked at together; `known` of them were given out with the last window.

    `own` is the encoding that those are in.
    """

    data: bytes
    known: int
    own: str


def decode_windows(
    head: bytes, read: Callable[[int], bytes], *, own: str, size: int
) -> Iterator[str]:
    """Yield the text of a file, each part in its encoding, in bounded memory.

    Parameters
    ----------
    head
        Its first bytes, `size` of them.
    read
        Gives so many bytes of the rest, fewer only at the end.
    own
        What bytes are read in that make no sense in any encoding.
    """
    window = _Window(head, 0, own)
    while True:
        more = read(size)
        stretches = _found(window, size // _BEFORE)
        stop = _last_place(window.data, stretches[-1]) if more else len(window.data)
        for start, end, encoding in stretches:
            text, _ = decode_as(window.data[start : min(end, stop)], encoding)
            yield text.removeprefix("\ufeff")
        if not more:
            return
        begin = _context(window.data, stop, stretches[-1], size // _BEFORE)
        window = _Window(window.data[begin:] + more, stop - begin, stretches[-1][2])


def _found(window: _Window, short: int) -> list[Stretch]:
    """Return the stretches of what a window adds; what is short goes on as it was before."""
    try:
        found = find_stretches(window.data)
    except NoEncoding:
        found = [(0, len(window.data), window.own)]
    if not window.known and len(window.data) < short:
        found = [(0, len(window.data), window.own)]
    added = [(max(start, window.known), stop, own) for start, stop, own in found]
    return [part for part in added if part[0] < part[1]] or [
        (window.known, len(window.data), window.own)
    ]


def _last_place(data: bytes, last: Stretch) -> int:
    """Return where the last line of a window ends, or its last whole character."""
    start, stop, own = last
    end = LINE_ENDS.get(own, b"\n")
    found = data.rfind(end, start, stop)
    if found >= start and not (own in LINE_ENDS and (found - start) % 2):
        return found + len(end)
    decoder = codecs.getincrementaldecoder(own)("replace")
    decoder.decode(data[start:stop])
    return stop - len(decoder.getstate()[0])


def _context(data: bytes, stop: int, last: Stretch, size: int) -> int:
    """Return where a line begins from which a window is looked at with the next; `stop` if none."""
    start, _, own = last
    low = max(start, stop - size)
    end = LINE_ENDS.get(own, b"\n")
    found = data.find(end, low, stop - len(end))
    while found >= 0 and own in LINE_ENDS and (found - start) % 2:
        found = data.find(end, found + 1, stop - len(end))
    return found + len(end) if found >= 0 else stop
