"""From the bytes of a novel to text: a cascade that decides by evidence, never by luck.

byte-order mark → UTF-16 by the look of its 16-bit units → UTF-8 by its error rate → GB18030 or
Big5-HKSCS by error rate and share of common characters. That GB18030 decodes without an error
proves nothing: nearly every pair of Big5 bytes is valid there too.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from dataclasses import dataclass

from pipeline.chinese import is_chinese
from pipeline.errors import DataError, SettingsError

# The characters met most often in Chinese prose, old and new; those whose traditional form differs
# are in the second list.
_SIMPLIFIED = (
    "的一是了不在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年"
    "过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心"
    "她本前开但因只从想日者意无与老门头回见听又己已便问明两几身二话言语女太儿走笑此手爷娘今叫四"
    "气正被王将三十公文何曰云故死吃忙正谁呢把给知才等真东西水山风月花夜声色眼口长高打金玉马车书"
)
_TRADITIONAL = (
    "這個們來為國說時會對於着過發後裡裏種經麼學當沒動還進樣開從無與門頭見聽問兩幾話語"
    "兒爺氣將東風聲長馬車書給"
)
_COMMON = frozenset(_SIMPLIFIED + _TRADITIONAL)

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins with the mark of UTF-16 LE: must come before it
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs", "cp950": "big5hkscs"}
_SAMPLE_BYTES = 200_000
_UTF8_ERROR_LIMIT = 0.2  # of the non-ASCII bytes; GBK or Big5 read as UTF-8 loses over a half
_UTF16_PLAUSIBLE = 0.9  # of the units; other encodings read as UTF-16 reach about 0.6
_UTF16_OTHER_ORDER = (
    0.6  # ASCII read in pairs looks plausible in both byte orders, Chinese does not
)
_COMMON_FLOOR = 0.1  # of the Chinese characters; prose has 0.3 to 0.6, misread bytes under 0.08
_ENOUGH_CHARACTERS = 200  # below this the share of common characters says too little to refuse

MARK = "\udc80"  # a lone surrogate: no character, so that it can stand for a bad byte
# Controls that no text has: all but tabs, line ends, the form feed, DOS's end of file, and ESC.
_CONTROLS = "".join(map(chr, (*range(0x09), *range(0x0E, 0x1A), *range(0x1C, 0x20))))
_SURROGATE = re.compile("[\ud800-\udfff]")  # some decoders, as that of UTF-7, yield others too


def _mark_errors(error: UnicodeError) -> tuple[str, int]:
    """Put one mark for each byte that cannot be decoded."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return MARK * (error.end - error.start), error.end


codecs.register_error("xuxie-mark", _mark_errors)


@dataclass(frozen=True)
class Decoded:
    """Text, the encoding it was read from, and the number of bytes that could not be decoded.

    Each unreadable stretch is one U+FFFD in `text`.
    """

    text: str
    encoding: str
    replaced: int


