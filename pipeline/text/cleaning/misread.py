"""Text that was once read in a wrong encoding and saved so: how it looks, and the way back.

Chinese read in a wrong encoding is still a text of letters, often Chinese ones, but of rare ones.
The way back is taken only where it is exact, down to the last character.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress

from pipeline.chinese import CHINESE_CLASS, count_chinese, has_chinese
from pipeline.text.cleaning.evidence import COMMON, common_share

FEW_LETTERS = 4  # Latin letters that a line needs to be judged
_SOME_LETTERS = 12  # Chinese ones
_ENOUGH = 100  # letters that a sample needs
_RARE = 0.05  # of the Chinese characters are common ones, or fewer: 0.3 to 0.6 in prose
_READABLE = 0.25  # of them, when the way back was right
_LATIN_SHARE = 0.5  # of what is no ASCII; Chinese read as Latin-1 is little else

LATIN = re.compile("[\u0080-\u017f\u0192\u02c6\u02dc\u2013-\u2122]")
_HAN = re.compile(f"[{CHINESE_CLASS}\ue000-\uf8ff]+")
# Latin letters of UTF-8, read as GBK: two bytes each, of which the first is one of two.
_LATIN_AS_GBK = re.compile(
    "["
    + "".join(bytes([a, b]).decode("gbk") for a in (0xC2, 0xC3) for b in range(0x80, 0xC0))
    + "]"
)
_LATIN_MOST = 0.8  # of the Chinese characters; in prose they are a twentieth
_WORDS = re.compile("[A-Za-z]{3}[A-Za-z ]{20}")  # Latin words: a text in a European language
# Windows' Latin alphabet, whose signs stand where Latin-1 has controls.
_WINDOWS = {
    ord(bytes([byte]).decode("cp1252")): byte
    for byte in range(0x80, 0xA0)
    if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
_WAYS = (  # what it was read as, what it was
    ("gb18030", "utf-8"),
    ("big5hkscs", "utf-8"),
    ("latin-1", "utf-8"),
    ("latin-1", "gb18030"),
    ("latin-1", "big5hkscs"),
    ("gb18030", "big5hkscs"),
    ("big5hkscs", "gb18030"),
)
# Kana are frequent characters for Big5: that way must be exact.
_LOSSY_WAYS = tuple(way for way in _WAYS if way[1] != "big5hkscs")


def is_garbled_line(line: str) -> bool | None:
    """Return whether a line is garbled, None where it is too short to tell."""
    if len(LATIN.findall(line)) >= FEW_LETTERS and _is_latin(line):
        return True
    han = count_han(line)
    if han < _SOME_LETTERS:
        return False if _common(line, han) >= _READABLE else None
    return _common(line, han) < _RARE or _was_latin(line, han)


def is_garbled(text: str) -> bool:
    """Return whether a text is made of rare Chinese characters or of Latin ones."""
    if len(LATIN.findall(text)) >= _ENOUGH and _is_latin(text):
        return True
    han = count_han(text)
    return han >= _ENOUGH and (_common(text, han) < _RARE or _was_latin(text, han))


def _is_latin(text: str) -> bool:
    """Return whether most of what is no ASCII is Latin."""
    others = len(text) - len(text.encode("ascii", "ignore"))
    return len(LATIN.findall(text)) > _LATIN_SHARE * others and not _WORDS.search(text)


def _was_latin(text: str, han: int) -> bool:
    """Return whether `han` Chinese characters are what GBK makes of Latin ones in UTF-8."""
    return len(_LATIN_AS_GBK.findall(text)) > _LATIN_MOST * han


def count_han(text: str) -> int:
    """Return how many characters are Chinese or private ones."""
    return sum(map(len, _HAN.findall(text)))


def _common(text: str, han: int) -> float:
    """Return the share of common characters among `han` Chinese and private ones."""
    return len(COMMON.findall(text)) / max(1, han)


def was_misread(line: str) -> bool:
    """Return whether a line was once read in a wrong encoding: the way back makes Chinese of it.

    Sound Chinese is hardly ever UTF-8 for another encoding, so that a short line tells, and one
    that has lost characters; for other ways it takes one that looks garbled.
    """
    if line.isascii():
        return False
    garbled = is_garbled_line(line) is True
    if any(
        _makes_chinese(line.strip(), *way) for way in _LOSSY_WAYS if garbled or way[1] == "utf-8"
    ):
        return True
    return garbled and way_back(line)[1] != ""


def _makes_chinese(line: str, wrong: str, right: str) -> bool:
    """Return whether a way back from `wrong` makes Chinese of a line that has lost characters."""
    for data in _bytes_of(line.replace("\ufffd", "?"), wrong, "replace"):
        was = data.decode(right, "replace")
        chinese, lost = count_chinese(was), was.count("\ufffd") + was.count("?")
        if chinese >= FEW_LETTERS and lost <= chinese and common_share(was) >= _READABLE:
            return True
    return False


def way_back(text: str) -> tuple[str, str]:
    """Return what a garbled text was, and how it became so; "" where no way back is exact.

    Some was read in a wrong encoding, saved as UTF-8, and read in a wrong one again.
    """
    between: list[tuple[str, str]] = []
    for was, wrong, right in _exact_ways(text):
        if common_share(was) >= _READABLE and has_chinese(was):
            return was, f"{right} once read as {wrong}"
        if right == "utf-8":
            between.append((was, wrong))
    for garbled, then in between:
        for was, wrong, right in _exact_ways(garbled):
            if common_share(was) >= _READABLE and has_chinese(was):
                return was, f"{right} once read as {wrong}, and that as {then}"
    return text, ""


def _exact_ways(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield what a text may have been, with what it was read as and what it was."""
    for wrong, right in _WAYS:
        with suppress(UnicodeEncodeError):
            for data in _bytes_of(text, wrong, "strict"):
                was = data.decode(right, "ignore")
                if was != text and was.encode(right) == data:
                    yield was, wrong, right


def _bytes_of(text: str, wrong: str, errors: str) -> Iterator[bytes]:
    """Yield what bytes a text may have been before it was read in a wrong encoding.

    Windows' GBK has the byte 0x80, a sign that stands elsewhere in GB18030.
    """
    if wrong == "latin-1":
        text = text.translate(_WINDOWS)
    yield text.encode(wrong, errors)
    if wrong == "gb18030" and "€" in text:
        yield b"\x80".join(piece.encode(wrong, errors) for piece in text.split("€"))
