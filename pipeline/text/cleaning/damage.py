"""Damage that decoding does not see: text once read in a wrong encoding and saved so, lost bytes.

Chinese read in a wrong encoding is still a text of letters, often Chinese ones, but of rare ones.
The way back is taken only where it is exact, down to the last character.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from pipeline.chinese import CHINESE, count_chinese
from pipeline.errors import DataError
from pipeline.shown import shown
from pipeline.text.cleaning.encoding import Decoded
from pipeline.text.cleaning.evidence import COMMON, common_share
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
_SPANS = 8  # stretches of lines that a message names
_WARN, _REFUSE = 0.001, 0.02  # of the characters

_LATIN = re.compile("[\u0080-\u017f\u0192\u02c6\u02dc\u2013-\u2122]")
_HAN = re.compile(f"[{CHINESE.pattern[1:-1]}\ue000-\uf8ff]+")
# Where a line may be garbled: a stretch without a common character, or a whole line.
_RARE_CHARACTER = f"[^{COMMON.pattern[1:-1]}\\n]"
# One of them comes first in both, so that a search runs from one to the next.
_UNCOMMON = re.compile(
    f"{_RARE_CHARACTER}(?:{_RARE_CHARACTER}{{15}}|(?<=^.){_RARE_CHARACTER}{{2,14}}$)", re.MULTILINE
)
# U+FFFD, twice, once written in UTF-8 and read in another encoding.
_REPLACED = re.compile("锟斤拷|嚙踝蕭|ï¿½")
_LOST = re.compile(f"\ufffd|{_REPLACED.pattern}")
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
# Kana are frequent characters for Big5: that way must be exact.
_LOSSY_WAYS = tuple(way for way in _WAYS if way[1] != "big5hkscs")


@dataclass(frozen=True)
class Mended:
    """A text whose garbled stretches are mended, and what stood there.

    `garbled` is how many characters are garbled and stay so: U+FFFD in a line counts with it.
    """

    text: str
    cuts: tuple[Cut, ...] = ()
    notes: tuple[str, ...] = ()
    garbled: int = 0


@dataclass
class _Found:
    """What is found on the way through a text: the ways back by their lines, and lines lost."""

    document: str
    cuts: list[Cut] = field(default_factory=list)
    mended: dict[str, list[int]] = field(default_factory=dict)
    lost: list[int] = field(default_factory=list)
    garbled: int = 0
    sample: str = ""

    def mend(self, piece: str, line: int) -> str:
        """Return what a garbled piece was, or the piece where no way back is exact."""
        was, way = _way_back(piece)
        lines = range(line, line + len(piece.rstrip("\n").split("\n")))
        if way:
            self.cuts.append(Cut("garbled text", self.document, line, piece[:_EXAMPLE]))
            self.mended.setdefault(way, []).extend(lines)
            return was
        self.sample = self.sample or piece.strip()
        self.lost.extend(lines)
        self.garbled += len(piece)
        return piece

    def notes(self) -> Iterator[str]:
        """Yield lines for people."""
        for way, lines in self.mended.items():
            yield f"{self.document}: {_spans(lines)}: {way}: mended"
        if self.lost:
            yield (
                f"{self.document}: {_spans(self.lost)}: once read in a wrong encoding, and "
                f"characters lost by it: garbled ({shown(self.sample, _SHOWN)})"
            )


def mend(decoded: Decoded, *, document: str) -> Mended:
    """Take the way back from text that was read in a wrong encoding, line by line if need be.

    Raises
    ------
    DataError
        There is such text, characters of it are lost, and it is more than 2 % of all.
    """
    found = _Found(document)
    pieces: list[str] = []
    line = 1
    for piece, garbled in _stretches(decoded.text):
        for part, misread in _parts(piece, garbled=garbled):
            pieces.append(found.mend(part, line) if misread else part)
            line += part.count("\n")
    share = found.garbled / max(1, len(decoded.text))
    if share > _REFUSE:
        raise DataError(
            f"{document}: expected Chinese text, got text that was once read in a wrong encoding "
            f"and lost characters by it, {100 * share:.1f} %, {_spans(found.lost)} "
            f"({shown(found.sample, _SHOWN)}); take the file that it was made from"
        )
    return Mended("".join(pieces), tuple(found.cuts), tuple(found.notes()), found.garbled)


def _parts(piece: str, *, garbled: bool) -> Iterator[tuple[str, bool]]:
    """Yield a stretch in pieces that are mended or left as they are: whole where that goes."""
    if not garbled:
        yield from _single_lines(piece)
    elif _way_back(piece)[1]:
        yield piece, True
    else:
        for line in re.findall(r"[^\n]*\n|[^\n]+", piece):
            yield line, _count_han(line) + len(_LATIN.findall(line)) >= _FEW_LETTERS


def _spans(lines: Sequence[int]) -> str:
    """Return some lines for people, in order: 'lines 3-5, 9'."""
    spans: list[list[int]] = []
    for line in lines:
        if spans and line == spans[-1][-1] + 1:
            spans[-1][1:] = [line]
        else:
            spans.append([line])
    texts = ["-".join(f"{end:,}" for end in span) for span in spans[:_SPANS]]
    more = f" and {len(spans) - _SPANS:,} more stretches" if len(spans) > _SPANS else ""
    return f"line{'s' if len(lines) > 1 else ''} {', '.join(texts)}{more}"


def _single_lines(text: str) -> Iterator[tuple[str, bool]]:
    """Yield a sound text in pieces, and whether one is a single line that was misread."""
    begin = at = 0
    while found := _UNCOMMON.search(text, at):
        start = text.rfind("\n", at, found.start() + 1) + 1 or at
        at = text.find("\n", found.end()) + 1 or len(text)
        if _was_misread(text[start:at]):
            yield text[begin:start], False
            yield text[start:at], True
            begin = at
    yield text[begin:], False


def _was_misread(line: str) -> bool:
    """Return whether a line was once read in a wrong encoding: the way back makes Chinese of it.

    Sound Chinese is hardly ever UTF-8 for another encoding, so that a short line tells, and one
    that has lost characters; for other ways it takes one that looks garbled.
    """
    if line.isascii():
        return False
    garbled = _judged(line) is True
    if any(
        _makes_chinese(line.strip(), *way) for way in _LOSSY_WAYS if garbled or way[1] == "utf-8"
    ):
        return True
    return garbled and _way_back(line)[1] != ""


def _makes_chinese(line: str, wrong: str, right: str) -> bool:
    """Return whether a way back from `wrong` makes Chinese of a line that has lost characters."""
    for data in _bytes_of(line.replace("\ufffd", "?"), wrong, "replace"):
        was = data.decode(right, "replace")
        chinese, lost = count_chinese(was), was.count("\ufffd") + was.count("?")
        if chinese >= _FEW_LETTERS and lost <= chinese and common_share(was) >= _READABLE:
            return True
    return False


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
    han = _count_han(line)
    if han < _SOME_LETTERS:
        return False if _common(line, han) >= _READABLE else None
    return _common(line, han) < _RARE


def _is_garbled(text: str) -> bool:
    """Return whether a text is made of rare Chinese characters or of Latin ones."""
    if len(_LATIN.findall(text)) >= _ENOUGH and _is_latin(text):
        return True
    han = _count_han(text)
    return han >= _ENOUGH and _common(text, han) < _RARE


def _is_latin(text: str) -> bool:
    """Return whether most of what is no ASCII is Latin."""
    others = len(text) - len(text.encode("ascii", "ignore"))
    return len(_LATIN.findall(text)) > _LATIN_SHARE * others and not _WORDS.search(text)


def _count_han(text: str) -> int:
    """Return how many characters are Chinese or private ones."""
    return sum(map(len, _HAN.findall(text)))


def _common(text: str, han: int) -> float:
    """Return the share of common characters among `han` Chinese and private ones."""
    return len(COMMON.findall(text)) / max(1, han)


def _way_back(text: str) -> tuple[str, str]:
    """Return what a garbled text was, and how it became so; "" where no way back is exact."""
    for wrong, right in _WAYS:
        with suppress(UnicodeEncodeError):
            for data in _bytes_of(text, wrong, "strict"):
                mended = data.decode(right, "ignore")
                if mended.encode(right) != data:
                    continue
                if common_share(mended) >= _READABLE and CHINESE.search(mended):
                    return mended, f"{right} once read as {wrong}"
    return text, ""


def _bytes_of(text: str, wrong: str, errors: str) -> Iterator[bytes]:
    """Yield what bytes a text may have been before it was read in a wrong encoding.

    Windows' GBK has the byte 0x80, a sign that stands elsewhere in GB18030.
    """
    if wrong == "latin-1":
        text = text.translate(_WINDOWS)
    yield text.encode(wrong, errors)
    if wrong == "gb18030" and "€" in text:
        yield b"\x80".join(piece.encode(wrong, errors) for piece in text.split("€"))


def refuse_lost(
    decoded: Decoded, size: int, *, document: str, advice: str, garbled: int = 0
) -> list[str]:
    """Return a warning where bytes could not be read; `size` is how many there are.

    Counted are U+FFFD too, what becomes of it when it is read in a wrong encoding, as 锟斤拷, and
    the `garbled` characters of `Mended`.

    Raises
    ------
    DataError
        They are more than 2 % of the text.
    """
    text = decoded.text
    misread = [found.group() for found in _REPLACED.finditer(text)]
    notes = []
    if misread:
        notes.append(
            f"{document}: {len(misread):,} times {misread[0]}, the first in line "
            f"{_line_of(_REPLACED, text):,}: characters that were lost before"
        )
    lost = text.count("\ufffd") + sum(map(len, misread))
    share = max(decoded.replaced / max(1, size), (lost + garbled) / max(1, len(text)))
    if share <= _WARN:
        return notes
    first = _line_of(_LOST, text)
    got = f"{100 * share:.1f} % unreadable, the first in line {first:,}, read as {decoded.encoding}"
    if share > _REFUSE:
        if misread:
            got, advice = f"{got} ({misread[0]})", "take the file that it was made from"
        raise DataError(f"{document}: expected a text, got one that is {got}; {advice}")
    return [*notes, f"{document}: {got}: these places are garbled"]


def _line_of(pattern: re.Pattern[str], text: str) -> int:
    """Return the line of the first match, 1 if there is none."""
    found = pattern.search(text)
    return text.count("\n", 0, found.start()) + 1 if found else 1


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
