"""What a novel is called: by its own text, else by the name it was given under."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pipelines import CORPORA, NOVELLA

from pipeline.text.books.title import novel_title

CHAPTER = ["第一章　夜雨", "话说那日她回到院中，天已经黑了。"]


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        (["澄秋阁", "", *CHAPTER], "澄秋阁"),
        (["\ufeff　　澄秋阁　", *CHAPTER], "澄秋阁"),
        (["《红楼梦》曹雪芹", "", *CHAPTER], "红楼梦"),
        (["书名：夜雨记", "作者：某人", *CHAPTER], "夜雨记"),
        (["【书名】：《夜雨记》", *CHAPTER], "夜雨记"),
        (["书名：《夜雨记》 作者：某人", *CHAPTER], "夜雨记"),
        (["Title: 紅樓夢", "Author: Xueqin Cao", *CHAPTER], "紅樓夢"),
        (["夜雨记 作者：某人", *CHAPTER], "夜雨记"),
        (["夜雨记 曹雪芹 著", *CHAPTER], "夜雨记"),
        (["夜雨记", "作者：某人", "目录", *CHAPTER], "夜雨记"),
        (["《夜雨记》第一章 初见", "她来了。"], "夜雨记"),
        # No titles: prose, a heading, advertising, a label, a table of contents, a long line.
        (["她走了。", *CHAPTER], "book"),
        (CHAPTER, "book"),
        (["小说网 www.xiaoshuo.com", *CHAPTER], "book"),
        (["作者：某人", *CHAPTER], "book"),
        (["目录", *CHAPTER], "book"),
        (["夜" * 21, *CHAPTER], "book"),
        (["Chapter one", *CHAPTER], "book"),
        # Without chapters a short first line is a line like any other; 《…》 at the start tells.
        (["她回到院中", "天已经黑了"], "book"),
        (["《夜雨》", "她回到院中"], "夜雨"),
        (["一", "二", "三", "《石头记》是她常看的。"], "book"),
        ([], "book"),
    ],
)
def test_the_text_names_itself_or_not(lines: list[str], title: str) -> None:
    assert novel_title(lines, "book.txt") == title


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("我的小说.txt", "我的小说"),
        ("我的小说.TXT", "我的小说"),
        ("《三体》全集（校对版）作者：某人.txt", "三体"),
        ("【精校】夜雨记（www.example.com）.txt", "夜雨记"),
        ("夜雨记_txt下载.txt", "夜雨记"),
        ("夜雨记全集.txt", "夜雨记"),
        ("夜雨记（上）.txt", "夜雨记（上）"),
        ("全集.txt", "全集"),
        ("vol.1", "vol.1"),
        ("红楼梦", "红楼梦"),
        ("《西游记》", "西游记"),
        ("https://example.org/books/%E5%A4%9C%E9%9B%A8.txt?token=SECRET#top", "夜雨"),
        ("https://user:SECRET@example.org/夜雨.txt", "夜雨"),
    ],
)
def test_a_text_that_does_not_is_called_by_its_name(name: str, title: str) -> None:
    assert novel_title(CHAPTER, name) == title


def test_the_catalogue_knows_its_novels() -> None:
    assert novel_title(["《石头记》", *CHAPTER], "红楼梦") == "红楼梦"


@given(
    st.lists(st.text(alphabet="书名：《》第一章夜雨 .\x1b\u202e【】(www.a.com)", max_size=60)),
    st.text(max_size=300),
)
def test_a_title_is_short_and_fit_for_any_page(lines: list[str], name: str) -> None:
    title = novel_title(lines, name)

    assert len(title) <= 6 * 40 + 1  # 40 characters, escaped at most as \uXXXX, and …
    assert not set(title) & set("\x1b\u202e\n\r\0")


@pytest.mark.parametrize(
    ("path", "title"),
    [
        (NOVELLA, "澄秋阁"),
        (CORPORA / "hongloumeng.txt", "红楼梦"),
        (CORPORA / "xiyouji.txt", "西游记"),
    ],
)
def test_real_novels(path: Path, title: str) -> None:
    if not path.exists():
        pytest.skip("../shared/corpora is absent")
    lines = path.read_text(encoding="utf-8")[:5000].split("\n")
    assert novel_title(lines, path.name) == title
