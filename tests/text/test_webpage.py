"""Saved web pages: the chapter's text whole, whatever its encoding, and nothing else."""

from __future__ import annotations

import pytest
from book_files import PROSE, P, cut, lines, read
from growth import TIMES, assert_linear

from pipeline.text.books.document import Document, Limits
from pipeline.text.books.webpage import read_webpage

TEXT = "他说这个人来了，我们不要走。"


def page(body: str, *, head: str = "", title: str = "第一章 夜雨_山海集_某小说网") -> str:
    return (
        f"<!DOCTYPE html><html><head>{head}<title>{title}</title></head><body>{body}</body></html>"
    )


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("gb18030", "gb2312"),
        ("gb18030", "gbk"),
        ("gb18030", "utf-8"),
        ("gb18030", "windows-1252"),
        ("gb18030", "no-such-thing"),
        ("gb18030", ""),
        ("utf-8", "gb2312"),
        ("utf-8", "iso-8859-1"),
        ("utf-8-sig", "gbk"),
        ("utf-16", "utf-8"),
        ("big5", "big5"),
        ("big5", "gbk"),
    ],
)
@pytest.mark.parametrize("times", [3, 400])
def test_the_encoding_is_found_whatever_is_declared(
    encoding: str, declared: str, times: int
) -> None:
    text = TEXT if encoding != "big5" else "他說這個人來了，我們不要走。"
    text = (text + ("镕㐀𠮷" if encoding == "gb18030" else "")) * times
    meta = f'<meta charset="{declared}">' if declared else ""
    data = page(f"<h1>第一章</h1><p>{text}</p>", head=meta, title="").encode(encoding)
    book = read("a.html", data)
    assert lines(book) == ["第一章", text]
    told = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "big5": "big5hkscs"}
    assert book.documents[0].read_from == (told.get(encoding, encoding),)


def test_one_lost_byte_garbles_no_more_than_its_line() -> None:
    data = bytearray(page(f"<p>{TEXT}</p>" * 100, head='<meta charset="gb2312">').encode("gbk"))
    place = data.find("我们".encode("gbk"))
    del data[place]
    found = lines(read("a.html", bytes(data)))
    assert found[1].startswith("他说这个人来了，")
    assert found[2:] == [TEXT] * 99


def test_what_stands_around_the_text_is_left_out_and_recorded() -> None:
    before = (
        '<div class="header"><a href="/">首页</a> <a href="/a">玄幻</a></div><nav>导航：书架</nav>'
        '<ul><li><a href="1">排行榜</a></li><li><a href="2">书库</a></li></ul>'
        '<h1><a href="#">第一章 夜雨</a></h1>'
    )
    behind = [
        '<div class="bottem"><a href="0">上一章</a> | <a href="2">下一章</a></div>',
        '<div id="footer">本站所有小说均由网友上传。</div>',
        '<div style="display: none">藏起来的字</div>',
        "<select><option>第一章</option></select>",
        '<div class="comment-list"><p>好看！</p></div>',
    ]
    body = f'{before}<div id="content">{P * 20}</div>{"".join(behind)}'
    book = read("a.html", page(body).encode())
    assert lines(book) == ["第一章 夜雨", *[PROSE] * 20]
    left_out = " ".join(cut(book, "page furniture"))
    for word in ("首页", "书架", "排行榜", "下一章", "网友", "第一章", "好看"):
        assert word in left_out
    assert cut(book, "hidden text") == ["藏起来的字"]
    around = {(own.line, own.text.split()[0]) for own in book.cuts}
    assert {(1, "首页"), (1, "导航：书架"), (22, "上一章"), (22, "好看！")} <= around


def test_a_list_of_links_is_left_out_line_by_line() -> None:
    links = "".join(f'<h2><a href="{n}">夜雨集{n}</a></h2>' for n in range(1, 5))
    book = read("a.html", page(links, title="").encode())
    assert book.documents == ()
    assert [(own.line, own.text) for own in book.cuts] == [(n, f"夜雨集{n}") for n in range(1, 5)]


