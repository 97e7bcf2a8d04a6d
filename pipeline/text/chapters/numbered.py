"""Headings that count with 第: 第一章, 正文 第1-2章, 第一卷 第三回, 积善之家（第三话）."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.text.chapters.forms import (
    CLOSING,
    GAP,
    OPENING,
    UNIT,
    Heading,
    bare_title,
    canonical_unit,
    level_of,
    points_of,
    prose_points,
)
from pipeline.text.chapters.numerals import NUMERAL, TIGHT_NUMERAL, number

_ROW = 3  # headings in one line are a row of a table
_SHORT = 5  # characters; less right after 第一回 is prose as often as a title: 第一回见面
_MOST_FRONT = 25  # characters before 第
_JOIN = r"[ \u3000]?[、,，\-－–—~～至到和及/&][ \u3000]?"
_NUMBERED = rf"第[ \u3000]?(?P<first>{NUMERAL})[ \u3000]?"
_CORE = re.compile(
    rf"{_NUMBERED}(?:(?P<unit>{UNIT})(?:{_JOIN}第?[ \u3000]?(?P<last>{NUMERAL})[ \u3000]?"
    rf"(?P=unit))?|(?:{_JOIN}第?[ \u3000]?(?P<end>{NUMERAL})){{1,3}}[ \u3000]?(?P<of>{UNIT}))"
)
_VOLUME_CORE = re.compile(
    rf"(?:卷[之第]?[ \u3000]?(?P<first>{TIGHT_NUMERAL})|(?P<named>[上中下][卷部册冊集篇]))"
    rf"(?=$|{GAP}|第)"
)
_KNOWN_FRONT = re.compile(
    rf"(?:(?:VIP|正文|作品)?(?:章节|章節)(?:目录|目錄|列表)?|(?:正文|VIP|vip)卷?|正文内容|《[^》]{{1,20}}》"
    rf"|\d{{1,4}}|{NUMERAL})"
)
_VOLUME_FRONT = re.compile(r"[^\s，。！？；“”]{1,10}[卷部篇集册]")  # with a gap behind it
_EXTRA_FRONT = re.compile(r"(?:番外篇?|番外卷?|外传|外傳|前传|前傳|后传|後傳|特别篇|特別篇)")
_PROSE_FRONT = re.compile(r"[，。；：“”‘’,;]")
_PROSE_END = re.compile(r"[他她它我你您]|[到了过在的是看读]$")  # 她念到第三章
_SIGNS = re.compile(rf"^{OPENING}+")
_PARTED = re.compile(rf"{GAP}|{CLOSING}")
# What begins another word with the unit: 第二回合, 第三集团军, 第一节课, 第一部分的.
_OTHER_WORDS = {
    "回": "合家头頭目事去来",
    "集": "团團体體会會合中市结",
    "部": "分队隊门門长長下属屬电電手",
    "节": "课課目点點日车車奏约制",
    "場": "面地戏戲所合景次雪雨比",
    "场": "面地戏戲所合景次雪雨比",
    "话": "题題语筒剧",
    "章": "程鱼",
    "卷": "子宗轴",
    "讲": "话座台",
    "季": "度节军",
    "出": "来去现生口门戏路租",
    "册": "子页",
    "篇": "文章幅",
    "编": "辑号制",
    "幕": "布后僚",
}


@dataclass(frozen=True)
class _Core:
    """第…章 where it stands in a line."""

    start: int
    stop: int
    unit: str  # as it is written
    first: int
    last: int


def read_numbered(line: str) -> Heading | None:
    """Return the heading that a line with 第…章 near its beginning is, or None."""
    core = _find_core(line)
    if core is None or len(_CORE.findall(line)) >= _ROW:
        return None
    front = line[: core.start]
    outer = _outer(front)
    if outer is None:
        inner = _inner(line, core)
        if inner is not None:
            outer, front, core = (canonical_unit(core.unit), core.first), "", inner
            volume = line[: core.start]
        else:
            volume = ""
    else:
        front, volume = "", front
    return _judged(line, core, front, outer, volume=bare_title(_SIGNS.sub("", volume)))


def _find_core(line: str, start: int = 0) -> _Core | None:
    """Return the first 第…章 that begins within `_MOST_FRONT` characters from `start`."""
    place = line.find("第", start, start + _MOST_FRONT + 1)
    while place >= 0:
        found = _CORE.match(line, place)
        if found:
            first, end = number(found["first"]), found["last"] or found["end"]
            last = number(end) if end else first
            return _Core(place, found.end(), found["unit"] or found["of"], first, last)
        place = line.find("第", place + 1, start + _MOST_FRONT + 1)
    return None


def _outer(front: str) -> tuple[str, int] | None:
    """Return the volume that stands before 第…章 without a 第 of its own: 卷一 第一章."""
    found = _VOLUME_CORE.match(_SIGNS.sub("", front))
    if found is None:
        return None
    if found["named"]:
        return found["named"][1], "上中下".index(found["named"][0]) + 1
    return "卷", number(found["first"])


def _inner(line: str, core: _Core) -> _Core | None:
    """Return the 第…章 behind a volume in the same line: 第一卷第一章, 第一集 风起 第一章."""
    inner = _find_core(line, core.stop)
    if inner is None or canonical_unit(inner.unit) == canonical_unit(core.unit):
        return None
    at_once = inner.start == core.stop
    parted = inner.start > core.stop and re.fullmatch(GAP, line[inner.start - 1]) is not None
    lower = level_of(core.unit) == "volume" or (
        level_of(inner.unit) == "section" and level_of(core.unit) == "chapter"
    )
    return inner if lower and (at_once or parted) else None


def _judged(
    line: str, core: _Core, front: str, outer: tuple[str, int] | None, *, volume: str
) -> Heading | None:
    """Weigh what stands before and after 第…章."""
    rest = line[core.stop :]
    words, points = _weigh_front(front)
    name = bare_title(rest)
    parted = not rest or _PARTED.match(rest) is not None
    if points is None or (not parted and rest[0] in _OTHER_WORDS.get(core.unit, "")):
        return None
    if words and not name and (front[-1] != words[-1]):  # 积善之家 第一章, 积善之家（第一章）
        name, words, points = words, "", 0
    elif words and not parted:
        return None
    extra = _EXTRA_FRONT.match(_SIGNS.sub("", front)) is not None
    lenient = core.unit == "章"  # prose hardly ever begins with it: 第一章风雪，夜归人
    form = points_of(core.unit) + points
    form -= prose_points(line, name, parted=parted, lenient=lenient)
    form -= core.unit == "回" and not parted and len(name) < _SHORT
    unit = "番外" if extra else canonical_unit(core.unit)
    first, last = (None, None) if extra else (core.first, core.last)
    name = line if extra else name
    level = "chapter" if extra else level_of(core.unit)
    return Heading(line, name, unit, level, first, last, outer, volume, form, words)


def _weigh_front(front: str) -> tuple[str, int | None]:
    """Return the unknown words before 第…章, and the points for all of it; None: it is prose."""
    words = _SIGNS.sub("", front)
    stripped = re.sub(rf"(?:{OPENING}|{CLOSING}|[:：])+$", "", words)
    if not stripped:
        return "", int(bool(front.strip()))
    if _KNOWN_FRONT.fullmatch(stripped) or _EXTRA_FRONT.fullmatch(stripped):
        return "", 1
    if _PROSE_FRONT.search(stripped):
        return "", None
    if stripped == words:
        return ("", None) if _PROSE_END.search(stripped) else (stripped, -2)
    return ("", 1) if _VOLUME_FRONT.fullmatch(stripped) else (stripped, -1)
