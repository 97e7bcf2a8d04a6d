"""Headings without a number of the book's sequence: 楔子, 番外一, 尾声, ☆、初见, === 初见 ===."""

from __future__ import annotations

import re

from pipeline.chinese import has_chinese
from pipeline.text.chapters.forms import (
    BOOK,
    CLOSING,
    GAP,
    NAMED,
    OPENING,
    Heading,
    bare_title,
    prose_points,
)
from pipeline.text.chapters.numerals import NUMERAL_CLASS

_NAMES = (
    *("楔子", "序章", "序幕", "序言", "自序", "代序", "前言", "引子", "引言", "序", "题记"),
    *(
        "尾声",
        "尾聲",
        "尾章",
        "终章",
        "終章",
        "最终章",
        "最終章",
        "末章",
        "大结局",
        "大結局",
        "结局",
    ),
    *("后记", "後記", "跋", "结语", "附录", "附錄", "间章", "間章", "幕间", "幕間", "番外篇?"),
    *("prologue", "epilogue", "preface", "foreword", "afterword", "interlude"),
    *("外传", "外傳", "前传", "前傳", "后传", "後傳", "特别篇", "特別篇"),
)
_NAMED = re.compile(
    rf"{OPENING}*{BOOK}(?:{'|'.join(_NAMES)}|[^\W\d_]{{1,4}}番外)[{NUMERAL_CLASS[1:-1]}上中下]*"
    rf"(?:{CLOSING}+(?P<closed>[^\W_].*)|{CLOSING}*(?P<rest>(?:{GAP}.*|之.{{1,15}})?))",
    re.IGNORECASE,
)
_TOLD = re.compile(r"[他她它我你您这那的]")  # before 番外 it is told of: 他的番外
_DECORATED = re.compile(
    r"(?P<sign>#{1,6}|＃|[☆★◆◇■●§]|[*＊](?=\s))[、.\s\u3000]*(?P<name>[^\W\d].{0,30})"
    r"|(?P<rule>[=＝*＊~～—\-])+\s*(?P<within>[^\W\d].{0,30}?)\s*[=＝*＊~～—\-]+"
)
# What stands at a book's beginning, or at its end, when there is no title behind the word.
_OPENS = re.compile(r"\W*(?:楔子|序[章幕言]?|自序|代序|前言|引[子言]|题记)\W*")
_ENDS = re.compile(
    r"\W*(?:尾[声聲章]|(?:最?[终終]|末)章|大?[结結]局|[后後][记記]|跋|[结結]语|附[录錄])\W*"
)
_ASIDE = re.compile(r"\W*(?:题外话|題外話|作者有[话話]|作者的[话話])")  # the author's own words
_SENTENCE = re.compile(r"[，。；：“”‘’,;]")


def read_named(line: str) -> Heading | None:
    """Return the heading that 楔子, 番外一 or 外传 白马 is."""
    found = _NAMED.fullmatch(line)
    if found is None or ("番外" in line and _TOLD.match(line)):
        return None
    name = bare_title(found["closed"] or found["rest"] or "")
    form = 3 - 2 * prose_points(line, name, parted=True)
    return Heading(line, line, NAMED, "chapter", form=form)


def opens_book(heading: Heading) -> bool:
    """Return whether a heading is a bare 序 or 楔子."""
    return heading.unit == NAMED and _OPENS.fullmatch(heading.title) is not None


def ends_book(heading: Heading) -> bool:
    """Return whether a heading is a bare 尾声 or 附录."""
    return heading.unit == NAMED and _ENDS.fullmatch(heading.title) is not None


def read_decorated(line: str) -> Heading | None:
    """Return the heading that a title behind or between signs such as ## or ☆ may be."""
    found = _DECORATED.fullmatch(line)
    name = (found["name"] or found["within"]) if found else ""
    if found is None or _SENTENCE.search(name) or _ASIDE.match(name) or not has_chinese(name):
        return None
    return Heading(line, name, found["sign"] or found["rule"], "section", form=1)
