"""Pages of an epub that are no part of its text: cover, contents, copyright, author, notes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.text.books.package import Entry, Package
from pipeline.text.books.prose import NOTE, NOTE_MARK, Page
from pipeline.text.books.title_page import letters_of
from pipeline.text.chapters.headings import is_heading

_COVER = re.compile(r"封\s*面|cover(?:page)?|封\s*底|插\s*图|彩\s*[页頁插]", re.IGNORECASE)
_CONTENTS = re.compile(r"目\s*[录錄次]|(?:table of )?contents|toc", re.IGNORECASE)
_COPYRIGHT = re.compile(r"版\s*[权權](?:[页頁]|信息|声明)?|copyright(?:[- ]?page)?", re.IGNORECASE)
_ABOUT = re.compile(
    r"(?:作|著|译|譯|编|編|绘|繪)者(?:简介|簡介|介绍|介紹|小传|小傳)|[关關][于於](?:作|著|译|譯|编|編)者"
    r"|内容(?:简介|提要|介绍)|內容(?:簡介|提要|介紹)|编辑推荐|編輯推薦|媒体(?:推荐|评论)|媒體(?:推薦|評論)"
    r"|about the (?:authors?|translators?|book)",
    re.IGNORECASE,
)
_NOTES = re.compile(
    r"(?:本书|全书|全文|本書|全書)?(?:[注註][释釋解]|[尾脚腳附][注註])|(?:foot|end|rear)?-?notes",
    re.IGNORECASE,
)
# What an imprint tells; each is one sign.
_IMPRINT = (
    re.compile(r"ISBN|[书書]\s*[号號]\s*[:：]", re.IGNORECASE),
    re.compile(r"CIP|在版[编編]目"),
    re.compile(r"出版[发發]行|出\s*版\s*(?:社|者|人)?\s*[:：]|出版社$", re.MULTILINE),
    re.compile(r"定\s*[价價]\s*[:：]?\s*[￥¥\d]"),
    re.compile(r"印\s*[刷张張次数數]\s*[:：]|印刷(?:厂|廠|公司)|第\s*\d+\s*次印刷"),
    re.compile(r"版\s*次\s*[:：]|\d{4}\s*年\s*\d+\s*月第\s*\d+\s*版"),
    re.compile(r"[开開]\s*本\s*[:：]|字\s*[数數]\s*[:：]"),
    re.compile(r"[责責]任[编編][辑輯]|装帧设计|封面设计|裝幀設計|封面設計"),
    re.compile(r"版权所有|版權所有|翻印必究|copyright|©", re.IGNORECASE),
)
_LEAST_IMPRINT = 3  # of these signs
_NUMBERED = re.compile(
    r"\s*(?:[\[［〔【(（]\s*(?:[注註]\s*)?[\d一二三四五六七八九十]{1,4}\s*[\]］〕】)）]|[①-⑳⑴-⒇]"
    r"|\d{1,4}\s*[.．、 ]|[*＊†])"
)
_SPEECH = re.compile("[：，。！？][“「]")
_LONGEST_COVER = 200  # characters
_LONGEST_COPYRIGHT = 2_000
_LONGEST_ABOUT = 2_000
_LINKED = 0.6  # of the characters of a page that is nothing but contents
_MOST = 0.6  # of the lines of a page of notes are notes
_LEAST_CONTENTS = 3  # lines


def why_left_out(path: str, page: Page, package: Package) -> str:
    """Return why a page is no part of the text, "" for one that is.

    Two things speak for it: what the book or its first line calls it, and what it holds.
    """
    if not page.lines:
        return ""
    if path in package.contents or _is_contents(page, package.entries):
        return "contents page"
    kind = package.kinds.get(path, "")
    titles = [kind, *(entry.title for entry in package.entries if entry.path == path)][:2]
    own = [*titles, page.lines[0].text]
    characters = page.characters()
    if characters <= _LONGEST_COVER and any(map(_COVER.fullmatch, titles)):
        return "cover page"
    if characters <= _LONGEST_COPYRIGHT and (
        any(map(_COPYRIGHT.fullmatch, titles)) or _is_imprint(page)
    ):
        return "copyright page"
    if characters <= _LONGEST_COVER and any(map(_CONTENTS.fullmatch, titles)):
        return "contents page"
    if characters <= _LONGEST_ABOUT and any(map(_ABOUT.fullmatch, own)) and not _speaks(page):
        return "page about the book"
    return "page of notes" if _holds_notes(page, titled=any(map(_NOTES.fullmatch, own))) else ""


def is_front(title: str) -> bool:
    """Return whether a title is that of a page without a text of its own, as a cover's."""
    return any(own.fullmatch(title) for own in (_COVER, _CONTENTS, _COPYRIGHT, _ABOUT, _NOTES))


def _is_contents(page: Page, entries: Sequence[Entry]) -> bool:
    """Return whether a page is a list of links, or of the titles that the contents have."""
    if len(page.lines) < _LEAST_CONTENTS:
        return False
    if page.links > _LINKED * page.characters():
        return True
    titles = {letters_of(entry.title) for entry in entries}
    known = sum(letters_of(line.text) in titles for line in page.lines)
    return known >= _LEAST_CONTENTS and known > _LINKED * len(page.lines)


def _is_imprint(page: Page) -> bool:
    """Return whether a page without speech tells who has printed the book, where and when."""
    text = "\n".join(line.text for line in page.lines)
    named = _COPYRIGHT.fullmatch(page.lines[0].text) is not None
    found = sum(sign.search(text) is not None for sign in _IMPRINT)
    told = _speaks(page) or any(is_heading(line.text) for line in page.lines)
    return named + found >= _LEAST_IMPRINT and not told


def _speaks(page: Page) -> bool:
    """Return whether somebody speaks in a page, as in a story."""
    return any(_SPEECH.search(line.text) for line in page.lines)


def _holds_notes(page: Page, *, titled: bool) -> bool:
    """Return whether a page holds nothing but notes and headings of the chapters that they are to.

    Those that marks lead to are in its cuts already. Where some of the marks stand in the page
    itself it is a text.
    """
    reasons = {own.reason for own in page.cuts}
    if NOTE_MARK in reasons:
        return False
    rest = [line for line in page.lines if not (line.level or is_heading(line.text))]
    rest = [line for line in rest if _NOTES.fullmatch(line.text) is None]
    if NOTE in reasons and not rest:
        return True
    numbered = sum(_NUMBERED.match(line.text) is not None for line in rest)
    return titled and len(rest) > 0 and numbered >= _MOST * len(rest)
