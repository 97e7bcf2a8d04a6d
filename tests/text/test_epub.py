"""Epubs as calibre, Sigil, pandoc and reading apps write them: every line once, under its title."""

from __future__ import annotations

from pathlib import Path

import pytest
from book_files import PROSE, P, cut, epub_of, lines, nav_of, ncx_of, read, xhtml, zip_of
from made_up import context_in

from pipeline.errors import DataError
from pipeline.stages.fetch import FetchConfig, fetch

TITLES = ("第一章　夜雨", "雨后", "第三章　归")
PAGES = {f"c{n}.xhtml": xhtml(P * 2) for n in range(3)}
ENTRIES = [(f"c{n}.xhtml", title) for n, title in enumerate(TITLES)]
EXPECTED = [line for title in TITLES for line in (title, PROSE, PROSE)]


def squeeze(found: list[str]) -> list[str]:
    return [line.replace("\u3000", "").replace(" ", "") for line in found]


@pytest.mark.parametrize("folder", ["OEBPS/", "", "EPUB/text/", "OPS/"])
@pytest.mark.parametrize("prefix", ["", "opf:"])
@pytest.mark.parametrize("kind", ["nav", "ncx", "both"])
def test_titles_come_from_the_contents_where_the_text_lacks_them(
    folder: str, prefix: str, kind: str
) -> None:
    contents = {"nav": nav_of(ENTRIES), "ncx": ncx_of(ENTRIES, prefix and "ncx:")}
    nav, ncx = (contents[key] if kind in (key, "both") else "" for key in ("nav", "ncx"))
    book = read("a.epub", epub_of(PAGES, folder=folder, prefix=prefix, nav=nav, ncx=ncx))
    assert squeeze(lines(book)) == squeeze(EXPECTED)
    assert book.documents[0].title == "夜雨集"
    assert book.documents[0].headings == {"第一章夜雨", "雨后", "第三章归"}


@pytest.mark.parametrize(
    "own",
    [
        "<h1>第一章 夜雨</h1>",
        "<h2 id='x'>第一章<br/>夜雨</h2>",
        "<p class='calibre3'>第一章</p><p>夜雨</p>",
        "<div><span>第一章　夜 雨</span></div>",
        "<h3>【第一章：夜雨】</h3>",
    ],
)
def test_a_title_that_the_text_has_is_not_put_twice(own: str) -> None:
    pages = {"c0.xhtml": xhtml(own + P)}
    book = read("a.epub", epub_of(pages, nav=nav_of(ENTRIES[:1])))
    assert len(lines(book)) == 2
    assert "第一章" in lines(book)[0]
    assert lines(book)[1] == PROSE


def test_titles_stand_where_the_contents_lead_to_within_a_page() -> None:
    page = xhtml(f"{P}<a id='one'></a><p>{PROSE}</p><div id='%'>{P}</div><p id='三'>尾。</p>")
    contents = nav_of([("c.xhtml#one", "一"), ("c.xhtml#%25", "二"), ("c.xhtml#%E4%B8%89", "三")])
    book = read("a.epub", epub_of({"c.xhtml": page}, nav=contents))
    assert lines(book) == [PROSE, "一", PROSE, "二", PROSE, "三", "尾。"]


def test_a_volume_without_a_link_stands_before_its_first_chapter() -> None:
    nav = xhtml(
        '<nav epub:type="toc"><ol><li><span>第一卷 风起</span><ol><li><a href="a.xhtml">一</a></li>'
        '<li><a href="b.xhtml">二</a></li></ol></li></ol></nav>'
    )
    book = read("a.epub", epub_of({"a.xhtml": xhtml(P), "b.xhtml": xhtml(P)}, nav=nav))
    assert lines(book) == ["第一卷 风起", "一", PROSE, "二", PROSE]


def test_a_lone_entry_that_is_no_heading_says_nothing_of_chapters() -> None:
    book = read(
        "a.epub", epub_of({"c.xhtml": xhtml(f"<h2>雨</h2>{P}")}, ncx=ncx_of([("c.xhtml", "Start")]))
    )
    assert lines(book) == ["雨", PROSE]
    assert book.documents[0].headings == {"雨"}


