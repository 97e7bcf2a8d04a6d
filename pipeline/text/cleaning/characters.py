"""Characters that cannot be seen, and those that only stand for others."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from pipeline.text.cleaning.lines import Line, one_a_line
from pipeline.text.cuts import Cut

# Soft hyphen, fillers, blank Braille, zero-width and direction marks, separators of scripts,
# variation selectors, tags, marks of interlinear notes, strokes laid over characters to hide words
# from filters, byte-order marks, and code points that are no characters.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc\ufffe\uffff\u0335-\u0338"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)
_CONTROL = re.compile(
    r"(?:\x1b\[[0-9;?]{0,20}[A-Za-z]|\x1b|[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x9f]++)++"
)

# Radicals of the supplement: only two of them have a decomposition in Unicode, yet PDFs write 见,
# 长 and 门 with them. From U+2E80; a full stop where there is no character to stand for.
_RADICALS = (
    ".厂乛乚乙亻冂几刀刂卜㔾小小兀尣尢𡯂巳幺彑彐忄㣺扌攵.旡日月歺母民氵氺灬爫爫丬牛犭王疋目示礻"
    "竹糹纟罓罒㓁网网羊羊羊耂肀聿月臼艹艹艹虎衤覀西见角角讠贝足车辶辶辶阝钅長镸长门阜阝雨青韦页"
    "风飞食食飠饣首马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀龟"
)
_VERTICAL = {
    **dict(zip(range(0xFE10, 0xFE1A), "，、。：；！？〖〗…", strict=True)),
    **dict(zip(range(0xFE30, 0xFE45), "：—–＿～（）｛｝〔〕【】《》〈〉「」『』", strict=True)),
    **dict(zip(range(0xFE47, 0xFE49), "［］", strict=True)),
    **dict(zip(range(0xFE50, 0xFE60), "，、．.；：？！—（）｛｝〔〕＃", strict=True)),
    # Where GB18030 had the vertical marks before Unicode did; Python still decodes them so.
    **dict(zip(range(0xE78D, 0xE797), "，。、：；！？〖〗…", strict=True)),
}


_MANY = 4  # characters of a stretch whose length is told
_AROUND_UNREADABLE = re.compile("[^\ufffd]{0,8}\ufffd+[^\ufffd]{0,8}")


def _stand_ins() -> dict[int, str]:
    """Return code point → the character that it only stands for."""
    table = {0x2E80 + place: c for place, c in enumerate(_RADICALS) if c != "."}
    composed = (range(0x2F00, 0x2FD6), range(0xF900, 0xFB00), range(0x2F800, 0x2FA20))
    for code in (code for codes in composed for code in codes):
        normal = unicodedata.normalize("NFKC", chr(code))
        if normal != chr(code) and len(normal) == 1:
            table[code] = normal
    table |= {code: mark for code, mark in _VERTICAL.items() if mark != "."}
    return table


_STANDS_FOR = _stand_ins()
# Upright lines are also drawn in text that is not set upright: alone they stay.
_BARS = range(0xFE31, 0xFE35)
_LYING = {code: mark for code, mark in _STANDS_FOR.items() if code not in _BARS}
# The ranges that they lie in: a class of so many single characters is a hundred times slower.
_STAND_IN = re.compile(
    "[\u2e80-\u2ef3\u2f00-\u2fd5\ue78d-\ue796\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe5f"
    "\U0002f800-\U0002fa1f]+"
)
_UPRIGHT = re.compile("[\ufe10-\ufe19\ufe35-\ufe44\ue78d-\ue796]")
_ANY = re.compile(
    f"{_INVISIBLE.pattern[:-2]}{_STAND_IN.pattern[1:-2]}\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd]"
)


def fit_characters(lines: Sequence[Line]) -> tuple[list[Line], list[Cut]]:
    """Take invisible characters out, and put in the place of stand-ins what they stand for.

    ⼈ becomes 人, ︒ becomes 。. Unreadable bytes, U+FFFD, stay and are recorded.
    """
    cuts: list[Cut] = []
    fitted = list(lines)
    upright = any(_UPRIGHT.search(line.text) for line in lines)
    for place, line in enumerate(lines):
        if _ANY.search(line.text):
            cuts += _cuts_of(line, _STANDS_FOR if upright else _LYING)
            fitted[place] = Line(line.number, _fit(line.text, upright=upright))
    return fitted, cuts


def fit_text(text: str) -> str:
    """Return a text as `fit_characters` leaves it, line ends included."""
    return _fit(text, upright=_UPRIGHT.search(text) is not None) if _ANY.search(text) else text


def _fit(text: str, *, upright: bool) -> str:
    """Return a text with its characters fitted; `upright` says whether it is set so."""
    text = _INVISIBLE.sub("", _CONTROL.sub("", text))
    return text.translate(_STANDS_FOR if upright else _LYING)


def _cuts_of(line: Line, table: Mapping[int, str]) -> Iterator[Cut]:
    """Yield what is changed in a line, a cut a reason; `table` is that of the stand-ins."""
    for reason, pattern, spell in (
        ("invisible character", _INVISIBLE, _code_points),
        ("control character", _CONTROL, _code_points),
        ("compatibility form", _STAND_IN, str),
        ("unreadable byte", _AROUND_UNREADABLE, str),
    ):
        texts = (match.group() for match in pattern.finditer(line.text))
        found = (text for text in texts if pattern != _STAND_IN or text.translate(table) != text)
        yield from one_a_line(Cut(reason, "", line.number, spell(text)) for text in found)


def _code_points(stretch: str) -> str:
    r"""Return a stretch such that it can be seen in the record, each character once.

    >>> _code_points("\0\0\0\x01")
    'U+0000 U+0001, 4 characters'
    """
    seen = " ".join(f"U+{ord(character):04X}" for character in dict.fromkeys(stretch))
    return seen if len(stretch) < _MANY else f"{seen}, {len(stretch):,} characters"
