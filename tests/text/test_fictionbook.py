"""A FictionBook is read: its bodies, their titles as headings, without notes and pictures."""

from __future__ import annotations

import pytest

from pipeline.errors import DataError
from pipeline.text.books.document import Document
from pipeline.text.books.formats import read_book

BOOK = """<?xml version="1.0" encoding="{encoding}"?>
<FictionBook xmlns="http://www.gribuser.ru/xml/fictionbook/2.0" xmlns:l="http://www.w3.org/1999/xlink">
<description><title-info><book-title>夜雨集</book-title><annotation><p>简介。</p></annotation>
</title-info></description>
<body><section><title><p>第一章</p><p>夜雨</p></title>
<p>她走了<a l:href="#n1" type="note">[1]</a>。</p>
<poem><stanza><v>床前明月光，</v><v>疑是地上霜。</v></stanza></poem></section>
<section><title><p>第二章　归人</p></title><p>雨&lt;停&gt;了。</p></section></body>
<body name="notes"><section id="n1"><p>走：离开。</p></section></body>
<binary id="cover.jpg" content-type="image/jpeg">AAAA</binary></FictionBook>"""


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("name", ["book.fb2", "book.txt"])
def test_it_is_read(name: str, encoding: str) -> None:
    data = BOOK.format(encoding=encoding).encode(encoding)
    reading = read_book(Document(name, data))
    (made,) = reading.documents
    assert made.data.decode().split("\n") == [
        *("第一章\u3000夜雨", "她走了。", "床前明月光，", "疑是地上霜。"),
        *("第二章　归人", "雨<停>了。"),
    ]
    assert made.title == "夜雨集"
    assert made.headings == {"第一章夜雨", "第二章归人"}
    assert [(cut.reason, cut.line, cut.text) for cut in reading.cuts] == [
        ("note mark", 2, "[1]"),
        ("note", 7, "走：离开。"),
    ]


def test_one_without_text_is_refused() -> None:
    with pytest.raises(DataError, match="expected a FictionBook with text, got none"):
        read_book(Document("a.fb2", b"<FictionBook><body></body></FictionBook>"))