def test_volume_and_chapter_that_lead_to_one_place_are_both_put() -> None:
    contents = ncx_of(
        [("c0.xhtml", "第一卷 风起"), ("c0.xhtml", "第一章 夜雨"), ("c1.xhtml", "二")]
    )
    book = read("a.epub", epub_of({f"c{n}.xhtml": xhtml(P) for n in range(2)}, ncx=contents))
    assert lines(book) == ["第一卷 风起", "第一章 夜雨", PROSE, "二", PROSE]


def test_a_chapter_called_by_its_number_alone_is_put_below_its_volume() -> None:
    contents = ncx_of([("c.xhtml", "第一卷"), ("c.xhtml", "一"), ("d.xhtml", "二")])
    pages = {"c.xhtml": xhtml(f"<h1>第一卷</h1>{P}"), "d.xhtml": xhtml(P)}
    assert lines(read("a.epub", epub_of(pages, ncx=contents))) == [
        "第一卷",
        "一",
        PROSE,
        "二",
        PROSE,
    ]


def test_a_chapter_that_calibre_has_split_goes_on_without_a_title() -> None:
    pages = {f"text/part0003_split_00{n}.html": xhtml(P) for n in range(3)}
    contents = ncx_of([("text/part0003_split_000.html", "第一章")])
    assert lines(read("a.epub", epub_of(pages, ncx=contents))) == ["第一章", PROSE, PROSE, PROSE]


@pytest.mark.parametrize(
    "href", ["第二章.xhtml", "%E7%AC%AC%E4%BA%8C%E7%AB%A0.xhtml", "a%20b.xhtml", "C1.XHTML"]
)
def test_hrefs_may_be_chinese_encoded_or_of_another_case(href: str) -> None:
    contents = nav_of([(href.swapcase() if href == "C1.XHTML" else href, "第二章")])
    assert lines(read("a.epub", epub_of({href: xhtml(P)}, nav=contents))) == ["第二章", PROSE]


@pytest.mark.parametrize("names", ["gb18030", "big5", "utf-8"])
def test_names_of_an_encoding_that_nothing_tells_are_found(names: str) -> None:
    href = "第二章風.xhtml"
    contents = nav_of([(href, "第二章")])
    book = read("a.epub", epub_of({href: xhtml(P)}, nav=contents, names=names))
    assert lines(book) == ["第二章", PROSE]


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("gb18030", "gb2312"),
        ("gb18030", "GBK"),
        ("gb18030", "utf-8"),
        ("utf-8", "gb2312"),
        ("utf-16", "utf-16"),
        ("big5", "big5"),
    ],
)
def test_pages_are_read_in_the_encoding_that_they_are_in(encoding: str, declared: str) -> None:
    text = "他說這個人來了，我們不要走。" * 30
    if encoding == "gb18030":
        text = "他说这个人来了，我们不要走。镕㐀" * 30  # not in GB2312, not in GBK
    page = xhtml(f"<p>{text}</p>", head=f'<?xml version="1.0" encoding="{declared}"?>')
    book = read("a.epub", epub_of({"c.xhtml": page.encode(encoding)}))
    assert lines(book) == [text]
    told = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "big5": "big5hkscs"}
    assert book.documents[0].read_from == (told.get(encoding, encoding),)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<p>她&nbsp;走&mdash;了&#12290;&hellip;</p>", ["她\xa0走—了。…"]),
        ("<p>一<br/>二<br>三</p>", ["一", "二", "三"]),
        ("<p><![CDATA[a < b & c]]>了</p>", ["a < b & c了"]),
        ("<p>她<b>笑</b><i>了</i><span>。</span></p>", ["她笑了。"]),
        ("<p/><p>她</p><div/>走", ["她", "走"]),
        ("<p>她<!-- <p>不</p> -->走</p>", ["她走"]),
        ("<p>她\n  走</p>", ["她 走"]),
        ("<table><tr><td>一</td><td>二</td></tr></table>", ["一 二"]),
        ("<p>A & B</p><p>她", ["A & B", "她"]),
        ("<pre>一\n\n　　二</pre>", ["一", "　　二"]),
        ("<p><script>x<y</script>她<style>a{}</style></p>", ["她"]),
    ],
)
def test_what_pages_are_made_of(body: str, expected: list[str]) -> None:
    assert lines(read("a.epub", epub_of({"c.xhtml": xhtml(body)}))) == expected


