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
_LATIN_ZEROS = "OoＯ"  # typed for 〇 within a numeral: 一O三
NUMERAL_CLASS = rf"[0-9０-９{_NUMERALS}]"  # one character of a numeral, for regular expressions
# A whole numeral, as headings have it: with a space between its characters too.
NUMERAL = rf"{NUMERAL_CLASS}(?:[ \u3000]?[0-9０-９{_NUMERALS}{_LATIN_ZEROS}])*"
TIGHT_NUMERAL = rf"{NUMERAL_CLASS}[0-9０-９{_NUMERALS}{_LATIN_ZEROS}]*"
ROMAN = r"(?:[IVX]{1,7}|[Ⅰ-Ⅻ])(?![A-Za-z])"
_ROMAN_DIGITS = {"I": 1, "V": 5, "X": 10}


def number(numeral: str) -> int:
    """Return the value of a numeral that `NUMERAL` matches.

    Without 十, 百, 千 the digits are read by position: 一一九 is 119. A numeral such as 一百八 is
    108 here, as headings mean it, although speech means 180.
    """
    total = section = digits = 0
    for character in numeral:
        if character.isspace():
            continue
        if character in _TENS:
            section += _TENS[character]
        elif character in ("万", "萬"):
            total += (section + digits or 1) * 10000
            section = digits = 0
        elif character in _UNITS:
            section += (digits or 1) * _UNITS[character]
            digits = 0
        else:
            digit = 0 if character in _LATIN_ZEROS else _DIGITS.get(character)
            digits = digits * 10 + (unicodedata.digit(character) if digit is None else digit)
    return total + section + digits


def roman_number(numeral: str) -> int:
    """Return the value of a Roman numeral below 40, as `ROMAN` matches it.

    >>> roman_number("XIV"), roman_number("Ⅻ")
    (14, 12)
    """
    values = [_ROMAN_DIGITS[letter] for letter in unicodedata.normalize("NFKC", numeral)]
    following = [*values[1:], 0]
    return sum(-a if a < b else a for a, b in zip(values, following, strict=True))
