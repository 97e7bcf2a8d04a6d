"""The numbers that Word puts before paragraphs by itself, 第一章 above all: they are in no text.

What a number looks like is told by ECMA-376, part 1, 17.9: a paragraph names a list and a level,
a list its levels, a level its pattern (第%1章) and the form of its numerals.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pipeline.text.books.markup import Element

_DEEPEST = 8  # level of a list, from 0
_GAP = "\u3000"
_PLACE = re.compile(r"%([1-9])")
_DIGITS = "〇一二三四五六七八九"
_FORMAL = "零壹贰叁肆伍陆柒捌玖"
_MOST_WRITTEN = 9_999  # a number above it is written in digits


@dataclass(frozen=True)
class Level:
    """A level of a list: its first number, the form of its numerals, its pattern, its style."""

    first: int = 1
    form: str = "decimal"
    pattern: str = ""
    style: str = ""
    gap: str = _GAP


@dataclass
class Numbering:
    """The lists of a document, and how far each has come.

    Attributes
    ----------
    lists : dict
        By number: which definition it follows, and the levels of it.
    styles : dict
        The list and level that a style names.
    """

    lists: dict[str, tuple[str, dict[int, Level]]] = field(default_factory=dict)
    styles: dict[str, tuple[str, int]] = field(default_factory=dict)
    _counts: dict[str, dict[int, int]] = field(default_factory=dict)

    def label(self, number: str, level: int) -> str:
        """Count a paragraph of a list; return what stands before it, "" for nothing."""
        definition, levels = self.lists.get(number, ("", {}))
        if level not in levels:
            return ""
        counts = self._counts.setdefault(definition, {})
        counts[level] = counts.get(level, levels[level].first - 1) + 1
        for deeper in [own for own in counts if own > level]:
            del counts[deeper]
        own = levels[level]
        if own.form in ("bullet", "none"):
            return ""

        def written(place: re.Match[str]) -> str:
            index = int(place[1]) - 1
            at = levels.get(index, own)
            return numeral(counts.get(index, at.first), at.form)

        label = _PLACE.sub(written, own.pattern)
        return f"{label}{own.gap}" if label.strip() else ""


def read_numbering(root: Element) -> Numbering:
    """Return the lists that a document's numbering part defines."""
    definitions: dict[str, dict[int, Level]] = {}
    for own in root.find("abstractnum"):
        levels = (child for child in own.children if isinstance(child, Element))
        definitions[own.get("abstractnumid")] = dict(
            _level(child) for child in levels if child.name == "lvl"
        )
    numbering = Numbering()
    for own in root.find("num"):
        parts = [child for child in own.children if isinstance(child, Element)]
        names = [child.get("val") for child in parts if child.name == "abstractnumid"]
        levels_of = dict(definitions.get(names[0] if names else "", {}))
        changed = [child for part in parts if part.name == "lvloverride" for child in part.walk()]
        levels_of |= dict(_level(child) for child in changed if child.name == "lvl")
        number = own.get("numid")
        # A list that begins anew counts for itself; others of one definition go on together.
        anew = any(child.name == "startoverride" for child in changed)
        numbering.lists[number] = (f"{number}!" if anew else names[0] if names else "", levels_of)
        for level, at in levels_of.items():
            if at.style:
                numbering.styles.setdefault(at.style, (number, level))
    return numbering


def _level(element: Element) -> tuple[int, Level]:
    """Return a level with its place."""
    parts = {own.name: own.get("val") for own in element.children if isinstance(own, Element)}
    first = parts.get("start", "1")
    return _whole(element.get("ilvl")), Level(
        first=_whole(first),
        form=parts.get("numfmt", "decimal"),
        pattern=parts.get("lvltext", ""),
        style=parts.get("pstyle", ""),
        gap="" if parts.get("suff") == "nothing" else _GAP,
    )


def _whole(text: str) -> int:
    """Return a number within the bounds that Word knows, 0 for what is none."""
    return min(int(text), _MOST_WRITTEN) if text.isdecimal() else 0


def level_of(text: str) -> int:
    """Return the level that a paragraph names, 0 for what is none."""
    return min(_whole(text), _DEEPEST)


def numeral(number: int, form: str) -> str:
    """Return a number as Word writes it; in a form that is unknown here, in digits.

    >>> [numeral(n, "chineseCounting") for n in (9, 10, 21, 120)]
    ['九', '十', '二十一', '一百二十']
    >>> numeral(105, "ideographDigital"), numeral(105, "chineseCountingThousand"), numeral(3, "x")
    ('一〇五', '一百零五', '3')
    """
    write = _FORMS.get(form)
    return write(number) if write and 0 < number <= _MOST_WRITTEN else str(number)


def _counted(number: int, digits: str, units: str) -> str:
    """Return a number with 十, 百 and 千 between its digits, 零 for those that are left out."""
    pieces: list[str] = []
    for place, digit in zip(range(len(str(number)) - 1, -1, -1), str(number), strict=True):
        if digit != "0":
            pieces.append(digits[int(digit)] + (units[place - 1] if place else ""))
        elif pieces and pieces[-1] != "零":
            pieces.append("零")
    return "".join(pieces).rstrip("零")


def _plainly(number: int) -> str:
    """Return a number as people count: 十二 where _counted has 一十二."""
    found = _counted(number, _DIGITS, "十百千")
    return found[1:] if found.startswith("一十") else found


def _letters(first: str) -> Callable[[int], str]:
    """Return what writes a, b … z, aa, bb."""
    return lambda number: chr(ord(first) + (number - 1) % 26) * ((number - 1) // 26 + 1)


def _roman(number: int) -> str:
    signs = zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ["M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"],
        strict=True,
    )
    pieces: list[str] = []
    for value, sign in signs:
        pieces.append(sign * (number // value))
        number %= value
    return "".join(pieces)


def _one_of(signs: str) -> Callable[[int], str]:
    """Return what writes the first numbers as signs of their own, the others in digits."""
    return lambda number: signs[number - 1] if number <= len(signs) else str(number)


_FORMS: Mapping[str, Callable[[int], str]] = {
    **dict.fromkeys(
        [
            "chineseCounting",
            "chineseCountingThousand",
            "taiwaneseCounting",
            "taiwaneseCountingThousand",
            "japaneseCounting",
        ],
        _plainly,
    ),
    "ideographDigital": lambda number: "".join(_DIGITS[int(own)] for own in str(number)),
    "taiwaneseDigital": lambda number: "".join(_DIGITS[int(own)] for own in str(number)),
    "chineseLegalSimplified": lambda number: _counted(number, _FORMAL, "拾佰仟"),
    "ideographLegalTraditional": lambda number: _counted(number, "零壹貳參肆伍陸柒捌玖", "拾佰仟"),
    "ideographTraditional": _one_of("甲乙丙丁戊己庚辛壬癸"),
    "ideographZodiac": _one_of("子丑寅卯辰巳午未申酉戌亥"),
    "decimalZero": lambda number: f"{number:02d}",
    "decimalFullWidth": lambda number: "".join(chr(0xFF10 + int(own)) for own in str(number)),
    "decimalEnclosedCircle": _one_of("①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"),
    "upperRoman": _roman,
    "lowerRoman": lambda number: _roman(number).lower(),
    "upperLetter": _letters("A"),
    "lowerLetter": _letters("a"),
}
