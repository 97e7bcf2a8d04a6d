"""Markup is read in time that grows with its length alone, and nothing in it is obeyed."""

from __future__ import annotations

import pytest
from growth import TIMES, assert_linear

from pipeline.errors import DataError
from pipeline.text.books import markup, tags
from pipeline.text.books.markup import parse
from pipeline.text.books.prose import read_page

CHARACTERS = 400_000


@pytest.mark.slow
@pytest.mark.parametrize("xml", [True, False])
@pytest.mark.parametrize(
    "piece",
    [
        *("<", "<p", "<p>", "<p ", "</p>", "<!--", "<!", "<![CDATA[", "<?", "<script>", "<style>x"),
        *("<a '", "<a \"'", "<a '\"'<a \"", "<a x='1' ", '<a "<b \'">', "'", '"', "]]>", "-->"),
        *("<div><p>", "<li>", "<ruby><rt>", "<sup><a href='#x'>1</a>", "<b><i></b>", "&", "&#1"),
        *(
            "<button>她走了。",
            "<p hidden>她走了。",
            "<h1>第一章</h1><h2>夜雨</h2>",
            "<div>" * 9 + "雨",
        ),
        *("<!DOCTYPE [", "<!ENTITY x '", "\n", " \n\u3000", "<a href=#x id=x>[1]</a>"),
    ],
)
def test_no_page_takes_long(monkeypatch: pytest.MonkeyPatch, piece: str, xml: bool) -> None:
    monkeypatch.setattr(tags, "_FREE_TAGS", CHARACTERS)
    pieces = CHARACTERS // TIMES // len(piece)
    assert_linear(
        lambda text: read_page(parse(text, xml=xml, name="a"), name="a", notes={"x"}),
        piece * pieces,
        piece * pieces * TIMES,
    )


@pytest.mark.parametrize(
    ("text", "xml", "lines"),
    [
        ("<title/><p>她走了", True, ["她走了"]),
        ("<p>她<!-- 走了", True, ["她 走了"]),
        ("<p>她<![CDATA[走", True, ["她走"]),
        ("<p>一<p>二<li>三<li>四", False, ["一", "二", "三", "四"]),
        ("<p title='a>b' x=\"<c>\">她</p>", True, ["她"]),
        ("<p>a < b > c", True, ["a < b > c"]),
        ("<p>她<<系统>>走", True, ["她<<系统>>走"]),
        ('<p>她<a href="x>走了', True, ['她<a href="x>走了']),
        ("<script>'</p>'<b>x</script>她", True, ["她"]),
        ("<script>没有结束，她走", True, []),
        ("<b>" * 700 + "<p>一<p>二", True, ["一", "二"]),
        ("</p></p>她", True, ["她"]),
        ("<x:p>一</x:p><X:P>二</X:P>", True, ["一", "二"]),
        ("<?xml version='1.0'?><?x y?>她", True, ["她"]),
        ('<!DOCTYPE a [<!ENTITY b "]>">]>她&b;', True, ["她&b;"]),
    ],
)
def test_ill_formed_markup(text: str, xml: bool, lines: list[str]) -> None:
    page = read_page(parse(text, xml=xml, name="a"), name="a")
    assert [line.text for line in page.lines] == lines


def test_too_many_tags_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markup, "_MOST_TAGS", 10)
    with pytest.raises(DataError, match="a: expected a page of at most 10 tags, got more"):
        parse("<p>" * 30, xml=True, name="a")


@pytest.mark.parametrize(("piece", "refused"), [("<b>", True), ("<b>雨</b>", False)])
def test_many_tags_without_text_are_refused(
    monkeypatch: pytest.MonkeyPatch, piece: str, refused: bool
) -> None:
    monkeypatch.setattr(tags, "_FREE_TAGS", 10)
    if refused:
        with pytest.raises(DataError, match=r"a: .* got more than 10 tags with hardly any text"):
            parse(piece * 30, xml=True, name="a")
    else:
        assert parse(piece * 30, xml=True, name="a").text() == "雨" * 30
