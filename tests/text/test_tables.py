"""JSON and tables are told by their form and refused; novels, verse and chats are not."""

from __future__ import annotations

import json

import pytest

from pipeline.errors import DataError
from pipeline.text.books.document import Document
from pipeline.text.books.formats import format_of, read_book
from pipeline.text.cleaning.subtitles import note_subtitles

ROWS = [f"青棠听了第{n}遍，笑道：“这雨下得好大。”" for n in range(1, 41)]


def table(delimiter: str, titles: str = "") -> str:
    rows = [delimiter.join((str(n), "夜雨", row)) for n, row in enumerate(ROWS)]
    return "\n".join([*filter(None, [titles]), *rows])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize(
    ("text", "column"),
    [
        (table(",", "id,chapter,content"), "3, “content”,"),
        (table("\t", "序号\t章节\t正文"), "3, “正文”,"),
        (table(","), "3"),
        ("\n".join(f'"{row}","夜雨","甲"' for row in ROWS), "1"),
        ("name,text\n" + "\n".join(f'甲,"{row}"' for row in ROWS), "2, “text”,"),
    ],
)
def test_a_table_is_refused_by_the_column_to_take(text: str, column: str, encoding: str) -> None:
    with pytest.raises(DataError, match=f"table of . columns .CSV.: save its column {column}"):
        read_book(Document("novel.txt", text.encode(encoding)))


@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("by_line", [True, False])
def test_json_is_refused(ascii_only: bool, by_line: bool) -> None:
    values = [{"title": "夜雨", "text": row} for row in ROWS]
    text = (
        "\n".join(json.dumps(value, ensure_ascii=ascii_only) for value in values)
        if by_line
        else json.dumps(values, ensure_ascii=ascii_only, indent=1)
    )
    with pytest.raises(DataError, match="expected a plain text, got JSON: take the texts out"):
        read_book(Document("novel.txt", text.encode()))


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(row.replace("，", ",") for row in ROWS),  # commas of a careless typist
        "床前明月光,疑是地上霜\n举头望明月,低头思故乡\n" * 10,  # verse, a comma a line
        "\n".join(f"{n},她走了,雨还在下" for n in (3, 1, 2) * 10),  # figures that number nothing
        "\n".join(f"2024-05-01 12:0{n % 9}:11, 张三, {row}" for n, row in enumerate(ROWS)),
        "\n".join(f"{n}\t{row}" for n, row in enumerate(ROWS)),  # lines numbered by a program
        "[第一章]\n" + "\n".join(ROWS),
        "{第一章}\n" + "\n".join(ROWS),
        "正文,第一章,夜雨\n" + "\n".join(ROWS),
    ],
)
def test_a_novel_is_none(text: str) -> None:
    assert format_of(Document("novel.txt", text.encode())) is None


def test_subtitles_are_told_and_a_chat_is_none() -> None:
    srt = "".join(f"{n}\n00:00:{n:02},000 --> 00:00:{n:02},900\n她走了。\n\n" for n in range(30))
    ass = "".join(
        f"Dialogue: 0,0:00:{n:02}.10,0:00:{n:02}.90,D,,0,0,0,,她走了。\n" for n in range(30)
    )
    lrc = "".join(f"[00:{n:02}.10]她走了\n" for n in range(30))
    for text in (srt, ass, lrc):
        assert note_subtitles(text, document="a.txt")[0].startswith(
            "a.txt: looks like subtitles: 30 lines begin with times"
        )
    chat = "".join(f"00:{n:02} 张三：她走了。\n" for n in range(30)) + "-->\n[00:12] 李四：嗯。\n"
    assert not note_subtitles(chat, document="a.txt")
