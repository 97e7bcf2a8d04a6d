"""From the bytes of a novel to text: a cascade that decides by evidence, never by luck.

seven bits, HZ or UTF-7 → byte-order mark → UTF-16 by the look of its 16-bit units → line by line,
UTF-8 or not → GB18030 or Big5-HKSCS by error rate and share of common characters. That GB18030
decodes without an error proves nothing: nearly every pair of Big5 bytes is valid there too, and
UTF-8 nearly. What was put together from parts is read part by part; see `stretches`.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipeline.chinese import count_chinese
from pipeline.errors import DataError, SettingsError
from pipeline.plural import counted
from pipeline.text.cleaning.evidence import (
    COMMON_FLOOR,
    DOUBLE_BYTE,
    ENOUGH_CHARACTERS,
    MARK,
    SURROGATE,
    common_share,
    marked,
)
from pipeline.text.cleaning.resync import STRAY, has_lost_halves, in_step, in_step_utf16
from pipeline.text.cleaning.stretch import LINE_ENDS, NoEncoding, Stretch
from pipeline.text.cleaning.stretches import find_stretches

__all__ = [
    "AUTO",
    "MARK",
    "Decoded",
    "Pieces",
    "Reach",
    "check_encoding",
    "decode",
    "decode_pieces",
    "refuse_misread",
    "show_map",
    "unreadable_share",
]

AUTO = "auto"  # in settings, in place of a name: find out

# What double-byte text holds where bytes have been lost: bad ones, and characters that are none.
_ASKEW = re.compile(f"[{MARK}\ue000-\ue78c\ue797-\uf8ff]")
_LOSSY = re.compile(f"{_ASKEW.pattern}|{STRAY.pattern}")  # the same where letters tell it
# What UTF-16 out of step holds, of scripts that no Chinese text is in.
_OUT_OF_STEP = re.compile("[\u0500-\u1fff㐀-䶿\ua000-\ufaff]")
_MANY = 4  # of them in a line
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs", "cp950": "big5hkscs"}
_SAMPLE = 200_000  # bytes by which an encoding that was named is judged
_WINDOW = 2**20  # bytes
_IN_WINDOWS = ("utf-8", "gb18030")  # where the byte of a line end is one
_REACHES = 8  # that a message names
_FEW_BAD = 0.02  # unreadable bytes and controls of all characters
# Controls that no text has: all but tabs, line ends, the form feed, DOS's end of file, and ESC.
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x19\x1c-\x1f]+")


@dataclass(frozen=True)
class Reach:
    """From which line of a document on which encoding is used; lines count from 1."""

    line: int
    encoding: str


@dataclass(frozen=True)
class Decoded:
    """Text, the encoding that most of it was read from, and how many bytes could not be decoded.

    Each unreadable stretch is one U+FFFD in `text`; of a character in Big5 that has lost its first
    half a letter may be left. `map` says which encoding reaches how far, if there are several.
    """

    text: str
    encoding: str
    replaced: int
    map: tuple[Reach, ...] = ()

    @property
    def encodings(self) -> tuple[str, ...]:
        """Return the encodings of its parts."""
        return tuple(reach.encoding for reach in self.map) or (self.encoding,)


@dataclass(frozen=True)
class Pieces:
    """What `decode` returns, its text in pieces: whoever lets the bytes go first needs less memory.

    `texts` is empty when it has been `joined`.
    """

    texts: list[str]
    encoding: str
    replaced: int
    map: tuple[Reach, ...] = ()

    def joined(self) -> Decoded:
        """Return the text whole, without a byte-order mark."""
        if self.texts:
            self.texts[0] = self.texts[0].removeprefix("\ufeff")
        text = "".join(self.texts)
        self.texts.clear()
        return Decoded(text, self.encoding, self.replaced, self.map)


def decode(data: bytes, encoding: str | None = None, *, name: str = "source") -> Decoded:
    """Decode a novel's bytes; see `decode_pieces`."""
    return decode_pieces(data, encoding, name=name).joined()


