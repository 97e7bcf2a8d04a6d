"""Headings with the number behind words: 夜雨（三）, 夜雨之三, 夜行 1, 故事一 夜雨."""

from __future__ import annotations

import re

from pipeline.text.chapters.forms import GAP, OPENING, Heading, bare_title, prose_points
from pipeline.text.chapters.numerals import TIGHT_NUMERAL, number

_BRACKETED = re.compile(
    r"(?P<word>[^，。；：“”‘’,;（(]{1,20})"
    rf"[（(](?P<number>\d{{1,4}}|{TIGHT_NUMERAL})[）)]"
)
_OF = re.compile(rf"(?P<word>[^\W\d_]{{1,15}})之(?P<number>{TIGHT_NUMERAL})")
_BEHIND = re.compile(r"(?P<word>[^\W\d_]{1,12})[ \u3000]*(?P<number>\d{1,4})")
# The same word each time, with a title: 故事一 夜雨.
_SAME = re.compile(
    rf"{OPENING}*(?P<word>[^\W\d_]{{1,8}}?)[ \u3000]?(?P<number>\d{{1,4}}|{TIGHT_NUMERAL})"
    rf"(?P<rest>{GAP}.*)"
)


def read_worded(line: str) -> Heading | None:
    """Return the heading that words with a number behind them may be: never one by itself."""
    for pattern, unit in ((_BRACKETED, "（N）"), (_OF, "之N"), (_BEHIND, "…N")):
        found = pattern.fullmatch(line)
        if found and not (unit == "之N" and found["word"][-1] == "分"):  # 三分之一
            counted = number(found["number"])
            return Heading(line, found["word"], unit, "section", counted, counted, form=1)
    found = _SAME.fullmatch(line)
    if found is None:
        return None
    counted, name = number(found["number"]), bare_title(found["rest"])
    form = 1 - prose_points(line, name, parted=True)
    return Heading(line, name, f"{found['word']}N", "section", counted, counted, form=form)
