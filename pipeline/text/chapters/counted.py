"""Headings that count without 第…章: 卷一, Chapter 3, 三、夜雨, 1-3 夜雨, 一回, 第一案 夜雨."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from pipeline.chinese import CHINESE, has_chinese
from pipeline.text.chapters.forms import (
    BOOK,
    CLOSING,
    GAP,
    OPENING,
    UNIT,
    Heading,
    Level,
    bare_title,
    canonical_unit,
    prose_points,
)
from pipeline.text.chapters.numerals import ROMAN, TIGHT_NUMERAL, number, roman_number

_VOLUME = re.compile(
    rf"{OPENING}*{BOOK}"
    rf"(?:卷[之第]?[ \u3000]?(?P<number>{TIGHT_NUMERAL})|(?P<named>[上中下][卷部册冊集篇]))"
    rf"(?P<rest>(?:{GAP}.*)?)"
)
_WORDS = (
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"),
    *("twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    *("nineteen", "twenty"),
)
_VOLUME_BEFORE = r"vol(?:ume)?[\s._]*(?P<outer>\d{1,3})[\s,:，：\-]+"
_ENGLISH = re.compile(
    rf"{OPENING}*(?:{_VOLUME_BEFORE})?(?P<unit>chapter|chap|ch|act|scene|episode|ep|part|volume|vol|book|no)"
    rf"[\s\u3000._:：#\-]*(?P<number>[0-9０-９]{{1,5}}|{ROMAN}|{'|'.join(_WORDS)}|{TIGHT_NUMERAL})"
    rf"(?P<rest>(?:{GAP}.*|{CLOSING}.*)?)",
    re.IGNORECASE,
)
_ENGLISH_LEVELS: dict[str, Level] = {
    **dict.fromkeys(("part", "volume", "book"), "volume"),
    "scene": "section",
}
_FULL_WORDS = {"chap": "chapter", "ch": "chapter", "ep": "episode", "vol": "volume"}
_NUMBER = rf"(?P<number>\d{{1,4}}|{TIGHT_NUMERAL}|{ROMAN}|[①-⑳])"
_ALONE = re.compile(rf"{OPENING}*[其之]?{_NUMBER}(?:[.．、]|{CLOSING})*")
_PART = re.compile(rf"{OPENING}*([上中下]){CLOSING}*")  # of a book in two or three
_BARE = re.compile(
    rf"{OPENING}*{_NUMBER}"
    rf"(?P<mark>[\s\u3000.．、:：,，）)】\]〕·\-—_]+|(?={CHINESE.pattern}))(?P<name>\D.*)"
)
_UNIT_FIRST = re.compile(
    rf"{OPENING}*(?:(?P<number>{TIGHT_NUMERAL})(?P<unit>[章回话話节節集幕])"
    rf"|章(?P<behind>{TIGHT_NUMERAL}))(?P<rest>(?:{GAP}.*)?)"
)
_OTHER_UNIT = re.compile(
    rf"第(?P<number>{TIGHT_NUMERAL})(?P<unit>{CHINESE.pattern}?)(?P<rest>(?:[\s\u3000]+.{{1,25}})?)"
)
_LONG_UNIT = re.compile(  # 第一个世界 夜雨
    rf"第(?P<number>{TIGHT_NUMERAL})(?P<unit>{CHINESE.pattern}{{1,4}})(?P<rest>[\s\u3000]+.{{1,25}})"
)
_TWO = re.compile(
    rf"{OPENING}*(?P<outer>\d{{1,3}})[.\-–](?P<number>\d{{1,3}})(?P<rest>(?:[.、]|{GAP}).*)"
)
# What prose counts with 第 at the beginning of a line: 第二天 and the like are no headings.
_COUNTED_IN_PROSE = "天日次个個位名年月周週遍步眼句排层層种種件条條者人封"
# What prose measures: 3.5米, 2024年3月 are no titles behind a number.
_MEASURE = re.compile(r"[年月日号號点點时時分秒元个個只岁歲米里斤万千百倍度%％折楼层室]")
_MOST_BARE = 30  # characters of a title behind a bare number
_MOST_NUMBER = 5000


def read_volume(line: str) -> Heading | None:
    """Return the heading that 卷一 or 上卷 is."""
    found = _VOLUME.fullmatch(line)
    if found is None:
        return None
    named = found["named"]
    counted = "上中下".index(named[0]) + 1 if named else number(found["number"])
    unit = canonical_unit(named[1]) if named else "卷"
    return _counted(line, found["rest"], unit, "volume", counted, form=3)


def read_english(line: str) -> Heading | None:
    """Return the heading that Chapter 3 or ACT II is."""
    found = _ENGLISH.fullmatch(line)
    if found is None:
        return None
    word = found["unit"].lower()
    unit = _FULL_WORDS.get(word, word)
    counted, _ = _value(found["number"].upper())
    level = _ENGLISH_LEVELS.get(unit, "chapter")
    heading = _counted(line, found["rest"], unit, level, counted, form=3)
    return replace(heading, outer=("volume", int(found["outer"]))) if found["outer"] else heading


def read_bare(line: str) -> Heading | None:
    """Return the heading that a number with or without a title may be: never one by itself."""
    part = _PART.fullmatch(line)
    if part:
        counted = "上中下".index(part[1]) + 1
        return Heading(line, "", "上 alone", "section", counted, counted, form=1)
    alone = _ALONE.fullmatch(line)
    found = alone or _BARE.fullmatch(line)
    if found is None:
        return None
    counted, kind = _value(found["number"])
    if counted > _MOST_NUMBER:
        return None
    if alone:
        return Heading(line, "", f"{kind} alone", "section", counted, counted, form=1)
    name, mark = bare_title(found["name"]), found["mark"]
    if _MEASURE.match(found["name"]) or (kind == "一" and not mark):
        return None
    if not has_chinese(name) or len(name) > _MOST_BARE:
        return None
    return _counted(line, name, kind + mark.strip()[:1], "section", counted, form=1)


def read_counted(line: str) -> Heading | None:
    """Return the heading that an unusual way to count may be: 三回, 第一案 夜雨, 1-3 夜雨."""
    found = _UNIT_FIRST.fullmatch(line)
    if found:
        unit = "N" + canonical_unit(found["unit"] or "章")
        counted = number(found["number"] or found["behind"])
        return _counted(line, found["rest"], unit, "chapter", counted, form=1)
    found = _OTHER_UNIT.fullmatch(line)
    if found and not (found["unit"] and found["unit"] in _COUNTED_IN_PROSE + UNIT):
        unit = "第" + found["unit"]
        return _counted(line, found["rest"], unit, "section", number(found["number"]), form=1)
    found = _LONG_UNIT.fullmatch(line)
    if found:
        unit = "第" + found["unit"]
        return _counted(line, found["rest"], unit, "section", number(found["number"]), form=1)
    found = _TWO.fullmatch(line)
    if found and has_chinese(found["rest"]):
        heading = _counted(line, found["rest"], "1-1", "section", number(found["number"]), form=1)
        return replace(heading, outer=("1", number(found["outer"])))
    return None


def _counted(line: str, rest: str, unit: str, level: Level, counted: int, *, form: int) -> Heading:
    """Return a heading with its number, less the points for what speaks for prose."""
    name = bare_title(rest)
    form -= prose_points(line, name, parted=True)
    return Heading(line, name, unit, level, counted, counted, form=form)


def _value(numeral: str) -> tuple[int, str]:
    """Return the value of any numeral, and the kind of its digits: 1, 一, I, ① or one."""
    if numeral.lower() in _WORDS:
        return _WORDS.index(numeral.lower()) + 1, "one"
    if numeral[0] in "IVX" or "Ⅰ" <= numeral[0] <= "Ⅻ":
        return roman_number(numeral), "I"
    if "①" <= numeral[0] <= "⑳":
        return int(unicodedata.numeric(numeral[0])), "①"
    return number(numeral), "1" if numeral[0].isdecimal() else "一"