def decode_pieces(data: bytes, encoding: str | None = None, *, name: str = "source") -> Pieces:
    """Decode a novel's bytes, piece by piece.

    Parameters
    ----------
    data
        The whole file.
    encoding
        A codec name, or None to find out. 'gb2312' and 'gbk' are read as their superset gb18030,
        'big5' and 'cp950' as big5hkscs: real files use characters beyond the narrow standard.
    name
        What error messages call the file.

    Raises
    ------
    SettingsError
        `encoding` is not the name of a text encoding.
    DataError
        No encoding gives something that looks like Chinese text.
    """
    if encoding is not None:
        own = check_encoding(encoding)
        text, replaced = decode_as(data, own)
        return Pieces([text], own, replaced)
    try:
        stretches = find_stretches(data)
    except NoEncoding as error:
        raise DataError(
            f"{name}: expected Chinese text in UTF-8, UTF-16, GB18030 or Big5, got bytes that make "
            "no sense in any of them: name the encoding with --encoding, or convert to UTF-8"
        ) from error
    pieces: list[str] = []
    reached: list[Reach] = []
    sizes: dict[str, int] = {}
    replaced, line = 0, 1
    for start, stop, own in _windows(data, stretches):
        text, bad = decode_as(data[start:stop], own)
        if not reached or reached[-1].encoding != own:
            reached.append(Reach(line, own))
        pieces.append(text)
        replaced += bad
        line += text.count("\n")
        sizes[own] = sizes.get(own, 0) + stop - start
    main = max(sizes, key=lambda own: sizes[own], default="utf-8")
    several = tuple(reached) if len(reached) > 1 else ()
    return Pieces(pieces, main, replaced, several)