def test_readings_notes_and_their_marks_are_left_out_and_recorded() -> None:
    page = xhtml(
        "<p><ruby>悟空<rp>(</rp><rt>wù kōng</rt><rp>)</rp></ruby>来了"
        '<a epub:type="noteref" href="#f1">1</a>。</p>'
        '<p>她走<sup><a id="r2" href="notes.xhtml#f2">[2]</a></sup>了'
        '<a id="r3" href="#f3">〔三〕</a>。</p>'
        '<aside epub:type="footnote" id="f1"><p>注一</p></aside>'
        '<p class="note" id="f3"><a href="#r3">〔三〕</a>注三</p>'
    )
    notes = xhtml('<p><a id="f2" href="c.xhtml#r2">[2]</a> 注二</p>')
    book = read("a.epub", epub_of({"c.xhtml": page, "notes.xhtml": notes}))
    assert lines(book) == ["悟空来了。", "她走了。"]
    assert cut(book, "reading") == ["wù kōng"]
    assert cut(book, "note mark") == ["1", "[2]", "〔三〕"]
    assert cut(book, "note") == ["注一", "〔三〕注三", "[2] 注二"]


@pytest.mark.parametrize("tag", ["p", "li", "div"])
def test_a_block_that_begins_with_a_link_to_its_mark_is_a_note(tag: str) -> None:
    """pandoc 2.17 drops the ids of paragraphs: marks lead nowhere, the links back are all."""
    pages = {
        "a.xhtml": xhtml(f'<p>猴<a id="r1" href="n.xhtml#n1">[1]</a>来。</p>{P}'),
        "n.xhtml": xhtml(
            f'<p>尾。</p><{tag}><a href="a.xhtml#r1">[1]</a> 一种兽。</{tag}>'
            '<p><a href="a.xhtml#r1">[2]</a> 没有这个注。</p>'
        ),
    }
    book = read("a.epub", epub_of(pages))
    assert lines(book) == ["猴来。", PROSE, "尾。", "[2] 没有这个注。"]
    assert cut(book, "note") == ["[1] 一种兽。"]


def test_a_note_that_the_contents_list_is_no_chapter() -> None:
    """calibre 6.13 lists the links of notes where it finds no other contents."""
    pages = {
        "a.xhtml": xhtml(
            f'<h1>第一章</h1><p>猴<sup><a href="#n1">[1]</a></sup>来。</p>{P}'
            '<p id="n1"><a href="#r1">[1]</a> 一种兽。</p>'
        )
    }
    ncx = ncx_of([("a.xhtml", "第一章"), ("a.xhtml#n1", "[1]")])
    assert lines(read("a.epub", epub_of(pages, ncx=ncx))) == ["第一章", "猴来。", PROSE]


def test_what_a_books_own_sheet_hides_is_left_out_and_recorded() -> None:
    link = (
        '<title/><link rel="stylesheet" href="../Styles/a.css"/><link rel="stylesheet" href="no"/>'
    )
    body = f'{P * 3}<p>他来<span class="wm">某某网</span>了。</p>'
    book = read(
        "a.epub",
        epub_of(
            {f"Text/{n}.xhtml": xhtml(body, title=link) for n in "ab"},
            more={"OEBPS/Styles/a.css": "p{margin:0} .wm{display:none}"},
        ),
    )
    assert lines(book) == [*[PROSE] * 3, "他来了。"] * 2
    assert cut(book, "hidden text") == ["某某网"] * 2


