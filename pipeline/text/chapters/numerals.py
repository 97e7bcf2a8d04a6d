"""Chinese numerals as they stand in chapter headings and file names: 一百二十, 一一九, 廿三."""

from __future__ import annotations

import unicodedata

_DIGITS = {
    **{c: i for i, c in enumerate("零一二三四五六七八九")},
    **{c: i for i, c in enumerate("〇壹贰叁肆伍陆柒捌玖")},
    **{"○": 0, "Ｏ": 0, "两": 2, "兩": 2},
    **{c: i + 1 for i, c in enumerate("壹貳參肆伍陸柒捌玖")},
}
_TENS = {"廿": 20, "卅": 30, "卌": 40}
_UNITS = {
    "十": 10,
    "拾": 10,
    "百": 100,
    "佰": 100,
    "千": 1000,
    "仟": 1000,
    "万": 10000,
    "萬": 10000,
}
_NUMERALS = "".join([*_DIGITS, *_TENS, *_UNITS])
NUMERAL_CLASS = rf"[0-9０-９{_NUMERALS}]"  # one character of a numeral, for regular expressions


def number(numeral: str) -> int:
    """Return the value of a numeral made of `NUMERAL_CLASS` characters.

    Without 十, 百, 千 the digits are read by position: 一一九 is 119. A numeral such as 一百八 is
    108 here, as headings mean it, although speech means 180.
    """
    total = section = digits = 0
    for character in numeral:
        if character in _TENS:
            section += _TENS[character]
        elif character in ("万", "萬"):
            total += (section + digits or 1) * 10000
            section = digits = 0
        elif character in _UNITS:
            section += (digits or 1) * _UNITS[character]
            digits = 0
        else:
            digit = _DIGITS.get(character)
            digits = digits * 10 + (unicodedata.digit(character) if digit is None else digit)
    return total + section + digits
