"""What speaks for and against an encoding: errors, plausible units, common characters."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from functools import cache

from pipeline.chinese import count_chinese

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
COMMON = re.compile(f"[{_SIMPLIFIED}{_TRADITIONAL}]")
_NOT_SIMPLIFIED = frozenset(_TRADITIONAL) - frozenset(_SIMPLIFIED)
_TRADITIONAL_SHARE = 0.03  # of the Chinese characters; prose in traditional script has over 0.1

UTF8_ERROR_LIMIT = 0.2  # of the non-ASCII bytes; GBK or Big5 read as UTF-8 loses over a half
_UTF16_PLAUSIBLE = 0.9  # of the units; other encodings read as UTF-16 reach about 0.6
_UTF16_OTHER_ORDER = (
    0.6  # ASCII read in pairs looks plausible in both byte orders, Chinese does not
)
UTF16 = ("utf-16-le", "utf-16-be")
DOUBLE_BYTE = ("gb18030", "big5hkscs")
_COMMON_UNITS = 0.2
COMMON_FLOOR = 0.1  # of the Chinese characters; prose has 0.3 to 0.6, misread bytes under 0.08
ENOUGH_CHARACTERS = 200  # below this the share of common characters says too little to refuse

_USUAL_MARKS = "，。！？：；“”‘’「」『』、…—《》（）　裏着\u3040-\u30ff"
_SHIFTS = 4  # times that text in seven bits turns to Chinese
_ASCII = bytes(range(128))

MARK = "\udc80"  # a lone surrogate: no character, so that it can stand for a bad byte
SURROGATE = re.compile("[\ud800-\udfff]")  # some decoders, as that of UTF-7, yield others too


def is_traditional(text: str) -> bool:
    """Return whether a text is written in traditional characters, by those met most often."""
    found = sum(character in _NOT_SIMPLIFIED for character in text)
    return found > _TRADITIONAL_SHARE * max(1, count_chinese(text))


def _mark_errors(error: UnicodeError) -> tuple[str, int]:
    """Put one mark for each byte that cannot be decoded."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return MARK * (error.end - error.start), error.end


codecs.register_error("xuxie-mark", _mark_errors)


def guess_utf16(sample: bytes) -> str | None:
    """Return 'utf-16-le' or 'utf-16-be' if the bytes look like UTF-16, else None.

    They may be out of step, as after a lost byte: then common characters tell it alone.
    """
    if sample.isascii() and b"\0" not in sample:
        return None
    return _guess_in_step(sample) or next(
        (order for order in UTF16 if common_units(sample, order) >= _COMMON_UNITS), None
    )


def common_units(sample: bytes, order: str) -> float:
    """Return how many common characters begin at any byte, of the units; in step or not.

    Chinese UTF-16 has 0.18 to 0.7 in each 400 bytes, other encodings and the other order 0.16 at
    most, over a longer stretch 0.06.
    """
    found = sum(len(COMMON.findall(marked(sample[first:], order))) for first in (0, 1))
    return 2 * found / max(1, len(sample))


def _guess_in_step(sample: bytes) -> str | None:
    """Return the byte order of bytes that begin with a whole unit, as nearly all of them are told.

    Chinese UTF-16 has few NUL bytes, so their parity alone decides little. Judged instead is every
    unit: in the right byte order nearly all are Chinese characters, Chinese punctuation or ASCII
    (whose high byte is the NUL); in the wrong one most are not.
    """
    share = {name: plausible_share(sample, name) for name in UTF16}
    best = max(share, key=lambda name: share[name])
    other = min(share.values())
    if share[best] < _UTF16_PLAUSIBLE:
        return None
    text = marked(sample, best)
    if len(text) < ENOUGH_CHARACTERS and other < _UTF16_OTHER_ORDER:
        return best
    # ASCII and Shift-JIS read in pairs look Chinese too, but of rare characters only.
    return best if common_share(text) >= COMMON_FLOOR else None


