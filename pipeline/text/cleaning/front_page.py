"""The title page that a plain text begins with: its title, its author, data such as 状态：完结."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

from pipeline.chinese import has_chinese
from pipeline.text.chapters.headings import is_heading, may_be_heading
from pipeline.text.cleaning.lines import Line
from pipeline.text.cuts import Cut

TITLE_PAGE = "title page"
TITLE_LABEL = r"(?:书\s*名|書\s*名|小说名|作品名称?)"  # before a book's title
_LOOKED_AT = 12  # lines with text
_LONGEST = 30  # characters of a title
_VALUE = r"\s*[^。！？；，“”「」『』]{1,30}"
_AFTER_LABEL = rf"(?:[】\]]\s*[:：]?|\s*[:：]){_VALUE}"
_AUTHOR = re.compile(
    rf"[【\[]?(?:作\s*者|著\s*者|原\s*著|文|by)(?:{_AFTER_LABEL}|(?<=文)\s*[/／]\s*\S{{1,20}})"
    r"|(?:作者|著者)\s+\S{1,20}|\S{1,15}\s+(?:编著|原著|[著撰编譯译])",
    re.IGNORECASE,
)
_TITLED = re.compile(rf"[【\[]?{TITLE_LABEL}{_AFTER_LABEL}")
_DATUM = re.compile(
    r"[【\[]?(?:译者|譯者|插[画畫图圖](?:师|師)?|录入|錄入|扫[图描]|掃[圖描]|校对|校對"
    r"|出版(?:社|时间|日期)?|书号|ISBN|分类|分類|类[别型]|類[別型]|标签|標籤|状态|狀態|进度"
    r"|(?:连载|更新|完成|作品|写作)(?:状态|狀態|进度|时间|日期)|最后更新|总?字[数數]|全文字[数數]|来源|來源|首发)"
    rf"{_AFTER_LABEL}(?:[\s|｜]+\S{{1,6}}{_AFTER_LABEL})*",
    re.IGNORECASE,
)
_NO_TITLE = re.compile(r"[。！？；，!?;,：:…“”「」]")


def cut_front_page(lines: Sequence[Line]) -> tuple[list[Line], list[Cut]]:
    """Return a text's lines without its title page, and what was cut.

    Two things speak for each line: that it stands before the text, and what it says of the book in
    the form of such pages. The title has the author below it; one that no heading follows stays,
    as it may be that of the only chapter.
    """
    first = _first_lines(lines)
    titled = bool(first) and _may_be_title(lines[first[0]].text)
    page = _data(lines, first[titled:])
    if not any(_AUTHOR.fullmatch(lines[at].text.strip()) for at in page):
        return list(lines), []
    if titled and _is_over_heading(lines, page[-1] + 1):
        page.insert(0, first[0])
    elif not titled and not _is_over_heading(lines, page[-1] + 1, near=True):
        return list(lines), []
    gone = set(page)
    return [line for at, line in enumerate(lines) if at not in gone], [
        Cut(TITLE_PAGE, "", lines[at].number, lines[at].text.strip()) for at in page
    ]


def _first_lines(lines: Sequence[Line]) -> list[int]:
    """Return where the first lines with text stand, up to a heading."""
    places: list[int] = []
    for at, line in enumerate(lines):
        if not line.text.strip():
            continue
        if len(places) == _LOOKED_AT or is_heading(line.text):
            break
        places.append(at)
    return places


def _may_be_title(text: str) -> bool:
    """Return whether a line may be a book's title: short, in Chinese, without marks."""
    text = text.strip()
    if _TITLED.fullmatch(text):
        return True
    short = len(text) <= _LONGEST and has_chinese(text) and not _NO_TITLE.search(text)
    return short and not _is_datum(text)


def _data(lines: Sequence[Line], places: Sequence[int]) -> list[int]:
    """Return the first places, as far as their lines say something of the book."""
    page: list[int] = []
    for at in places:
        if not _is_datum(lines[at].text.strip()):
            break
        page.append(at)
    return page


def _is_datum(text: str) -> bool:
    return any(form.fullmatch(text) for form in (_AUTHOR, _TITLED, _DATUM))


def _is_over_heading(lines: Sequence[Line], start: int, *, near: bool = False) -> bool:
    """Return whether a heading follows, in the next line with text if it has to be `near`."""
    following = (line.text for line in islice(lines, start, None) if line.text.strip())
    if near:
        return may_be_heading(next(following, ""))
    return any(map(may_be_heading, following))