@pytest.mark.parametrize(
    "body",
    [
        "".join(f'<div class="page">{P * 3}</div>' for _ in range(20)),
        f'<div id="top">{P * 2}</div><div class="text">{P * 58}</div>',
        f'<div class="tips"><p>{PROSE}</p></div>{P * 59}',
        f"<table><tr><td>{P * 60}</td></tr></table>",
        f'<div class="content">{PROSE}<br><br>' + f"&nbsp;&nbsp;{PROSE}<br/>\n" * 59 + "</div>",
        f"<pre>{chr(10).join([PROSE] * 60)}</pre>",
        f"<div>{(chr(10) + chr(12288) * 2).join([PROSE] * 60)}</div>",
        f"<p>{PROSE}" * 60,
        "\n".join([PROSE] * 60),
        "<div>" * 600 + P * 60,
        f"<form>{P * 30}</form>{P * 30}",
        f'{P * 30}<div aria-hidden="true">{P}</div>{P * 29}',
        *(
            f'{P * 30}<div class="{name}">{P}</div>{P * 29}'
            for name in ("comment", "chapter-comment", "menu", "md:block hidden")
        ),
        *(
            f"{P * 30}<{name}>{P}</{name}>{P * 29}"
            for name in ("aside", "nav", "footer", "dialog", "button", "object", "noscript")
        ),
        f'{P * 30}<p><a href="#">{PROSE}</a></p>{P * 29}',
        f'<p><a href="#">{PROSE}</a></p>' * 60,
    ],
)
def test_prose_stays_wherever_it_stands(body: str) -> None:
    found = [line.strip("\u3000\xa0 ") for line in lines(read("a.html", page(body).encode()))]
    assert found == ["第一章 夜雨", *[PROSE] * 60]


@pytest.mark.parametrize(
    ("around", "reason"),
    [
        (
            '<aside><a href="1">他的书：雨夜里有人来了。</a><a href="2">山海</a></aside>',
            "page furniture",
        ),
        ("<aside>热门　书库　完本</aside>", "page furniture"),
        ("<footer>如有侵权，请联系我们删除。</footer>", "page furniture"),
        ("<form>用户名　密码<button>登录</button></form>", "page furniture"),
        (f'<div class="comment">{P}<p>2024-05-06 12:30</p></div>', "page furniture"),
        (
            '<ul><li><a href="1">第一章 雨</a></li><li><a href="2">谁来了！</a></li></ul>',
            "page furniture",
        ),
        (f'<div class="comment-list"><b>书友甲</b>{P * 3}<b>书友乙</b>{P}</div>', "page furniture"),
        (f'<ul id="comments"><li>{P}</li></ul><footer>下一章</footer>', "page furniture"),
        (f"<template>{P}</template>", "hidden text"),
        (f"<div hidden>{P}</div>", "hidden text"),
    ],
)
def test_what_two_things_speak_for_is_left_out(around: str, reason: str) -> None:
    book = read("a.html", page(f"<h1>第一章 夜雨</h1>{P * 20}{around}").encode())
    assert lines(book) == ["第一章 夜雨", *[PROSE] * 20]
    assert cut(book, reason)


def test_a_link_that_is_a_sentence_of_the_story_stays() -> None:
    body = f'<h1>第一章 夜雨</h1>{P * 9}<p><a href="#">“你来啦。”</a></p>{P}'
    assert lines(read("a.html", page(body).encode()))[10] == "“你来啦。”"


def test_numbered_ids_that_links_lead_to_name_no_part() -> None:
    """calibre 6.13 calls every place that a link leads to calibre_link-N in its .htmlz."""
    heads = "".join(
        f'<h2 id="made_link-{n}">第{n}章 夜雨</h2><p id="made_link-{n}0">雨水滴在石头上</p>{P * 9}'
        for n in (1, 2)
    )
    links = "".join(f'<p><a href="#made_link-{n}">第{n}章</a></p>' for n in (1, 2, 10, 20))
    found = lines(read("a.html", page(f"<div>{links}</div>{heads}").encode()))
    poem = "雨水滴在石头上"
    assert found == ["第1章 夜雨", poem, *[PROSE] * 9, "第2章 夜雨", poem, *[PROSE] * 9]


