"""Word documents as Word, WPS and pandoc write them: what a reader sees, nothing twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from book_files import PROSE, cut, docx_of, lines, paragraph, read, zip_of
from made_up import context_in

from pipeline.errors import DataError
from pipeline.stages.fetch import FetchConfig, fetch
from pipeline.text.books.numbering import numeral

STYLES = (
    '<w:styles><w:style w:styleId="1"><w:name w:val="heading 1"/></w:style>'
    '<w:style w:styleId="a9"><w:name w:val="我的标题"/><w:basedOn w:val="1"/></w:style>'
    '<w:style w:styleId="b"><w:name w:val="章"/><w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style>'
    '<w:style w:styleId="c"><w:name w:val="Body"/><w:basedOn w:val="c"/></w:style>'
    '<w:style w:styleId="T1"><w:name w:val="toc 1"/></w:style></w:styles>'
)


@pytest.mark.parametrize("prefix", ["w", "ns0", "W"])
@pytest.mark.parametrize("style", ["1", "a9", "b"])
def test_headings_are_told_by_style(prefix: str, style: str) -> None:
    body = paragraph("夜雨", style) + paragraph(PROSE, "c")
    book = read("a.docx", docx_of(body, prefix=prefix, more={"word/styles.xml": STYLES}))
    assert lines(book) == ["夜雨", PROSE]
    assert book.documents[0].headings == {"夜雨"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            "<w:p><w:r><w:t>一</w:t><w:br/><w:t>二</w:t><w:cr/><w:t>三</w:t></w:r></w:p>",
            "一\n二\n三",
        ),
        (
            "<w:p><w:r><w:t>她</w:t></w:r><w:r><w:t xml:space='preserve'> A</w:t></w:r></w:p>",
            "她 A",
        ),
        ("<w:p><w:ins><w:r><w:t>插</w:t></w:r></w:ins><w:r><w:t>入</w:t></w:r></w:p>", "插入"),
        (
            "<w:p><w:del><w:r><w:delText>删</w:delText></w:r></w:del><w:r><w:t>了</w:t></w:r></w:p>",
            "了",
        ),
        (
            "<w:p><w:moveFrom><w:r><w:t>旧</w:t></w:r></w:moveFrom>"
            "<w:moveTo><w:r><w:t>新</w:t></w:r></w:moveTo></w:p>",
            "新",
        ),
        (
            "<w:p><w:r><w:ruby><w:rt><w:r><w:t>hóu</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>猴</w:t>"
            "</w:r></w:rubyBase></w:ruby></w:r><w:r><w:t>来</w:t></w:r></w:p>",
            "猴来",
        ),
        ("<w:sdt><w:sdtContent><w:p><w:r><w:t>框</w:t></w:r></w:p></w:sdtContent></w:sdt>", "框"),
        ("<w:p><w:smartTag><w:r><w:t>北京</w:t></w:r></w:smartTag></w:p>", "北京"),
        ("<w:p><w:hyperlink><w:r><w:t>链</w:t></w:r></w:hyperlink></w:p>", "链"),
        ("<w:tbl><w:tr><w:tc><w:p><w:r><w:t>格</w:t></w:r></w:p></w:tc></w:tr></w:tbl>", "格"),
        ("<w:p><w:r><w:instrText>PAGE</w:instrText><w:t>她&amp;&lt;他</w:t></w:r></w:p>", "她&<他"),
        (
            "<w:p/><w:p></w:p><w:p><w:r><w:t>　</w:t></w:r></w:p><w:p><w:r><w:t>她</w:t></w:r>",
            "她",
        ),
        (
            "<w:p><w:r><mc:AlternateContent><mc:Choice><w:txbxContent><w:p><w:r><w:t>文本框</w:t>"
            "</w:r></w:p></w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent><w:p><w:r>"
            "<w:t>文本框</w:t></w:r></w:p></w:txbxContent></mc:Fallback></mc:AlternateContent>"
            "<w:t>她</w:t></w:r></w:p>",
            "文本框\n她",
        ),
        ("<w:p><w:r><m:t>x</m:t><a:t>y</a:t><w:t>她</w:t></w:r></w:p>", "她"),
    ],
)
def test_what_paragraphs_are_made_of(body: str, expected: str) -> None:
    assert lines(read("a.docx", docx_of(body))) == expected.split("\n")


def test_what_is_beside_the_text_is_left_out_and_recorded() -> None:
    note = (
        "<w:footnotes><w:footnote><w:p><w:r><w:t>注一</w:t></w:r></w:p></w:footnote></w:footnotes>"
    )
    more = {
        "word/styles.xml": STYLES,
        "word/footnotes.xml": note,
        "word/header1.xml": "<w:hdr><w:p><w:r><w:t>夜雨集</w:t></w:r></w:p></w:hdr>",
    }
    deleted = "<w:del><w:r><w:delText>删去</w:delText></w:r></w:del>"
    body = (
        paragraph("第一章 夜雨 3", "T1")
        + f"<w:p><w:r><w:t>她走了</w:t><w:footnoteReference/></w:r>{deleted}</w:p>"
    )
    book = read("a.docx", docx_of(body, more=more))
    assert lines(book) == ["她走了"]
    assert {(own.reason, own.text) for own in book.cuts} == {
        *(("contents", "第一章 夜雨 3"), ("note", "注一")),
        *(("running title", "夜雨集"), ("deleted text", "删去")),
    }
    assert cut(book, "note") == ["注一"]


def test_hidden_text_is_left_out_and_recorded() -> None:
    hidden = "<w:style w:styleId='h'><w:name w:val='隐'/><w:rPr><w:vanish/></w:rPr></w:style>"
    run = "<w:r><w:rPr>{}</w:rPr><w:t>{}</w:t></w:r>"
    body = (
        "<w:p>" + run.format("<w:vanish/>", "看正版") + run.format("<w:vanish/>", "去某网")
        + run.format('<w:vanish w:val="0"/>', "她") + run.format("<w:rStyle w:val='h'/>", "藏")
        + run.format("<w:rPrChange><w:rPr><w:vanish/></w:rPr></w:rPrChange>", "走") + "</w:p>"
        "<w:p><w:pPr><w:rPr><w:vanish/></w:rPr></w:pPr><w:r><w:t>了</w:t></w:r></w:p>"
        + paragraph("整段", "h")
    )  # fmt: skip
    styles = {"word/styles.xml": f"<w:styles>{hidden}</w:styles>"}
    book = read("a.docx", docx_of(body, more=styles))
    assert lines(book) == ["她走", "了"]
    assert cut(book, "hidden text") == ["看正版去某网藏", "整段"]


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (docx_of(""), "a document with text, got one without a paragraph of it"),
        (docx_of("<w:p/>" * 5), "a document with text, got one without a paragraph of it"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 90, "a .docx without a password, got an encrypted one"),
        (docx_of(paragraph("她"))[:-100], "a whole zip archive, got one that is cut off"),
        (zip_of({"word/a.xml": "x", "[Content_Types].xml": ""}), "an archive without its text"),
    ],
)
def test_documents_without_text_are_refused(data: bytes, complaint: str) -> None:
    with pytest.raises(DataError, match=complaint):
        read("a.docx", data)


@pytest.mark.parametrize("name", ["a.doc", "a.zip", "a.txt", "a"])
def test_a_document_is_told_by_what_is_in_it(name: str) -> None:
    assert lines(read(name, docx_of(paragraph(PROSE)))) == [PROSE]


def test_its_entities_are_not_expanded() -> None:
    body = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]>' + paragraph("她&b;走")
    assert lines(read("a.docx", docx_of(body))) == ["她&b;走"]


def test_fetch_takes_the_chapters_of_the_headings(tmp_path: Path) -> None:
    body = "".join(
        paragraph(title, "1") + paragraph(PROSE) * 60 for title in ("夜雨", "归人", "尾")
    )
    path = tmp_path / "书.docx"
    path.write_bytes(docx_of(body, more={"word/styles.xml": STYLES}))
    corpus = fetch(FetchConfig(source=str(path)), context=context_in(tmp_path))
    assert [chapter.title for chapter in corpus.chapters] == ["夜雨", "归人", "尾"]
    assert corpus.title == "书"


def numbered(title: str, level: str = "0", number: str = "7", style: str = "1") -> str:
    """Return a paragraph of a list, as Word numbers it; a list of "" is left to the style."""
    own = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
    return (
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{own if number else ""}</w:pPr>'
        f"<w:r><w:t>{title}</w:t></w:r></w:p>"
    )


def lists(*levels: tuple[str, str], more: str = "", inner: str = "") -> str:
    """Return a numbering part whose list 7 has levels of (form, pattern)."""
    own = "".join(
        f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{inner}'
        f'<w:lvlText w:val="{pattern}"/></w:lvl>'
        for n, (form, pattern) in enumerate(levels)
    )
    return (
        f'<w:numbering><w:abstractNum w:abstractNumId="3">{own}</w:abstractNum>'
        f'<w:num w:numId="7"><w:abstractNumId w:val="3"/></w:num>{more}</w:numbering>'
    )


def numbered_lines(body: str, numbering: str, styles: str = STYLES) -> list[str]:
    more = {"word/styles.xml": styles, "word/numbering.xml": numbering}
    return lines(read("a.docx", docx_of(body, more=more)))


def test_the_numbers_that_word_puts_before_headings_are_read() -> None:
    """Two levels; the deeper one begins anew below each of the other; a list of 0 is none."""
    body = (
        numbered("序", number="0") + numbered("起") + numbered("雨", "1") + numbered("灯", "1")
        + numbered("落") + paragraph(PROSE) + numbered("归", "1") + numbered("", "1")
    )  # fmt: skip
    found = numbered_lines(body, lists(("chineseCounting", "第%1卷"), ("decimal", "%1.%2节")))
    assert found == [
        *("序", "第一卷\u3000起", "一.1节\u3000雨", "一.2节\u3000灯"),
        *("第二卷\u3000落", PROSE, "二.1节\u3000归", "二.2节"),
    ]


@pytest.mark.parametrize("by", ["numPr of the style", "pStyle of the level", "base"])
def test_a_style_may_be_numbered(by: str) -> None:
    style = '<w:pPr><w:numPr><w:numId w:val="7"/></w:numPr></w:pPr>'
    inner = '<w:pStyle w:val="1"/>' if by == "pStyle of the level" else ""
    styles = (
        f'<w:styles><w:style w:styleId="1"><w:name w:val="heading 1"/>{"" if inner else style}'
        '</w:style><w:style w:styleId="a"><w:basedOn w:val="1"/></w:style></w:styles>'
    )
    body = numbered("夜雨", number="", style="a" if by == "base" else "1")
    numbering = lists(("chineseCountingThousand", "第%1章"), inner=inner)
    assert numbered_lines(body, numbering, styles) == ["第一章\u3000夜雨"]


def test_a_list_that_begins_anew_counts_for_itself() -> None:
    again = (
        '<w:num w:numId="8"><w:abstractNumId w:val="3"/><w:lvlOverride w:ilvl="0">'
        '<w:startOverride w:val="1"/></w:lvlOverride></w:num>'
        '<w:num w:numId="9"><w:abstractNumId w:val="3"/></w:num>'
    )
    body = "".join(numbered("雨", number=own) for own in "7879")
    found = numbered_lines(body, lists(("decimal", "第%1章"), more=again))
    assert found == [f"第{n}章\u3000雨" for n in (1, 1, 2, 3)]


def test_bullets_and_what_stood_there_before_a_change_number_nothing() -> None:
    change = (
        '<w:p><w:pPr><w:pStyle w:val="c"/><w:pPrChange><w:pPr><w:pStyle w:val="1"/><w:numPr>'
        '<w:numId w:val="7"/></w:numPr></w:pPr></w:pPrChange></w:pPr><w:r><w:t>雨</w:t></w:r></w:p>'
    )
    assert numbered_lines(change, lists(("decimal", "第%1章"))) == ["雨"]
    assert numbered_lines(numbered("雨"), lists(("bullet", "●"))) == ["雨"]


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("japaneseCounting", "一 二 十 十一 二十 一百零一 一千零二十"),
        ("chineseLegalSimplified", "壹 贰 壹拾 壹拾壹 贰拾 壹佰零壹 壹仟零贰拾"),
        ("ideographDigital", "一 二 一〇 一一 二〇 一〇一 一〇二〇"),
        ("ideographTraditional", "甲 乙 癸 11 20 101 1020"),
        ("upperRoman", "I II X XI XX CI MXX"),
        ("lowerLetter", "a b j k t wwww ffffffffffffffffffffffffffffffffffffffff"),
        ("decimalZero", "01 02 10 11 20 101 1020"),
        ("no-such-form", "1 2 10 11 20 101 1020"),
    ],
)
def test_numerals_are_as_the_standard_has_them(form: str, expected: str) -> None:
    """ECMA-376, part 1, 17.18.59."""
    assert " ".join(numeral(n, form) for n in (1, 2, 10, 11, 20, 101, 1020)) == expected
