"""Which lines are chapter headings, and what a heading says: level, number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from pipeline.text.chapters.numerals import NUMERAL_CLASS, number

_MAX_HEADING = 40  # characters
_GAP = r"[\s\u3000:：、．.·—\-_【《〈（(「]"  # what parts a number from its title
_DECORATION = r"[\s【\[〈「『=＝*＊·~～—\-]*(?:《[^》]{1,20}》)?(?:正文|VIP章节)?[\s】]*"

_NUMBERED = re.compile(
    rf"{_DECORATION}第\s*(?P<number>{NUMERAL_CLASS}+)\s*(?P<unit>[章回節节卷部折集篇])(?P<rest>.*)"
)
_VOLUME = re.compile(
    rf"{_DECORATION}卷[之第]?\s*(?P<number>{NUMERAL_CLASS}+)(?P<rest>(?:{_GAP}.*)?)"
)
_NAMED = re.compile(
    rf"{_DECORATION}(?:楔子|序章|序幕|序言|自序|前言|引子|引言|序|尾声|尾聲|终章|終章|后记|後記|跋"
    rf"|番外篇?[{NUMERAL_CLASS[1:-1]}]*)[】\]」』=＝*＊·~～—\-]*(?P<rest>(?:{_GAP}.*)?)"
)
_PUNCTUATION = re.compile(r"[，。！？；：“”‘’…,!?;:、．]")
_CLAUSE_END = re.compile(r"(?:[。，；、,;．：:]|——|[。，．！？…][”’」])$")
# 第二集团军, 第三部电影: these units join with ordinary words, so a gap must follow them.
_LOOSE_UNITS = "章回卷"
_NOT_A_UNIT = re.compile(r"[合家]")  # 第二回合, 第一回家

Level = Literal["volume", "chapter", "section"]
_LEVELS: dict[str, Level] = {"卷": "volume", "部": "volume", "節": "section", "节": "section"}


@dataclass(frozen=True)
class Heading:
    """What a heading line says; `key` is equal for two headings of the same unit and number."""

    title: str
    level: Level
    key: tuple[str, int] | str


def read_heading(line: str) -> Heading | None:
    """Return the heading that a line is, or None for a line of prose.

    A heading is at most 40 characters long, begins with 第…章 or one of the named parts, and
    does not end like a sentence. Right after 第一章 a title may stand without a gap only if it has
    no punctuation, so that 第一章他没有读懂。 is prose.
    """
    line = line.strip()
    if not 0 < len(line) <= _MAX_HEADING or _CLAUSE_END.search(line):
        return None
    found = _NUMBERED.fullmatch(line)
    if found:
        return _numbered(line, found["unit"], found["number"], found["rest"])
    found = _VOLUME.fullmatch(line)
    if found:
        return Heading(line, "volume", ("卷", number(found["number"])))
    if _NAMED.fullmatch(line):
        return Heading(line, "chapter", line)
    return None


def _numbered(line: str, unit: str, numeral: str, rest: str) -> Heading | None:
    """Judge a line that begins with 第…章."""
    parted = not rest or re.match(_GAP + r"|[】\]」』=＝*＊~～]", rest)
    if not parted and (
        unit not in _LOOSE_UNITS or _PUNCTUATION.search(rest) or _NOT_A_UNIT.match(rest)
    ):
        return None
    inner = re.search(rf"[\s\u3000]第\s*({NUMERAL_CLASS}+)\s*([章回])", rest)
    if inner and _LEVELS.get(unit) == "volume":  # 第一卷 风起 第一章 初见
        unit, numeral = inner[2], inner[1]
    return Heading(line, _LEVELS.get(unit, "chapter"), (unit, number(numeral)))


def is_heading(line: str) -> bool:
    """Return whether a line is a chapter heading; see `read_heading`."""
    return read_heading(line) is not None