@pytest.mark.parametrize(
    ("sheet", "tag"),
    [
        (".ad{display:none}", 'p class="x ad"'),
        (".a,\n p.ad.x { color:red; DISPLAY : none !important }", 'p class="x ad"'),
        ("/* .b{} */ #ad{visibility:hidden}", 'p id="ad"'),
        ("@media screen{q{display:none}}", "q"),
        ("@font-face{src:url(x)}@media print{p{display:none}} .ad{display:none}", 'p class="ad"'),
        (".ad{display:block}.ad{display:none}", 'p class="ad"'),
    ],
)
def test_what_a_style_sheet_hides_is_left_out_and_recorded(sheet: str, tag: str) -> None:
    """What it says of tags, classes and ids alone; of print, places and states it says nothing."""
    head = f"<style>{sheet}</style>"
    body = f"<h1>第一章 夜雨</h1>{P * 20}<{tag}>{TEXT}</{tag.split()[0]}>{P}"
    book = read("a.html", page(body, head=head).encode())
    assert (lines(book), cut(book, "hidden text")) == (["第一章 夜雨", *[PROSE] * 21], [TEXT])


@pytest.mark.parametrize(
    "sheet",
    [
        "p{display:none}",  # most of the page: a script shows it
        "@media print{.ad{display:none}}",
        ".ad{display:none}.ad{display:block}",
        "div .ad{display:none}.ad:hover{display:none}.ad>p{display:none}[class]{display:none}",
        ".ad{display:none",  # a browser would hide it; a sheet that is cut off is not believed
        "}}}{{{;.ad.other{display:none}",
        "h1{display:none}",
    ],
)
def test_what_sheets_do_not_plainly_hide_stays(sheet: str) -> None:
    body = f'<h1>第一章 夜雨</h1>{P * 20}<p class="ad">{TEXT}</p>'
    found = lines(read("a.html", page(body, head=f"<style>{sheet}</style>").encode()))
    assert found == ["第一章 夜雨", *[PROSE] * 20, TEXT]


@pytest.mark.parametrize("name", ["a.htm", "a.xhtml", "a.txt", "a"])
def test_a_page_is_told_by_its_name_or_by_how_it_begins(name: str) -> None:
    assert lines(read(name, page(f"<h1>第一章</h1>{P}").encode())) == ["第一章", PROSE]


def test_a_page_of_links_has_no_text() -> None:
    data = page('<ul><li><a href="1">第一章</a></li></ul>', title="目录").encode()
    found = read_webpage(Document("a.html", data), Limits())
    assert found.documents == ()
    assert [own.text for own in found.cuts] == ["第一章"]


def test_the_sites_name_is_no_heading() -> None:
    assert lines(read("a.html", page(P, title="山海集-某小说网").encode())) == [PROSE]


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    ['<div class="menu">他走了，', '<span class="menu">他走了。', "<a><p>他走了。", "<b>他"],
)
def test_no_page_takes_long(piece: str) -> None:
    def text(characters: int) -> bytes:
        return page(piece * (characters // len(piece))).encode()

    assert_linear(lambda data: read("a.html", data), text(300_000 // TIMES), text(300_000))


def test_a_list_of_links_leaves_no_name_but_a_volume_s_page_does() -> None:
    links = "".join(f'<li><a href="{n}.htm">第{n}章 灯</a></li>' for n in range(1, 5))
    reading = read("index.htm", page(f"<h1>山海集</h1><ul>{links}</ul>", title="").encode())
    assert not reading.documents
    assert [own.text for own in reading.cuts][-1] == "山海集"
    assert lines(read("v1.htm", page(f"<h1>第一卷</h1><ul>{links}</ul>", title="").encode())) == [
        "第一卷"
    ]
