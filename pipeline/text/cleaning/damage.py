"""Damage that decoding does not see: text once read in a wrong encoding and saved so, lost bytes.

Chinese read in a wrong encoding is still a text of letters, often Chinese ones, but of rare ones.
The way back is taken only where it is exact, down to the last character.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pipeline.chinese import CHINESE
from pipeline.errors import DataError
from pipeline.shown import shown
from pipeline.text.cleaning.encoding import Decoded
from pipeline.text.cleaning.evidence import common_share
from pipeline.text.cuts import Cut

_BLOCK = 5_000  # characters of whole lines that are judged together
_SAMPLE = 300  # characters of them that are looked at first
_ENOUGH = 100  # letters that a sample needs to be judged
_SOME_LETTERS, _FEW_LETTERS = 12, 4  # that a line needs, of Chinese ones and of Latin ones
_RARE = 0.05  # of the Chinese characters are common ones, or fewer: 0.3 to 0.6 in prose
_READABLE = 0.25  # of them, when the way back was right
_LATIN_SHARE = 0.5  # of what is no ASCII; Chinese read as Latin-1 is little else
_EXAMPLE = 200  # characters of a stretch kept in the record: the way back is exact
_SHOWN = 12  # characters of it in a message
_WARN, _REFUSE = 0.001, 0.02  # of the characters

_LATIN = re.compile("[\u0080-\u017f\u0192\u02c6\u02dc\u2013-\u2122]")
_HAN = re.compile(f"{CHINESE.pattern}|[\ue000-\uf8ff]")
_WORDS = re.compile("[A-Za-z]{3}[A-Za-z ]{20}")  # Latin words: a text in a European language
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd]")
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


@dataclass(frozen=True)
class Mended:
    """A text whose garbled stretches are mended, and what stood there."""

    text: str
    cuts: tuple[Cut, ...] = ()
    notes: tuple[str, ...] = ()


def mend(decoded: Decoded, *, document: str) -> Mended:
    """Take the way back from text that was read in a wrong encoding.

    Raises
    ------
    DataError
        There is such text, and characters of it are lost.
    """
    pieces: list[str] = []
    cuts: list[Cut] = []
    notes: list[str] = []
    line = 1
    for piece, garbled in _stretches(decoded.text):
        mended, way = _way_back(piece) if garbled else (piece, "")
        if garbled and not way:
            raise DataError(
                f"{document}: expected Chinese text, got text that was once read in a wrong "
                f"encoding and lost characters by it, from line {line:,} on "
                f"({shown(piece.strip(), _SHOWN)}); take the file that it was made from"
            )
        if way:
            cuts.append(Cut("garbled text", document, line, piece[:_EXAMPLE]))
            notes.append(f"{document}: from line {line:,} on {way}: mended")
        pieces.append(mended)
        line += piece.count("\n")
    return Mended("".join(pieces), tuple(cuts), tuple(notes))


def _stretches(text: str) -> Iterator[tuple[str, bool]]:
    """Yield a text in stretches of whole lines, and whether they are garbled."""
    blocks = list(_blocks(text))
    flags = [
        _is_garbled(text[start : start + _SAMPLE]) or _is_garbled(text[stop - _SAMPLE : stop])
        for start, stop in blocks
    ]
    begin, state = 0, False
    for index, (start, stop) in enumerate(blocks):
        near = any(flags[max(0, index - 1) : index + 2])
        for at, garbled in _lines_of(text, start, stop) if near else [(start, False)]:
            if garbled is not None and garbled != state:
                if at > begin:
                    yield text[begin:at], state
                begin, state = at, garbled
    yield text[begin:], state


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Yield where blocks of whole lines begin and end."""
    at = 0
    while at < len(text):
        after = text.find("\n", min(at + _BLOCK, len(text))) + 1 or len(text)
        yield at, after
        at = after


def _lines_of(text: str, start: int, stop: int) -> Iterator[tuple[int, bool | None]]:
    """Yield where the lines of a block begin, and whether they are garbled; None: who knows."""
    at = start
    while at < stop:
        after = text.find("\n", at, stop) + 1 or stop
        yield at, _judged(text[at:after])
        at = after


def _judged(line: str) -> bool | None:
    """Return whether a line is garbled, None where it is too short to tell."""
    if len(_LATIN.findall(line)) >= _FEW_LETTERS and _is_latin(line):
        return True
    if len(_HAN.findall(line)) < _SOME_LETTERS:
        return False if _common(line) >= _READABLE else None
    return _common(line) < _RARE


def _is_garbled(text: str) -> bool:
    """Return whether a text is made of rare Chinese characters or of Latin ones."""
    if len(_LATIN.findall(text)) >= _ENOUGH and _is_latin(text):
        return True
    return len(_HAN.findall(text)) >= _ENOUGH and _common(text) < _RARE


def _is_latin(text: str) -> bool:
    """Return whether most of what is no ASCII is Latin."""
    others = sum(not character.isascii() for character in text)
    return len(_LATIN.findall(text)) > _LATIN_SHARE * others and not _WORDS.search(text)


def _common(text: str) -> float:
    """Return the share of common characters among Chinese and private ones."""
    han = len(_HAN.findall(text))
    return common_share(text) * len(CHINESE.findall(text)) / max(1, han)


def _way_back(text: str) -> tuple[str, str]:
    """Return what a garbled text was, and how it became so; "" where no way back is exact."""
    for wrong, right in _WAYS:
        try:
            was = (text.translate(_WINDOWS) if wrong == "latin-1" else text).encode(wrong)
            mended = was.decode(right)
        except UnicodeError:
            continue
        if common_share(mended) >= _READABLE and CHINESE.search(mended):
            return mended, f"{right} once read as {wrong}"
    return text, ""


def refuse_lost(decoded: Decoded, size: int, *, document: str, advice: str) -> list[str]:
    """Return a warning where bytes could not be read; `size` is how many there are.

    Raises
    ------
    DataError
        They are more than 2 % of the text.
    """
    text = decoded.text
    share = max(decoded.replaced / max(1, size), text.count("\ufffd") / max(1, len(text)))
    if share <= _WARN:
        return []
    first = text.count("\n", 0, max(0, text.find("\ufffd"))) + 1
    got = f"{100 * share:.1f} % unreadable, the first in line {first:,}, read as {decoded.encoding}"
    if share > _REFUSE:
        raise DataError(f"{document}: expected a text, got one that is {got}; {advice}")
    return [f"{document}: {got}: these places are garbled"]


def refuse_private(counts: Mapping[str, int], *, document: str) -> list[str]:
    """Return a warning where characters are of a font of its own, as protected pages use them.

    `counts` says how often which character occurs.

    Raises
    ------
    DataError
        They are more than 2 % of the Chinese ones.
    """
    private = sum(n for character, n in counts.items() if _PRIVATE.match(character))
    chinese = sum(n for character, n in counts.items() if CHINESE.match(character))
    share = private / max(1, private + chinese)
    if share <= _WARN:
        return []
    got = f"{private:,} private-use characters ({100 * share:.1f} %)"
    if share > _REFUSE:
        raise DataError(
            f"{document}: expected Chinese characters, got {got}, which only the font of the page "
            "that they come from can show; take the text from elsewhere"
        )
    return [f"{document}: {got}: what they stand for is not known"]
