"""Which lines that are no UTF-8 are GB18030 and which Big5: blocks first, then single lines."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from pipeline.text.cleaning.evidence import (
    COMMON_FLOOR,
    MARK,
    common_share,
    double_byte_scores,
    guess_double_byte,
    high_bytes,
    marked,
    usual_share,
)
from pipeline.text.cleaning.stretch import NoEncoding, Stretch, line_end

_NAMES = {True: "gb18030", False: "big5hkscs"}  # whether a block is GB18030 → its encoding
_OTHER = {"gb18030": "big5hkscs", "big5hkscs": "gb18030"}
_SAMPLE = 200_000  # bytes
_PART = 4_096  # bytes of lines that are told GB18030 from Big5 together
_LEAST_PART = 300
_PART_SAMPLE = 240  # bytes of them that are looked at
_SWITCH = 0.25  # what the shares of common characters must gain to pay a change
_FEW = 60  # non-ASCII bytes that may be garbled UTF-8 rather than a part in another encoding
_FEW_COMMON = 0.2  # of the characters of so few, or they are garbled
_BLOCK = 64 * 1024  # bytes of lines looked at together
_LINE = 400  # bytes of a line that are looked at
_LETTERS = 3  # characters that a line needs to be told from its neighbours
# High bytes and those ASCII bytes that end a character, as H and L. Of Big5's characters two thirds
# end with such a byte, of GB18030's next to none where they are simplified, an eighth where not.
_CLASSES = bytes(
    ord("H") if byte >= 0x80 else ord("L") if 0x40 <= byte < 0x7F else byte & 0x3F
    for byte in range(256)
)
_LOW_END = b"HL"
_LOW_SHARE = 0.2
_OTHERWISE = 0.3  # by how much a line makes better Chinese otherwise; sound lines never do


def double_byte_stretches(data: bytes, start: int, stop: int, *, alone: bool) -> list[Stretch]:
    """Return the stretches of lines that are no UTF-8; `alone` says that there are no others.

    Among UTF-8 lines, what makes no sense otherwise is garbled UTF-8.
    """
    sample = data[start : min(stop, start + _SAMPLE)]
    guess = guess_double_byte(sample)
    if not alone and not _makes_sense(sample, guess):
        return [(start, stop, "utf-8")]
    if guess is None:
        raise NoEncoding
    end = line_end(data, start, stop)
    return [
        line
        for first, last, own in _parts(data, start, stop, end)
        for line in _by_line(data, first, last, own, end)
    ]


def _makes_sense(sample: bytes, guess: str | None) -> bool:
    """Return whether lines among others in UTF-8 are Chinese in the encoding that was guessed."""
    if guess is None:
        return False
    text = marked(sample, guess)
    few = high_bytes(sample) < _FEW
    return common_share(text) >= (_FEW_COMMON if few else COMMON_FLOOR)


def _parts(data: bytes, start: int, stop: int, end: bytes) -> list[Stretch]:
    """Return the stretches of GB18030 and Big5, block by block; changes must pay."""
    size = max(_LEAST_PART, min(_PART, (stop - start) // 64))
    bounds = [start]
    while bounds[-1] < stop:
        bounds.append(data.find(end, min(bounds[-1] + size, stop), stop) + 1 or stop)
    leads = [_block_lead(data[at : min(at + _PART_SAMPLE, to)]) for at, to in pairwise(bounds)]
    chosen = _fewest_changes(leads)
    stretches: list[Stretch] = []
    begin = start
    for index in range(1, len(chosen)):
        if chosen[index] != chosen[index - 1]:
            low, high = bounds[index - 1], bounds[min(index + 1, len(bounds) - 1)]
            span = (max(low, begin), high)
            change = _boundary(data, span, end, to_gb=chosen[index])
            stretches.append((begin, change, _NAMES[chosen[index - 1]]))
            begin = change
    return [*stretches, (begin, stop, _NAMES[chosen[-1]])]


def _lead(sample: bytes) -> float:
    """Return by how much GB18030 makes better Chinese of some bytes than Big5 does."""
    score = double_byte_scores(sample)
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


def _boundary(data: bytes, span: tuple[int, int], end: bytes, *, to_gb: bool) -> int:
    """Return the line end within a span at which the encoding changes."""
    sign = 1 if to_gb else -1
    gain = best = 0.0
    low, high = span
    change = at = low
    while at < high:
        after = data.find(end, at, high) + 1 or high
        gain -= sign * _lead(data[at : min(after, at + _PART_SAMPLE)]) * (after - at)
        at = after
        if gain > best:
            best, change = gain, at
    return change


def _by_line(data: bytes, start: int, stop: int, own: str, end: bytes) -> Iterator[Stretch]:
    """Yield a part in one encoding, without those lines that the other makes better Chinese of."""
    begin = at = start
    while at < stop:
        after = data.find(end, min(at + _BLOCK, stop), stop) + 1 or stop
        for first, last in _suspects(data[at:after].translate(_CLASSES), own, end):
            line = data[at + first : min(at + last, at + first + _LINE)]
            if _is_otherwise(line, own):
                if begin < at + first:
                    yield begin, at + first, own
                yield at + first, at + last, _OTHER[own]
                begin = at + last
        at = after
    if begin < stop:
        yield begin, stop, own


def _suspects(classes: bytes, own: str, end: bytes) -> Iterator[tuple[int, int]]:
    """Yield where those lines begin and end whose characters end as the other encoding's do."""
    if own == "gb18030" and classes.count(_LOW_END) < 2:
        return
    at = 0
    for line in classes.split(end):
        after = min(at + len(line) + 1, len(classes))
        low = line.count(_LOW_END)
        pairs = (line.count(b"H") + low) / 2
        if pairs >= _LETTERS and (low >= _LOW_SHARE * pairs) == (own == "gb18030"):
            yield at, after
        at = after


def _is_otherwise(line: bytes, own: str) -> bool:
    """Return whether the other encoding makes better Chinese of a line."""
    high = high_bytes(line)
    score = {}
    for name in _OTHER:
        text = marked(line, name)
        share = usual_share(text, name) + common_share(text)
        score[name] = share - 2 * text.count(MARK) / high
    return score[_OTHER[own]] >= score[own] + _OTHERWISE