def decode(data: bytes, encoding: str | None = None, *, name: str = "source") -> Decoded:
    """Decode a novel's bytes.

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
        return _decode_as(data, check_encoding(encoding))
    for mark, marked in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _decode_as(data, marked)
    sample = _take_sample(data)
    utf16 = _guess_utf16(sample)
    if utf16 is not None:
        return _decode_as(data, utf16)
    if _utf8_error_rate(sample) <= _UTF8_ERROR_LIMIT:
        return _decode_as(data, "utf-8")
    guess = _guess_double_byte(sample)
    if guess is None:
        raise DataError(
            f"{name}: expected Chinese text in UTF-8, UTF-16, GB18030 or Big5, got bytes that make "
            "no sense in any of them: name the encoding with --encoding, or convert to UTF-8"
        )
    return _decode_as(data, guess)


def unreadable_share(decoded: Decoded) -> float:
    """Return bytes that could not be decoded and controls, NUL among them, of all characters.

    From 0 to 1. A text of a few damaged bytes or with a page of NULs at its end has hundredths.
    """
    bad = decoded.replaced + sum(map(decoded.text.count, _CONTROLS))
    return bad / max(1, len(decoded.text) + decoded.replaced)


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


def _take_sample(data: bytes) -> bytes:
    """Return the stretch that the guesses look at: from the first non-ASCII byte, evenly."""
    found = re.search(rb"[\x80-\xff]", data)
    start = found.start() & ~1 if found else 0
    return data[start : start + _SAMPLE_BYTES]


def _guess_utf16(sample: bytes) -> str | None:
    """Return 'utf-16-le' or 'utf-16-be' if the bytes look like UTF-16, else None.

    Chinese UTF-16 has few NUL bytes, so their parity alone decides little. Judged instead is every
    unit: in the right byte order nearly all are Chinese characters, Chinese punctuation or ASCII
    (whose high byte is the NUL); in the wrong one most are not.
    """
    share = {name: _plausible_share(sample, name) for name in ("utf-16-le", "utf-16-be")}
    best = max(share, key=lambda name: share[name])
    other = min(share.values())
    if share[best] < _UTF16_PLAUSIBLE:
        return None
    text = _marked(sample, best)
    if len(text) < _ENOUGH_CHARACTERS and other < _UTF16_OTHER_ORDER:
        return best
    # ASCII and Shift-JIS read in pairs look Chinese too, but of rare characters only.
    return best if _common_share(text) >= _COMMON_FLOOR else None


def _plausible_share(sample: bytes, encoding: str) -> float:
    """Return the share of units that Chinese text is made of, under this byte order."""
    text = _marked(sample[: len(sample) & ~1], encoding)
    if not text:
        return 0.0
    return sum(_plausible(ord(character)) * n for character, n in Counter(text).items()) / len(text)


def _plausible(code: int) -> bool:
    return (
        0x4E00 <= code <= 0x9FFF  # Chinese characters
        or 0x3000 <= code <= 0x303F  # 。、「」 and the ideographic space
        or 0xFF01 <= code <= 0xFF5E  # ，！？： and full-width letters
        or 0x2010 <= code <= 0x2026  # — “ ” …
        or 0x20 <= code <= 0x7E
        or code in (0x09, 0x0A, 0x0D)
    )


def _utf8_error_rate(data: bytes) -> float:
    """Return undecodable bytes under UTF-8 divided by all non-ASCII bytes; 0 for plain ASCII."""
    bad = _marked(data, "utf-8").count(MARK)
    if bad <= 3 and bad < len(data) / 100:
        return 0.0  # a cut at the end, or a stray byte in a nearly-ASCII text
    return bad / max(1, len(data) - sum(data.count(byte) for byte in range(128)))


def _guess_double_byte(sample: bytes) -> str | None:
    """Return 'gb18030' or 'big5hkscs', whichever makes better Chinese of the bytes, if any does."""
    texts = {name: _marked(sample, name) for name in ("gb18030", "big5hkscs")}
    high = max(1, len(sample) - sum(sample.count(byte) for byte in range(128)))
    score = {
        name: _common_share(text) - 2 * text.count(MARK) / high for name, text in texts.items()
    }
    best = max(score, key=lambda name: score[name])
    enough = sum(map(is_chinese, texts[best])) >= _ENOUGH_CHARACTERS
    return None if enough and score[best] < _COMMON_FLOOR else best


def _common_share(text: str) -> float:
    """Return the share of the most common characters among the Chinese characters of `text`."""
    counts = Counter(text)
    chinese = sum(n for character, n in counts.items() if is_chinese(character))
    return sum(n for character, n in counts.items() if character in _COMMON) / max(1, chinese)


def _marked(data: bytes, encoding: str) -> str:
    return data.decode(encoding, errors="xuxie-mark")


def _decode_as(data: bytes, encoding: str) -> Decoded:
    """Decode with one encoding, counting bad bytes and dropping the byte-order mark."""
    try:
        marked = _marked(data, encoding)
    except UnicodeError as error:  # codecs that take no error handler, such as idna
        raise SettingsError(f"encoding: {encoding} cannot read this file: {error}") from error
    text, replaced = marked, len(_SURROGATE.findall(marked))
    if replaced:
        text = re.sub(f"{_SURROGATE.pattern}+", "\ufffd", marked)
    return Decoded(text.removeprefix("\ufeff"), encoding, replaced)
