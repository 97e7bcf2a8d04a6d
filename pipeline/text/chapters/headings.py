"""Which lines may be chapter headings, and what a heading says: level, number, title."""

from __future__ import annotations

import re
from dataclasses import replace

from pipeline.text.chapters.counted import read_bare, read_counted, read_english, read_volume
from pipeline.text.chapters.damaged import read_damaged
from pipeline.text.chapters.forms import CLOSING, GAP, OPENING, STRONG, Heading
from pipeline.text.chapters.numbered import read_numbered
from pipeline.text.chapters.numerals import NUMERAL_CLASS
from pipeline.text.chapters.unnumbered import read_decorated, read_named
from pipeline.text.chapters.worded import read_worded

MOST_CHARACTERS = 60  # of a line that may be a heading
# What all forms have, told at once: hardly any line of prose needs a closer look.
_MAY_BE = re.compile(
    rf"[^第笫]{{0,25}}[第笫]|{OPENING}*(?:[《【]|正文|VIP|{NUMERAL_CLASS}|[IVXⅠ-Ⅻ①-⑳]|卷|[上中下][卷部册冊集篇]"
    rf"|[章其之=＝*＊~～—\-]|.{{1,20}}[（(].{{1,5}}[）)]$|.{{1,15}}之{NUMERAL_CLASS}+$"
    rf"|[^\W\d_]{{1,12}}[ \u3000]?(?:\d|{NUMERAL_CLASS}{GAP})|[上中下]{CLOSING}*$|.{{2,4}}番外"
    rf"|[楔序自代前引尾终終最末大结后後跋間间幕附题番外特]|[CcAaSsEePpVvBbNn][a-zA-Z])"
    rf"|[#＃☆★◆◇■●§]"
)
_READERS = (
    read_numbered,
    read_volume,
    read_english,
    read_named,
    read_counted,
    read_bare,
    read_decorated,
    read_worded,
    read_damaged,
)


def read_heading(line: str) -> Heading | None:
    """Return the heading that a line may be, or None for a line that is none in any book.

    What the line alone tells is in its `form`: of a line below `STRONG` the whole book decides
    (`pipeline.text.chapters.families`). A line has at most 60 characters.
    """
    line = line.strip()
    if not 0 < len(line) <= MOST_CHARACTERS or not _MAY_BE.match(line):
        return None
    if "笫" in line:  # typed for 第
        heading = read_heading(line.replace("笫", "第"))
        return heading and replace(heading, title=line)
    return next((heading for read in _READERS if (heading := read(line)) is not None), None)


def is_heading(line: str) -> bool:
    """Return whether a line is a chapter heading by itself, whatever stands around it."""
    heading = read_heading(line)
    return heading is not None and heading.form >= STRONG


def may_be_heading(line: str) -> bool:
    """Return whether a line is a chapter heading in some book, as 三、夜雨 is."""
    heading = read_heading(line)
    return heading is not None and heading.form >= 0