def plausible_share(sample: bytes, encoding: str) -> float:
    """Return the share of units that Chinese text is made of, under this byte order."""
    text = marked(sample[: len(sample) & ~1], encoding)
    if not text:
        return 0.0
    return sum(is_plausible(ord(character)) * n for character, n in Counter(text).items()) / len(
        text
    )


def is_plausible(code: int) -> bool:
    """Return whether a unit of UTF-16 is one that Chinese text is made of."""
    return (
        0x4E00 <= code <= 0x9FFF  # Chinese characters
        or 0x3000 <= code <= 0x303F  # 。、「」 and the ideographic space
        or 0xFF01 <= code <= 0xFF5E  # ，！？： and full-width letters
        or 0x2010 <= code <= 0x2026  # — “ ” …
        or 0x20 <= code <= 0x7E
        or code in (0x09, 0x0A, 0x0D)
    )


def high_bytes(data: bytes) -> int:
    """Return how many bytes are no ASCII."""
    return len(data.translate(None, _ASCII))


def valid_bytes(data: bytes) -> int:
    """Return how many non-ASCII bytes are UTF-8."""
    return high_bytes(data.decode("utf-8", "ignore").encode("utf-8"))


def guess_seven_bit(data: bytes) -> str | None:
    """Return 'hz' or 'utf-7' where ASCII is Chinese in it: text that once went through e-mail."""
    signs = {"hz": b"~{", "utf-7": b"+"}
    if not data.isascii() or not any(sign in data for sign in signs.values()):
        return None
    for name, sign in signs.items():
        text = marked(data, name) if data.count(sign) >= _SHIFTS else ""
        if count_chinese(text) > len(text) / 2 and common_share(text) >= COMMON_FLOOR:
            return name
    return None


def guess_double_byte(sample: bytes) -> str | None:
    """Return 'gb18030' or 'big5hkscs', whichever makes better Chinese of the bytes, if any does."""
    score = double_byte_scores(sample)
    best = max(score, key=lambda name: score[name])
    if score[best] >= COMMON_FLOOR:
        return best
    return None if count_chinese(marked(sample, best)) >= ENOUGH_CHARACTERS else best


def double_byte_scores(sample: bytes) -> dict[str, float]:
    """Return how good Chinese bytes are in GB18030 and in Big5: of common characters, sound."""
    texts = {name: marked(sample, name) for name in DOUBLE_BYTE}
    high = max(1, high_bytes(sample))
    return {name: common_share(text) - 2 * text.count(MARK) / high for name, text in texts.items()}


def common_share(text: str) -> float:
    """Return the share of the most common characters among the Chinese characters of `text`."""
    return len(COMMON.findall(text)) / max(1, count_chinese(text))


def marked(data: bytes, encoding: str) -> str:
    """Return decoded text with a `MARK` for each byte that cannot be decoded."""
    return data.decode(encoding, errors="xuxie-mark")


def usual_share(text: str, encoding: str) -> float:
    """Return the share of what is no ASCII that is usual in GB18030 or Big5.

    Usual are the first levels of GB 2312 and Big5, and the marks of Chinese text. A sound line is
    all but made of them, one that was read in the wrong of both encodings is half.
    """
    others = sum(not character.isascii() for character in text)
    return len(_usual(encoding).findall(text)) / max(1, others)


@cache
def _usual(encoding: str) -> re.Pattern[str]:
    """Return what matches a usual character of an encoding."""
    if encoding == "gb18030":
        leads, trails, narrow = range(0xB0, 0xD8), range(0xA1, 0xFF), "gb2312"
    else:
        leads, narrow = range(0xA4, 0xC7), "big5"
        trails = (*range(0x40, 0x7F), *range(0xA1, 0xFF))  # type: ignore[assignment]
    pairs = b"".join(bytes((lead, trail)) for lead in leads for trail in trails)
    return re.compile(f"[{_USUAL_MARKS}{pairs.decode(narrow, 'ignore')}]")
