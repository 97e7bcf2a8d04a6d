"""Titles that prose has as well, for a book without others: 【夜雨】, 三月初七 晴, 夜雨 alone."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence

from pipeline.text.chapters.forms import OPENING, Heading
from pipeline.text.chapters.numerals import NUMERAL, TIGHT_NUMERAL

_FRAMES = ("【】", "〖〗", "《》", "『』", "※※", "・・", "··")
_WITHIN = r"\s*[^\W\d][^，。；：“”‘’,;]{0,20}"
_FRAMED = re.compile("|".join(frame[0] + _WITHIN + frame[1] for frame in _FRAMES))
_NUMBER = rf"(?:\d{{1,4}}|{TIGHT_NUMERAL})"
_YEAR = rf"(?:[^\W\d_]{{2}}{_NUMBER}|\d{{4}}|[〇○零一二三四五六七八九]{{4}})年"
_DAY = rf"(?:[正冬腊臘]|{_NUMBER})月(?:初?{_NUMBER}[日号號]?)?"
_DATE = re.compile(
    rf"{OPENING}*(?:(?:{_YEAR}[ \u3000]?)?{_DAY}|{_YEAR}|\d{{4}}([./-])\d{{1,2}}\1\d{{1,2}})"
    r"(?:[\s\u3000，,（(【]*[^。；：“”]{1,20})?"
)
# What counts, 第二天 and 第一封信, is told of in prose.
_PLAIN = re.compile(rf"(?!第{NUMERAL})[^\W\d_][^，。！；：“”‘’…,!;:「」『』]{{0,19}}")
_MOST_CHARACTERS = 40
UNITS = frozenset((*_FRAMES, "date", "plain"))


def find_faint(paragraphs: Sequence[str], others: Container[int]) -> dict[int, Heading]:
    """Return the lines that may be such titles and are none of the `others`."""
    units = {index: _unit(line) for index, line in enumerate(paragraphs) if index not in others}
    return {
        index: Heading(paragraphs[index], paragraphs[index], unit, "section", form=1)
        for index, unit in units.items()
        if unit
    }


def _unit(line: str) -> str:
    """Return how a line is set off, "" for prose."""
    if len(line) > _MOST_CHARACTERS:
        return ""
    if _FRAMED.fullmatch(line):
        return line[0] + line[-1]
    if _DATE.fullmatch(line):
        return "date"
    return "plain" if _PLAIN.fullmatch(line) else ""
