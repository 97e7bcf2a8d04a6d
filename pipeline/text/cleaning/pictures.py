"""Marks of pictures that a plain text has lost: 插图, （插图001）, [图片], alone in their lines."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.text.cleaning.lines import Line
from pipeline.text.cuts import Cut

_WORD = r"(?:(?:彩[色页頁]?|黑白)?插[图圖画畫]|彩[图圖页頁]|[图圖]片|illust(?:ration)?|image)"
_NUMBER = r"(?:[\s_\-—:：#]*[\d０-９一二三四五六七八九十]{1,4})"
_MARK = re.compile(
    rf"\s*(?P<open>[(（【\[<〈])?\s*(?:此处)?{_WORD}(?P<number>{_NUMBER})?(?:\.(?:jpe?g|png|gif))?"
    r"\s*(?(open)[)）】\]>〉])\s*",
    re.IGNORECASE,
)
_LONGEST = 30  # characters
_LEAST = 2  # marks of a book


def cut_picture_marks(lines: Sequence[Line]) -> tuple[list[Line], list[Cut]]:
    """Return lines without the marks of pictures, and what was cut.

    A line is one for two signs: it is nothing but the word, and it is framed or numbered, or there
    are more of them.
    """
    found = {
        at: mark
        for at, line in enumerate(lines)
        if len(line.text) <= _LONGEST and (mark := _MARK.fullmatch(line.text))
    }
    several = len(found) >= _LEAST
    gone = {at for at, mark in found.items() if several or mark["open"] or mark["number"]}
    if not gone:
        return list(lines), []
    kept = [line for at, line in enumerate(lines) if at not in gone]
    cuts = [
        Cut("picture mark", "", lines[at].number, lines[at].text.strip()) for at in sorted(gone)
    ]
    return kept, cuts