def test_what_only_looks_like_a_note_stays() -> None:
    page = xhtml(
        '<p>(1)</p><p><a href="#x">［１］</a></p><p>面积二<sup>2</sup>里。</p>'
        '<p>她<sup><a href="#">1</a></sup></p><p><a href="d.xhtml#top">一</a></p>'
        f'<div id="x">{P}</div><h2>［１］</h2>'
    )
    assert lines(read("a.epub", epub_of({"c.xhtml": page}))) == [
        *("(1)", "［１］", "面积二2里。", "她", "一", PROSE, "［１］")
    ]


def test_cover_contents_and_copyright_are_left_out_by_two_signs() -> None:
    listed = "".join(f'<p><a href="c{n}.xhtml">{title}</a></p>' for n, title in enumerate(TITLES))
    pages = {
        "cover.xhtml": xhtml("<p>夜雨集</p>"),
        "rights.xhtml": xhtml("<p>版权所有，翻印必究。</p>"),
        "toc.xhtml": xhtml(f"<h1>目录</h1>{listed}"),
        **PAGES,
        "aside.xhtml": xhtml("<p>不在正文里。</p>"),
    }
    guide = (
        '<guide><reference type="cover" href="cover.xhtml"/>'
        '<reference type="copyright-page" href="rights.xhtml"/></guide>'
    )
    data = epub_of(pages, ncx=ncx_of(ENTRIES), guide=guide, not_linear=["aside.xhtml"])
    book = read("a.epub", data)
    assert squeeze(lines(book)) == squeeze(EXPECTED)
    assert cut(book, "cover page") == ["夜雨集"]
    assert cut(book, "copyright page") == ["版权所有，翻印必究。"]
    assert cut(book, "page outside the reading order") == ["不在正文里。"]
    assert cut(book, "contents page") == ["\n".join(["目录", *TITLES])]


NOTED_P = P.replace("青棠", '青棠<a href="n.xhtml#n1"><sup>[1]</sup></a>')
ABOUT = "纸上人，一九七〇年生，著有《夜雨集》，现居杭州。"


@pytest.mark.parametrize(
    ("page", "title", "reason"),
    [
        (f"<h2>作者简介</h2><p>{ABOUT}</p>", "", "page about the book"),
        (f"<p>{ABOUT}</p>", "关于作者", "page about the book"),
        (
            "<p>图书在版编目（CIP）数据</p><p>ISBN 978-7-5327-0000-0</p><p>定价：32.00元</p>",
            "",
            "copyright page",
        ),
        ("<h1>版权页</h1><p>某某出版社</p><p>版次：2019年3月第1版</p>", "", "copyright page"),
        (
            "<h1>注释</h1><h2>第一章 归</h2><p>[1] 见《礼记》。</p><h2>第二章 去</h2><p>[2] 前</p>",
            "",
            "page of notes",
        ),
        (
            '<h2>第一章 归</h2><p id="n1">[1] 见《礼记》。</p><h2>第二章 去</h2>',
            "注释",
            "page of notes",
        ),
    ],
)
def test_a_page_that_is_no_part_of_the_text_is_no_chapter(
    page: str, title: str, reason: str
) -> None:
    chapters = {
        "a.xhtml": xhtml(f"<h1>第一章 归</h1>{NOTED_P}"),
        "b.xhtml": xhtml(f"<h1>第二章 去</h1>{P}"),
    }
    nav = [("a.xhtml", "第一章 归"), ("b.xhtml", "第二章 去"), ("n.xhtml", title)]
    contents = nav_of(nav) if title else ""
    book = read("a.epub", epub_of({**chapters, "n.xhtml": xhtml(page)}, nav=contents))

    assert lines(book) == ["第一章 归", PROSE, "第二章 去", PROSE]
    assert len(cut(book, reason)) == 1


