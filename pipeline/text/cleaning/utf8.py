"""Which lines of a file are UTF-8; what a line itself does not tell is told by its neighbours."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.chinese import count_chinese
from pipeline.text.cleaning.evidence import UTF8_ERROR_LIMIT, high_bytes, valid_bytes
from pipeline.text.cleaning.stretch import line_end

_BLOCK = 64 * 1024  # bytes of lines looked at together, as long as they are alike
_SURE = 9  # non-ASCII bytes of a line in UTF-8, three characters, that tell it
_SURE_DOUBLE = 12  # of a line in another encoding: six characters
# Frequent characters of GB18030 alone, of bytes that are Latin, IPA and Cyrillic letters in UTF-8.
_OFTEN_CHINESE = re.compile(rb"(?:[^A-Za-z\x80-\xff]|[\xc2-\xd7][\xa1-\xbf])+")
# Three Chinese characters; the first byte stands alone, so that a search runs from one to the next.
_UTF8_RUN = re.compile(rb"[\xe3-\xe9][\x80-\xbf]{2}(?:[\xe3-\xe9][\x80-\xbf]{2}){2}")


def utf8_runs(data: bytes, start: int, stop: int) -> list[tuple[int, int, bool]]:
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
    end = line_end(data, start, stop)
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
    bad = high_bytes(sample) - valid_bytes(sample)
    if high >= _SURE + 6 and bad <= UTF8_ERROR_LIMIT * high_bytes(sample):
        return True, True
    return high >= _SURE_DOUBLE, False


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
