"""Lines that web sites and libraries put into novels, told from the novel's own lines.

Cutting a narrative line is worse than keeping an advertisement: every rule asks for two signs, and
a line that speaks like a story is let through.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.text.chapters.headings import is_heading

_MAX_ADVERT = 60  # characters
_INLINE_SIGNS = 3  # asked of a stretch inside a longer line
_NEEDED_SIGNS = 2

# A host's label has at most 63 characters (RFC 1035). Without bounds, and were a label not taken
# whole (++), a long run of letters and dots would be read once for each of its characters.
_URL = re.compile(
    r"(?:https?://|www\.)[\w./\-?=&%#]+"
    r"|\b[\w\-]{1,63}+(?:\.[\w\-]{1,63}+){0,8}\.(?:com|net|org|cn|cc|info|xyz|top)\b/?",
    re.ASCII | re.IGNORECASE,
)
# One sign each; a line with one of _SURE alone is an advertisement when nothing narrates in it.
_SIGNS = re.compile(
    r"小说(?:网|阅读|下载|站)|小说吧|文学(?:网|支持|城)|无广告|无弹窗|更新(?:更快|最快)|本站|全文字版"
    r"|书友|阅读网|手打|最新网址|电子书|免费(?:下载|阅读)|请?支持正版|月票|推荐票|加入书架"
    r"|网址|客户端|公众号|微信号|扫码|[QＱ]{2}群|全本|首发|更新管理员|点此(?:察|查)看",
    re.IGNORECASE,
)
_SURE = re.compile(
    r"txt\s*(?:全[集本]|小说|电子书)?\s*(?:免费)?下载|更多精彩|手机(?:阅读|用户请|看书)|最新章节"
    r"|本书(?:由|来自|下载).*(?:整理|制作|上传|首发|校对|提供|收集)|请(?:大家)?收藏|求(?:月票|推荐|收藏|订阅|票)"
    r"|请记住(?:本站|本书)|天才一秒记住|本章(?:未完|完)|未完待续|加入书签|返回(?:目录|书页)"
    r"|上一[章页].*下一[章页]|点击下一页|转载请注明|(?:声明|版权).*仅供|仅供(?:试看|试读|学习交流)"
    r"|e-?text prepared by|^produced by|project gutenberg",
    re.IGNORECASE,
)
_NARRATIVE = re.compile(r"[他她]|我(?!们)|[“”「」『』‘’]|[说道想看读听问][着了道]|了(?:[，。一]|$)")
_NOISE = re.compile(r"[\^~*～|_·\s]")  # strewn into words so that filters miss them: 小^说*网
_RULE = re.compile(r"[\s\-=*_~#+·—─━═＝＊※◇◆☆★○●□■|]+")
_STRETCH = re.compile(
    rf"(?:^|(?<=[。！？!?”」\s]))[^。！？!?“”「」]{{0,{_MAX_ADVERT}}}?(?:{_URL.pattern}|[!！。])",
    re.ASCII | re.IGNORECASE,
)
_GUTENBERG_START = re.compile(r"\*\*\*\s*START OF (?:THE|THIS) PROJECT GUTENBERG", re.IGNORECASE)
_GUTENBERG_END = re.compile(
    r"\*\*\*\s*END OF (?:THE|THIS) PROJECT GUTENBERG|^\s*End of (?:the )?Project Gutenberg",
    re.IGNORECASE,
)


def cut_gutenberg(lines: Sequence[str]) -> tuple[list[str], int]:
    """Return the lines between Project Gutenberg's marks, and how many others held text."""
    starts = [i for i, line in enumerate(lines) if _GUTENBERG_START.search(line)]
    first = starts[0] + 1 if starts else 0
    ends = [i for i in range(first, len(lines)) if _GUTENBERG_END.search(lines[i])]
    stop = ends[0] if ends else len(lines)
    outside = [*lines[:first], *lines[stop:]]
    return list(lines[first:stop]), sum(bool(line.strip()) for line in outside)


def cut_adverts(lines: Sequence[str]) -> tuple[list[str], int]:
    """Return the lines without advertising, and how many lines lost all or part of their text."""
    kept: list[str] = []
    removed = 0
    for line in lines:
        if is_advert(line):
            removed += 1
            continue
        rest = cut_inline(line)
        removed += rest != line
        kept.append(rest)
    return kept, removed


def is_advert(line: str) -> bool:
    """Return whether a whole line is advertising or a rule of dashes or stars.

    It is at most 60 characters long, is no heading, and is an address with almost nothing beside
    it, or tells nothing and holds one phrase that says it all or two signs (three before 。).
    """
    text = line.strip()
    if not 0 < len(text) <= _MAX_ADVERT or is_heading(text):
        return False
    if len(text) >= 2 and _RULE.fullmatch(text) and not re.fullmatch(r"[·—]+", text):
        return True
    if len(_NOISE.sub("", _URL.sub("", text))) <= 6 and _URL.search(text):
        return True
    if _NARRATIVE.search(text):
        return False
    if _SURE.search(text) or _SURE.search(_NOISE.sub("", text)):
        return True
    sentence = text.endswith(("。", "．"))  # adverts shout or have no full stop
    return _count_signs(text) >= _NEEDED_SIGNS + sentence


def _count_signs(text: str) -> int:
    """Return how many signs of advertising a stretch of text has."""
    plain = _NOISE.sub("", text)
    phrases = {found.group() for pattern in (_SIGNS, _SURE) for found in pattern.finditer(plain)}
    return len(phrases) + (_URL.search(text) is not None)


def cut_inline(line: str) -> str:
    """Take advertising out of a narrative line: a sentence, or what ends in an address."""
    if not (_URL.search(line) or _SIGNS.search(line)):
        return line
    return _STRETCH.sub(lambda found: "" if _is_inline(found.group()) else found.group(), line)


def _is_inline(stretch: str) -> bool:
    return _count_signs(stretch) >= _INLINE_SIGNS and not _NARRATIVE.search(stretch)