@pytest.mark.parametrize(
    "page",
    [
        f"<h1>关于作者</h1>{P}",  # somebody speaks in it
        "<h1>注释</h1><p>他的一生不过是别人的一条注释。</p>",
        "<h1>第三章 版权</h1><p>封底印着定价：32元，</p><p>ISBN已模糊，</p><p>责任编辑是她。</p>",
        f"<h1>第三章 注</h1>{NOTED_P}<p id='n1'>[1] 见《礼记》。</p>",
    ],
)
def test_a_chapter_that_is_called_like_such_a_page_stays(page: str) -> None:
    chapters = {"a.xhtml": xhtml(f"<h1>第一章 归</h1>{P}"), "n.xhtml": xhtml(page)}
    book = read("a.epub", epub_of(chapters))

    assert len(lines(book)) > 3
    assert not any("page" in own.reason for own in book.cuts)


def test_the_nav_in_the_spine_is_no_text() -> None:
    nav = nav_of(ENTRIES)
    book = read("a.epub", epub_of({"nav.xhtml": nav, **PAGES}, nav=nav))
    assert squeeze(lines(book)) == squeeze(EXPECTED)


def test_a_chapter_that_a_guide_calls_the_cover_stays() -> None:
    guide = '<guide><reference type="cover" href="c0.xhtml"/></guide>'
    pages = {"c0.xhtml": xhtml(P * 20)}
    assert lines(read("a.epub", epub_of(pages, guide=guide))) == [PROSE] * 20


def test_every_missing_page_is_said() -> None:
    data = epub_of({"c0.xhtml": xhtml(P)}, spine='<itemref idref="p0"/><itemref idref="gone"/>')
    with pytest.raises(DataError, match="got none for 1 of 2, as gone; get the book anew"):
        read("a.epub", data)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.99])
def test_a_book_that_is_cut_off_is_refused(share: float) -> None:
    data = epub_of(PAGES)
    with pytest.raises(DataError, match="a whole zip archive, got one that is cut off or damaged"):
        read("a.epub", data[: int(len(data) * share)])


def test_encrypted_pages_are_refused_and_encrypted_fonts_are_not() -> None:
    def encryption(uri: str) -> dict[str, str | bytes]:
        return {
            "META-INF/encryption.xml": '<encryption xmlns:enc="x"><enc:EncryptedData>'
            f'<enc:CipherData><enc:CipherReference URI="{uri}"/></enc:CipherData>'
            "</enc:EncryptedData></encryption>"
        }

    with pytest.raises(DataError, match=r"without copy protection \(DRM\), got encrypted pages"):
        read("a.epub", epub_of(PAGES, more=encryption("OEBPS/c1.xhtml")))
    assert lines(read("a.epub", epub_of(PAGES, more=encryption("OEBPS/Fonts/a.ttf"))))


def test_entities_of_a_books_own_are_not_expanded() -> None:
    bomb = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    head = f'<!DOCTYPE html [<!ENTITY l0 "哈哈]">{bomb}<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    data = epub_of({"c.xhtml": xhtml("<p>她&l11;走&x;了</p>", head=head)})
    assert lines(read("a.epub", data)) == ["她&l11;走&x;了"]


@pytest.mark.parametrize("name", ["a.epub", "a.zip", "a.txt"])
def test_an_epub_is_told_by_what_is_in_it(name: str) -> None:
    data = zip_of({"OEBPS/readme": "x"} | {"a": b""})
    assert data  # a zip archive alone is none
    assert squeeze(lines(read(name, epub_of(PAGES, nav=nav_of(ENTRIES))))) == squeeze(EXPECTED)


@pytest.mark.parametrize("title", ["封面", "版权页", "作者简介", "内容简介"])
def test_a_page_that_is_a_picture_alone_is_no_chapter(title: str) -> None:
    pages = {"n.xhtml": xhtml('<img src="a.png"/>'), "a.xhtml": xhtml(f"<h1>第一章 归</h1>{P}")}
    nav = nav_of([("n.xhtml", title), ("a.xhtml", "第一章 归")])

    assert lines(read("a.epub", epub_of(pages, nav=nav))) == ["第一章 归", PROSE]