def _windows(data: bytes, stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    """Yield long stretches in windows that end at line ends: a codec takes the room for the most.

    Big5 is read whole, as it takes much of it to tell what it has lost.
    """
    for start, stop, own in stretches:
        at = start
        while own in _IN_WINDOWS and stop - at > _WINDOW:
            end = data.find(b"\n", at + _WINDOW, stop) + 1 or stop
            yield at, end, own
            at = end
        if at < stop or at == start:
            yield at, stop, own


def show_map(decoded: Decoded) -> str:
    """Return which encodings reach how far, for people; "" where there is one.

    >>> show_map(Decoded("", "utf-8", 0, (Reach(1, "utf-8"), Reach(813, "gb18030"))))
    'utf-8 to line 812, gb18030 from there'
    """
    ends = [reach.line - 1 for reach in decoded.map[1:]]
    shown = [
        f"{reach.encoding} to line {end:,}" for reach, end in zip(decoded.map, ends, strict=False)
    ]
    if len(shown) > _REACHES:
        more = counted(len(shown) - _REACHES, "more change")
        changes = f"and {more}, most in {decoded.encoding}"
        return ", ".join([*shown[:_REACHES], changes])
    return ", ".join([*shown, f"{decoded.map[-1].encoding} from there"]) if shown else ""


def unreadable_share(decoded: Decoded) -> float:
    """Return bytes that could not be decoded and controls, NUL among them, of all characters.

    From 0 to 1. A text of a few damaged bytes has hundredths. NULs at its end do not count: a disk
    leaves them where the end of a file was never written.
    """
    text = decoded.text.rstrip("\0")
    bad = decoded.replaced + sum(map(len, _CONTROLS.findall(text)))
    return bad / max(1, len(text) + decoded.replaced)


def refuse_misread(data: bytes, encoding: str, *, name: str) -> None:
    """Refuse an encoding that was named where it makes no Chinese of the bytes and another does.

    Raises
    ------
    DataError
        It does not; told is which one does.
    SettingsError
        See `decode`.
    """
    sample = data[:_SAMPLE]
    named = decode(sample, encoding)
    common, bad = common_share(named.text), unreadable_share(named)
    if common >= COMMON_FLOOR and bad <= _FEW_BAD:
        return
    try:
        found = decode(sample)
    except DataError:
        found = None
    if found is None:
        enough = count_chinese(named.text) >= ENOUGH_CHARACTERS
        advice = "name another, or convert to UTF-8" if enough and common < COMMON_FLOOR else ""
    else:
        share = common_share(found.text)
        fewer = unreadable_share(found) <= bad + _FEW_BAD  # the sample may end in a character
        better = found.encoding != named.encoding and fewer
        better = better and share >= max(common, 2 * COMMON_FLOOR)
        advice = f"it is Chinese in {found.encoding}: name that, or none" if better else ""
    if advice:
        raise DataError(
            f"{name}: expected Chinese text in {named.encoding}, the encoding that was named, got "
            f"{common:.0%} common characters among the Chinese ones and {bad:.0%} unreadable "
            f"bytes; {advice}"
        )


def check_encoding(name: str) -> str:
    """Return the normal name of a text encoding, widened as `decode` says."""
    try:
        "字".encode(name, errors="ignore")  # refuses byte-to-byte codecs such as hex
        normal = codecs.lookup(name).name
    except (LookupError, UnicodeError, ValueError) as error:
        raise SettingsError(
            f"encoding: expected a name such as utf-8, gb18030, big5 or utf-16-le, got {name!r}"
        ) from error
    return _WIDER.get(normal, normal)


def decode_as(data: bytes, encoding: str) -> tuple[str, int]:
    """Decode with one encoding; return the text and the number of bad bytes."""
    try:
        text = marked(data, encoding)
    except UnicodeError as error:  # codecs that take no error handler, such as idna
        raise SettingsError(f"encoding: {encoding} cannot read this file: {error}") from error
    halves = 0
    if encoding == "big5hkscs" and has_lost_halves(text):
        text = _in_step(text, data, encoding, lossy=True)
        halves = len(STRAY.findall(text))
    elif encoding in DOUBLE_BYTE and _ASKEW.search(text):
        text = _in_step(text, data, encoding)
    elif encoding in LINE_ENDS and _OUT_OF_STEP.search(text):
        ends = data.split(LINE_ENDS[encoding])  # at whichever bytes: a lost one shifts them
        text = "\n".join(_decode_utf16(line, encoding) for line in ends)
    replaced = len(SURROGATE.findall(text)) if SURROGATE.search(text) else 0
    text = re.sub(f"{SURROGATE.pattern}+", "\ufffd", text) if replaced else text
    return text, replaced + halves


def _in_step(text: str, data: bytes, encoding: str, *, lossy: bool = False) -> str:
    """Return double-byte text in whose lines that have lost bytes one reads on in step.

    No character holds the byte of a line end, so that text and bytes have the same lines. Those of
    a `lossy` text may have lost some though all of their bytes make characters.
    """
    askew = _LOSSY if lossy else _ASKEW
    lines = data.split(b"\n")
    pieces: list[str] = []
    done = number = 0
    while found := askew.search(text, done):
        start = text.rfind("\n", done, found.start()) + 1 or done
        number += text.count("\n", done, start)
        stop = text.find("\n", found.end())
        stop = stop if stop >= 0 else len(text)
        line = lines[number]
        own = in_step(line, encoding, lossy=True) if lossy else _decode_line(line, encoding)
        pieces += (text[done:start], own)
        done = stop
    return "".join([*pieces, text[done:]])


def _decode_line(line: bytes, encoding: str) -> str:
    """Decode a line of double-byte text; one that has lost bytes is read on in step."""
    text = marked(line, encoding)
    return in_step(line, encoding) if _ASKEW.search(text) else text


def _decode_utf16(line: bytes, encoding: str) -> str:
    """Decode a line of UTF-16; one that has lost bytes is read on in step."""
    text = marked(line, encoding)
    many = len(_OUT_OF_STEP.findall(text)) >= _MANY
    return in_step_utf16(line, encoding) if many or len(line) % 2 else text
