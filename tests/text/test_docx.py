"""Word documents as Word, WPS and pandoc write them: what a reader sees, nothing twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from book_files import PROSE, cut, docx_of, lines, paragraph, read, zip_of
from made_up import context_in

from pipeline.errors import DataError
from pipeline.stages.fetch import FetchConfig, fetch

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
