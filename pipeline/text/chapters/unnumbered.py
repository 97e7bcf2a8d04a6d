"""Headings that count without 第 or not at all: 卷一, Chapter 3, 三、, 楔子, ☆、初见."""

from __future__ import annotations

import re
import unicodedata

from pipeline.chinese import has_chinese
from pipeline.text.chapters.forms import (
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
from pipeline.text.chapters.numerals import (
    NUMERAL_CLASS,
    ROMAN,
    TIGHT_NUMERAL,
    number,
    roman_number,
)

_BOOK = r"(?:《[^》]{1,20}》)?(?:正文|VIP章节)?[\s\u3000】]*"
_VOLUME = re.compile(
    rf"{OPENING}*{_BOOK}(?:卷[之第]?[ \u3000]?(?P<number>{TIGHT_NUMERAL})|(?P<named>[上中下][卷部册冊集篇]))"
    rf"(?P<rest>(?:{GAP}.*)?)"
)
_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven")
_WORDS += ("twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen")
_WORDS += ("nineteen", "twenty")
_ENGLISH = re.compile(
    rf"{OPENING}*(?P<unit>chapter|chap|act|scene|episode|ep|part|volume|vol|book|no)[\s\u3000._:：#\-]*"
    rf"(?P<number>[0-9０-９]{{1,5}}|{ROMAN}|{'|'.join(_WORDS)}|{TIGHT_NUMERAL})(?P<rest>(?:{GAP}.*|{CLOSING}.*)?)",
    re.IGNORECASE,
)
_ENGLISH_LEVELS: dict[str, Level] = {
    **dict.fromkeys(("part", "volume", "vol", "book"), "volume"),
    "scene": "section",
}
_COUNTED = rf"[{NUMERAL_CLASS[1:-1]}上中下]*"
_PLAIN = "楔子|序章|序幕|序言|自序|代序|前言|引子|引言|序|尾声|尾聲|尾章|终章|終章|最终章|最終章|末章|大结局|大結局|结局"
_PLAIN += "|后记|後記|跋|结语|間章|间章|幕间|幕間|附录|附錄|题记|题外话|番外篇?|外传|外傳|前传|前傳|后传|後傳|特别篇|特別篇"
_NAMED = re.compile(
    rf"{OPENING}*{_BOOK}(?:{_PLAIN}){_COUNTED}{CLOSING}*(?P<rest>(?:{GAP}.*|之.{{1,15}})?)"
)
_ALONE = re.compile(rf"{OPENING}*[其之]?(?P<number>\d{{1,4}}|{TIGHT_NUMERAL}|{ROMAN}|[①-⑳]){CLOSING}*")
_BARE = re.compile(
    rf"(?P<signs>{OPENING}*)(?P<number>\d{{1,4}}|{TIGHT_NUMERAL}|{ROMAN}|[①-⑳])"
    rf"(?P<mark>[\s\u3000.．、:：,，）)】\]〕·\-—_]+|(?=[\u4e00-\u9fff]))(?P<name>\D.*)"
)
_AFTER = re.compile(r"(?P<name>[^，。；：“”‘’,;（(]{1,20})[（(](?P<number>\d{1,4}|[^\W\d_a-zA-Z]{1,5})[）)]")
_UNIT_FIRST = re.compile(
    rf"{OPENING}*(?:(?P<number>{TIGHT_NUMERAL})(?P<unit>[章回话話节節集幕])|章(?P<behind>{TIGHT_NUMERAL}))"
    rf"(?P<rest>(?:{GAP}.*)?)"
)
_OTHER_UNIT = re.compile(
    rf"第(?P<number>{TIGHT_NUMERAL})(?P<unit>[\u4e00-\u9fff]?)(?P<rest>(?:[\s\u3000]+.{{1,25}})?)"
)
# What prose counts with 第 at the beginning of a line: 第二天 and the like are no headings.
_COUNTED_IN_PROSE = "天日次个個位名年月周週遍步眼句排层層种種件条條者人"
_DECORATED = re.compile(
    r"(?P<sign>#{1,6}|＃|[☆★◆◇■●§])[、.\s\u3000]*(?P<name>[^\W\d].{0,30})"
    r"|(?P<rule>[=＝*＊~～—\-]){2,}\s*(?P<within>[^\W\d].{0,30}?)\s*[=＝*＊~～—\-]{2,}"
)
_SENTENCE = re.compile(r"[，。；：“”‘’,;]")
_MEASURE = re.compile(r"[年月日号點点时時分秒元个個只岁歲米里斤万千百倍度%％折楼层室]")
_MOST_BARE = 30  # characters of a title behind a bare number
_MOST_NUMBER = 5000


def read_volume(line: str) -> Heading | None:
    """Return the heading that 卷一 or 上卷 is."""
    found = _VOLUME.fullmatch(line)
    if found is None:
        return None
    named = found["named"]
    counted = "上中下".index(named[0]) + 1 if named else number(found["number"])
    name = bare_title(found["rest"])
    form = 3 - prose_points(line, name, parted=True)
    unit = named[1] if named else "卷"
    return Heading(line, name, unit, "volume", counted, counted, form=form)


def read_english(line: str) -> Heading | None:
    """Return the heading that Chapter 3 or ACT II is."""
    found = _ENGLISH.fullmatch(line)
    if found is None:
        return None
    unit = {"chap": "chapter", "ep": "episode", "vol": "volume"}.get(found["unit"].lower(), found["unit"].lower())
    counted, _ = _value(found["number"].upper())
    name = bare_title(found["rest"])
    level = _ENGLISH_LEVELS.get(unit, "chapter")
    form = 3 - prose_points(line, name, parted=True)
    return Heading(line, name, unit, level, counted, counted, form=form)


def read_named(line: str) -> Heading | None:
    """Return the heading that 楔子, 番外一 or 外传 白马 is."""
    found = _NAMED.fullmatch(line)
    if found is None:
        return None
    form = 3 - 2 * prose_points(line, bare_title(found["rest"]), parted=True)
    return Heading(line, line, "named", "chapter", form=form)


def read_bare(line: str) -> Heading | None:
    """Return the heading that a number with or without a title may be: never one by itself."""
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
    if _MEASURE.match(found["name"]) or not name or len(name) > _MOST_BARE or not has_chinese(name) or (kind == "一" and not mark):
        return None
    form = 1 + (bool(mark) - 1) - prose_points(line, name, parted=True)
    return Heading(line, name, f"{kind}{mark.strip()[:1]}", "section", counted, counted, form=form)


def read_decorated(line: str) -> Heading | None:
    """Return the heading that a title behind a sign such as ## or ☆ may be."""
    found = _DECORATED.fullmatch(line)
    name = (found["name"] or found["within"]) if found else ""
    if found is None or _SENTENCE.search(name) or not has_chinese(name):
        return None
    return Heading(line, name, found["sign"] or found["rule"], "section", form=1)


def read_counted(line: str) -> Heading | None:
    """Return the heading that a number with an unusual unit may be: 三回, 第一案 雪, 夜雨（三）."""
    found = _UNIT_FIRST.fullmatch(line)
    if found:
        counted, name = number(found["number"] or found["behind"]), bare_title(found["rest"])
        form = 1 - prose_points(line, name, parted=True)
        unit = "N" + canonical_unit(found["unit"] or "章")
        return Heading(line, name, unit, "chapter", counted, counted, form=form)
    found = _OTHER_UNIT.fullmatch(line)
    if found and not (found["unit"] and found["unit"] in _COUNTED_IN_PROSE + UNIT):
        counted, name = number(found["number"]), bare_title(found["rest"])
        form = 1 - prose_points(line, name, parted=True)
        return Heading(line, name, "第" + found["unit"], "section", counted, counted, form=form)
    found = _AFTER.fullmatch(line)
    if found and re.fullmatch(rf"\d+|{TIGHT_NUMERAL}", found["number"]):
        counted = number(found["number"])
        return Heading(line, found["name"], "（N）", "section", counted, counted, form=1)
    return None


def _value(numeral: str) -> tuple[int, str]:
    """Return the value of any numeral, and the kind of its digits: 1, 一, I or ①."""
    if numeral.lower() in _WORDS:
        return _WORDS.index(numeral.lower()) + 1, "one"
    if numeral[0] in "IVX" or "Ⅰ" <= numeral[0] <= "Ⅻ":
        return roman_number(numeral), "I"
    if "①" <= numeral[0] <= "⑳":
        return int(unicodedata.numeric(numeral[0])), "①"
    return number(numeral), "1" if numeral[0].isdecimal() else "一"