def test_pictures_alone_are_no_text() -> None:
    with pytest.raises(DataError, match="an epub with text, got 1 pages of pictures"):
        read("a.epub", epub_of({"c.xhtml": xhtml('<img src="a.png" alt="字"/>')}))


def test_fetch_takes_the_title_and_the_chapters_that_the_book_has(tmp_path: Path) -> None:
    path = tmp_path / "下载的书.epub"
    pages = {f"c{n}.xhtml": xhtml(P * 60) for n in range(3)}
    path.write_bytes(epub_of(pages, nav=nav_of(ENTRIES)))
    corpus = fetch(FetchConfig(source=str(path)), context=context_in(tmp_path))
    assert corpus.title == "夜雨集"
    assert [chapter.title for chapter in corpus.chapters] == list(TITLES)


@pytest.mark.parametrize(
    ("inner", "reason"),
    [
        (f'<p style="display:none">{PROSE}</p>', "hidden text"),
        (f'<p hidden="hidden">{PROSE}</p>', "hidden text"),
        (f"<template>{P}</template>", "hidden text"),
        ("<button>翻页</button>", "page furniture"),
        ("<svg><text>图一</text></svg>", "page furniture"),
    ],
)
def test_what_no_reader_is_shown_is_left_out_and_recorded(inner: str, reason: str) -> None:
    book = read("a.epub", epub_of({"c.xhtml": xhtml(f"<h2>第一章</h2>{P * 9}{inner}")}))
    assert lines(book) == ["第一章", *[PROSE] * 9]
    assert len(cut(book, reason)) == 1


@pytest.mark.parametrize(
    "inner",
    [
        f"<button>{PROSE}</button>",
        f"<object>{P}</object>",
        f"<svg><text>{PROSE}</text></svg>",
        f'<div style="display:none">{P}</div>',
    ],
)
def test_prose_stays_in_any_element_and_where_a_page_has_no_other(inner: str) -> None:
    assert lines(read("a.epub", epub_of({"c.xhtml": xhtml(f"<h2>第一章</h2>{inner}")}))) == [
        *("第一章", PROSE)
    ]


@pytest.mark.parametrize(
    "own",
    [
        "<h1>第一章</h1><h2 id='b'>夜雨</h2>",
        "<h1>第一章<br/><span id='b'>夜雨</span></h1>",
        "<div><h2>第一章</h2></div><div id='b'><h3>夜雨</h3></div>",
    ],
)
@pytest.mark.parametrize(
    "entries",
    [
        [],
        *([("c.xhtml", title)] for title in ("第一章", "夜雨", "第一章 夜雨")),
        [("c.xhtml", "第一章"), ("c.xhtml#b", "夜雨")],
        [("c.xhtml", "第一章 夜雨"), ("c.xhtml#b", "夜雨")],
    ],
)
def test_a_number_and_its_title_are_one_heading(own: str, entries: list[tuple[str, str]]) -> None:
    entries = [*entries, ("d.xhtml", "第二章")] if entries else []
    pages = {"c.xhtml": xhtml(own + P), "d.xhtml": xhtml(f"<h1>第二章</h1>{P}")}
    book = read("a.epub", epub_of(pages, nav=nav_of(entries) if entries else ""))
    assert lines(book) == ["第一章　夜雨", PROSE, "第二章", PROSE]
    assert book.documents[0].headings == {"第一章夜雨", "第二章"}


@pytest.mark.parametrize(
    "heads",
    [
        ("第一卷", "夜雨", "归"),
        ("第一章", "一", "二"),
        ("第一章", "楔子", "归"),
        ("第一章", "夜雨", "归"),
    ],
)
def test_the_headings_of_parts_stay_as_they_are(heads: tuple[str, str, str]) -> None:
    page = xhtml(f"<h1>{heads[0]}</h1><h2>{heads[1]}</h2>{P}<h2>{heads[2]}</h2>{P}")
    assert lines(read("a.epub", epub_of({"c.xhtml": page}))) == [
        *(heads[0], heads[1], PROSE, heads[2], PROSE)
    ]
