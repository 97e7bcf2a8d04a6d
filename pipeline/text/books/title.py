"""A novel's title as people write it: what the text itself says, else what it was called.

In this order: a line such as 书名：…; 《…》 at the start of a line before the first chapter; a
short line that stands alone above the first chapter; the source's own name without what web sites
add.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from pipeline.chinese import has_chinese
from pipeline.shown import shown
from pipeline.text.books.address import last_name
from pipeline.text.books.novels import NOVELS
from pipeline.text.chapters.headings import is_heading, read_heading
from pipeline.text.cleaning.adverts import is_advert
from pipeline.text.cleaning.front_page import TITLE_LABEL

LOOKED_AT = 200  # lines from the start of a text in which its title is looked for

_LONGEST = 40  # characters of a title
_LONGEST_LINE = 60  # of a line with a title in it
_LONGEST_ALONE = 20  # of a line that is nothing but a title
_QUOTED_WITHIN = 3  # lines of a text without chapters in which 《…》 is its own title
_LABELLED = re.compile(
    rf"[\W_]*(?:{TITLE_LABEL}|title)(?:[】\]]?\s*[:：]|[】\]])\s*(?P<title>.+)",
    re.I,
)
_QUOTED = re.compile(r"[^\w《]{0,10}《(?P<title>[^《》]{1,40})》")
_AUTHOR = re.compile(r"[\s/|·,，—\-]*(?:作\s*者|著\s*者|文\s*案|by)\s*[:：].*", re.I)
_BY = re.compile(r"\s+\S{1,12}\s*[著撰作编]$")  # 红楼梦 曹雪芹 著
_NO_TITLE = re.compile(
    r"[。！？；，!?;,：:…“”「」]|^(?:目\s*[录錄次]|内容?简介|简介|文案|正文|作者|著者|前言|序言?|声明|版权)"
)
_PLACEHOLDER = re.compile(r"未知.{0,2}|未命名.{0,2}|无标题|無標題|无题|書名|书名|标题")
_SITE_TAG = re.compile(
    r"【[^【】]*】|\[[^\[\]]*\]|[(（][^()（）]*(?:www|\.(?:com|net|org|cn|cc|info)|精校|校对|完[结整本]|全[本集]"
    r"|下载|作者|txt|版)[^()（）]*[)）]",
    re.I,
)
_SITE_WORD = re.compile(
    r"[\s_\-]*(?:www\.\S+|txt(?:全[集本]|下载)?|全[集本](?:下载)?|(?:精校|完结|完整|校对)版?)$",
    re.I,
)


def novel_title(first_lines: Sequence[str], source_name: str) -> str:
    """Return the title of a novel, "" where nothing names it.

    Parameters
    ----------
    first_lines
        How the text begins, before anything has been cut from it; `LOOKED_AT` lines are enough.
    source_name
        The name in the catalogue, an address, or the name of the file or folder.

    Returns
    -------
    str
        At most 40 characters, without control characters and without an address's query.
    """
    catalogued = source_name.strip("《》 ")
    if catalogued in NOVELS:
        return catalogued
    lines = [line.strip("\ufeff \t\r\u3000") for line in first_lines[:LOOKED_AT]]
    lines = [line for line in lines if line]
    heading = next((place for place, line in enumerate(lines) if is_heading(line)), None)
    before = _QUOTED_WITHIN if heading is None else heading + 1
    found = _match(_LABELLED, lines[: heading or None]) or _match(_QUOTED, lines[:before])
    if not found and heading:
        found = _alone(lines[0])
    return _bounded(found or _from_name(source_name))


def own_title(told: str) -> str:
    """Return the title that a book tells beside its text, "" where that is none.

    >>> own_title("《夜雨集》作者：佚名"), own_title("未知"), own_title("Unknown")
    ('夜雨集', '', '')
    """
    title = novel_title((), told) if has_chinese(told) else ""
    return "" if _PLACEHOLDER.fullmatch(title) else title


def _match(pattern: re.Pattern[str], lines: Sequence[str]) -> str:
    """Return the title in the first line that a pattern finds one in."""
    for line in lines:
        found = pattern.match(line) if len(line) <= _LONGEST_LINE else None
        if found and (title := _trimmed(found["title"])):
            return title
    return ""


def _alone(line: str) -> str:
    """Return the title that the first line is, if it is short and neither prose nor advertising."""
    title = _trimmed(_BY.sub("", line)) if len(line) <= _LONGEST_LINE else ""
    heading = read_heading(line)  # 一、夜雨 is the first chapter's, not the book's
    numbered = heading is not None and heading.first is not None
    plain = 0 < len(title) <= _LONGEST_ALONE and has_chinese(title) and not numbered
    return title if plain and not _NO_TITLE.search(title) and not is_advert(title) else ""


def _trimmed(title: str) -> str:
    """Return a title without its marks and without the author behind it."""
    return _AUTHOR.sub("", title).strip("《》〈〉【】[]\"'“”「」『』 \t\u3000")


def _from_name(source_name: str) -> str:
    """Return the title that the name of a file, a folder or an address gives."""
    name = last_name(source_name) if "://" in source_name else source_name
    stem = PurePosixPath(name).name
    stem = re.sub(r"\.(?:txt|text|epub|zip|rar|7z|x?html?|docx|mobi|azw3?)$", "", stem, flags=re.I)
    quoted = re.search(r"《([^《》]{1,40})》", stem)
    if quoted:
        return quoted[1]
    title = _trimmed(_SITE_TAG.sub("", stem))
    while (shorter := _SITE_WORD.sub("", title)) and shorter != title:
        title = shorter
    return title or stem or source_name


def _bounded(title: str) -> str:
    return shown(" ".join(title.split()), _LONGEST)
