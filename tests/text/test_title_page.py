"""The title page of a book goes by two signs, in every form; a chapter's own title never does."""

from __future__ import annotations

import pytest
from book_files import PROSE, P, cut, docx_of, epub_of, lines, nav_of, paragraph, read, xhtml
from test_mobi import mobi_of

from pipeline.text.books.title_page import title_lines
from pipeline.text.cleaning.clean import clean

STYLES = '<w:styles><w:style w:styleId="1"><w:name w:val="heading 1"/></w:style></w:styles>'
CORE = "<cp><dc:title>夜雨集</dc:title><dc:creator>纸上人</dc:creator></cp>"
CHAPTER = f"<h1>第一章 归</h1>{P}"


@pytest.mark.parametrize(
    ("texts", "count"),
    [
        (["《夜雨集》", "作者：纸上人", "她走了。"], 2),
        (["夜雨集", "某某　著", "她走了。"], 2),
        (["某某　著", "夜雨集", "她走了。"], 0),
        (["纸上人", "她走了。"], 0),
        (["夜雨集", "某某著", "她走了。"], 1),
        (["她走了。", "夜雨集"], 0),
        (["夜雨集"], 0),
    ],
)
def test_the_lines_that_a_book_tells_elsewhere(texts: list[str], count: int) -> None:
    assert title_lines(texts, title="夜雨集", authors={"纸上人"}) == count


def test_a_title_that_is_a_heading_by_its_form_stays() -> None:
    assert title_lines(["第一章 归", "她走了。"], title="第一章 归", authors=set()) == 0


def test_an_epubs_title_page_goes_with_its_publisher_and_its_entry() -> None:
    pages = {
        "t.xhtml": xhtml("<h1>夜雨集</h1><p>纸上人 著</p><p>某某出版社</p>"),
        "a.xhtml": xhtml(CHAPTER),
        "z.xhtml": xhtml("<p>夜雨集</p>"),  # after the text it is none
    }
    nav = nav_of([("t.xhtml", "扉页"), ("a.xhtml", "第一章 归")])
    book = read("a.epub", epub_of(pages, nav=nav))
    assert lines(book) == ["第一章 归", PROSE, "夜雨集"]
    assert cut(book, "title page") == ["夜雨集\n纸上人 著\n某某出版社"]


def test_a_page_with_a_sentence_is_no_title_page() -> None:
    pages = {"t.xhtml": xhtml("<p>本书献给夜雨。</p><p>夜雨集</p>"), "a.xhtml": xhtml(CHAPTER)}
    assert lines(read("a.epub", epub_of(pages)))[:2] == ["本书献给夜雨。", "夜雨集"]


def test_a_word_documents_title_is_its_own() -> None:
    body = paragraph("夜雨集") + paragraph("纸上人　著") + paragraph("归", "1") + paragraph(PROSE)
    more = {"word/styles.xml": STYLES, "docProps/core.xml": CORE}
    book = read("a.docx", docx_of(body, more=more))
    assert (lines(book), cut(book, "title page")) == (["归", PROSE], ["夜雨集", "纸上人　著"])
    assert book.documents[0].title == "夜雨集"
    stale = read("a.docx", docx_of(paragraph(PROSE), more=more))
    assert (lines(stale), stale.documents[0].title) == ([PROSE], "")


def test_a_kindle_book_and_a_page_have_theirs() -> None:
    body = f"<h1>夜雨集</h1>{CHAPTER}"
    book = read("a.mobi", mobi_of(f"<html><body>{body}</body></html>"))
    assert (lines(book), cut(book, "title page")) == (["第一章 归", PROSE], ["夜雨集"])
    html = (
        '<html><head><title>夜雨集</title><meta name="author" content="纸上人"></head>'
        f"<body><h1>夜雨集</h1><p>纸上人</p>{CHAPTER}</body></html>"
    )
    page = read("a.html", html.encode())
    assert (lines(page), page.documents[0].title) == (["第一章 归", PROSE], "夜雨集")


def test_the_title_of_the_only_chapter_stays() -> None:
    page = f"<html><head><title>夜雨集</title></head><body><h1>夜雨集</h1>{P}</body></html>"
    assert lines(read("a.html", page.encode())) == ["夜雨集", PROSE]
    book = epub_of({"a.xhtml": xhtml(f"<h1>夜雨集</h1>{P}")})
    assert lines(read("a.epub", book)) == ["夜雨集", PROSE]


def test_an_entry_in_no_chinese_among_chinese_ones_is_a_programs() -> None:
    """LibreOffice 7.4 calls what stands before the first heading Section 1."""
    pages = {"s.xhtml": xhtml(P), "a.xhtml": xhtml(CHAPTER), "b.xhtml": xhtml(P)}
    entries = [("s.xhtml", "Section 1"), ("a.xhtml", "第一章 归"), ("b.xhtml", "第二章 去")]
    expected = [PROSE, "第一章 归", PROSE, "第二章 去", PROSE]
    assert lines(read("a.epub", epub_of(pages, nav=nav_of(entries)))) == expected


@pytest.mark.parametrize(
    "page",
    [
        ["夜雨集", "作者：纸上人"],
        ["《夜雨集》", "", "作 者：纸上人 砚边人", "类别：武侠", "状态：完结 字数：12万字"],
        ["夜雨集", "纸上人　著"],
        ["夜雨集", "文/纸上人"],
        ["书名：夜雨集", "作者：纸上人"],
        ["作者：纸上人"],
        ["【书名】夜雨集", "【作者】纸上人", "【插画】某某"],
    ],
)
def test_a_plain_texts_title_page_goes_with_a_record(page: list[str]) -> None:
    cleaned = clean("\n".join([*page, "", "第一章　归", PROSE]))

    assert cleaned.paragraphs == ("第一章　归", PROSE)
    assert [cut.text for cut in cleaned.cuts] == [line for line in page if line]
    assert {cut.reason for cut in cleaned.cuts} == {"title page"}
    assert [cut.line for cut in cleaned.cuts][-1] == len(page)


@pytest.mark.parametrize(
    "text",
    [
        f"夜雨集\n\n第一章　归\n{PROSE}",  # it may be the first line of a story
        f"第一章　归\n作者：纸上人\n{PROSE}",
        f"信是这样写的：\n作者：纸上人\n第一章　归\n{PROSE}",
        f"她走了。\n作者：纸上人\n第一章　归\n{PROSE}",
        f"作者：纸上人\n{PROSE}\n第一章　归\n{PROSE}",  # what follows is no heading
    ],
)
def test_what_is_no_title_page_by_two_signs_stays(text: str) -> None:
    assert clean(text).paragraphs == tuple(line for line in text.split("\n") if line)


def test_the_title_of_the_only_chapter_of_a_plain_text_stays() -> None:
    cleaned = clean(f"夜雨\n作者：纸上人\n{PROSE}")

    assert cleaned.paragraphs == ("夜雨", PROSE)
