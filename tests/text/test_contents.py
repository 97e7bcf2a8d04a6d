"""Tables of contents and running titles, and what only looks like them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pipeline.text.chapters.chapters import divide
from pipeline.text.cuts import Cut

NUMBERS = "一二三四五六"


def heading(number: int) -> str:
    return f"第{NUMBERS[number]}章\u3000{'雪月风花夜雨'[number]}"


def text(number: int) -> list[str]:
    return [f"她在第{number}个晚上听见雨落在瓦上。" * 6, "天黑了。"]


BODY = [line for n in range(6) for line in (heading(n), *text(n))]
HEADINGS = [heading(n) for n in range(6)]


@pytest.mark.parametrize(
    "table",
    [
        HEADINGS,
        ["目录", *HEADINGS],
        ["目　录", *[f"{line} ……… {n * 11}" for n, line in enumerate(HEADINGS)]],
        ["上卷　春", *HEADINGS[:3], "下卷　秋", *HEADINGS[3:]],
        ["章节目录", *HEADINGS, "目录", *HEADINGS],
        ["目录", *[f"- [{line}](#c{n})" for n, line in enumerate(HEADINGS)]],
        ["目录", *[line[:3] for line in HEADINGS]],
        ["目录", *[line[-1] for line in HEADINGS]],
        ["目录：" + "".join(HEADINGS)],
        ["本书目录", "\u3000".join(HEADINGS[:3]), "\u3000".join(HEADINGS[3:])],
        [" | ".join(f"{line}……{n * 11}" for n, line in enumerate(HEADINGS))],
    ],
    ids=[
        *("alone", "label", "pages", "volumes", "twice", "links", "numbers", "titles"),
        *("line", "rows", "line alone"),
    ],
)
@pytest.mark.parametrize("place", ["front", "after a word", "end"])
def test_a_table_is_what_is_repeated(table: list[str], place: str) -> None:
    if place == "end":
        if table[-1] == "雨":
            pytest.skip("titles without numbers are looked for behind their table")
        paragraphs = [*BODY, *table]
    else:
        paragraphs = ["《山海集》", *table, *(["正文"] if place == "after a word" else []), *BODY]
    places = [("book.txt", line + 1) for line in range(len(paragraphs))]

    division = divide(paragraphs, places=places)

    assert [chapter.title for chapter in division.chapters] == HEADINGS
    first = len(BODY) if place == "end" else 1
    assert list(division.cuts) == [
        Cut("contents", "book.txt", first + n + 1, line) for n, line in enumerate(table)
    ]
    assert sorted([*division.paragraphs, *table]) == sorted(paragraphs)


@pytest.mark.parametrize(
    "line",
    [
        "她数着：第一章雪，第二章月，第三章风。",
        "第一章雪、第二章月和第三章风她都念完了",
        "目录里没有第一章雪",
    ],
)
def test_a_sentence_that_names_chapters_is_kept(line: str) -> None:
    assert not divide([*BODY[:5], line, *BODY[5:]]).cuts


def test_a_row_of_other_chapters_is_kept() -> None:
    assert not divide([*BODY[:5], "目录：第一章甲第二章乙第三章丙", *BODY[5:]]).cuts


@pytest.mark.parametrize("form", ["{}（{}）", "{}[第{}页]", "{}之后", "{}的故事……{}"])
def test_a_table_whose_titles_differ_a_little(form: str) -> None:
    table = [form.format(line, 9 * n + 1) for n, line in enumerate(HEADINGS)]

    division = divide(["目录", *table, *BODY])

    assert [chapter.title for chapter in division.chapters] == HEADINGS
    assert [cut.text for cut in division.cuts] == ["目录", *table]


def test_a_list_of_other_titles_is_kept() -> None:
    others = [f"{line[:3]}\u3000山高水长" for line in HEADINGS]

    assert not divide([*BODY[:7], *others, "她念完了。", *BODY[7:]]).cuts


def test_the_book_title_over_a_marked_label_is_kept() -> None:
    table = ["## 目录", *[f"- [{line}](#c{n})" for n, line in enumerate(HEADINGS)]]

    body = [f"## {line}" if "章" in line else line for line in BODY]
    division = divide(["# 长夜", *table, *body])

    assert [cut.text for cut in division.cuts] == table
    assert len(division.chapters) == 6


@pytest.mark.parametrize("after", [[], ["此书献给我的母亲。" * 9] * 2])
def test_a_table_with_a_summary_of_each_chapter(after: list[str]) -> None:
    summed = [x for line in HEADINGS for x in (line, f"她在这一章里遇见{line[-1]}。")]

    division = divide(["目录", *summed, *after, *BODY])

    assert [chapter.title for chapter in division.chapters] == HEADINGS
    assert [cut.text for cut in division.cuts] == ["目录", *summed]


def test_a_book_of_short_chapters_below_its_label_is_kept() -> None:
    short = [x for line in HEADINGS for x in (line, "她走了。")]

    assert not divide(["目录", *short, "正文完。"]).cuts


def test_a_table_that_names_prologue_and_epilogue() -> None:
    table = ["目录", "楔子", *HEADINGS, "尾声"]
    paragraphs = [*table, "楔子", *text(8), *BODY, "尾声", *text(9)]

    division = divide(paragraphs)

    assert [chapter.title for chapter in division.chapters] == table[1:]
    assert [cut.text for cut in division.cuts] == table


def test_contents_make_headings_of_titles_without_numbers() -> None:
    titles = ["雪落无声", "月下", "长亭外", "花事", "夜行"]
    body = [line for n, title in enumerate(titles) for line in (title, *text(n))]

    division = divide(["目录", *titles, *body])

    assert [chapter.title for chapter in division.chapters] == titles
    assert division.paragraphs == tuple(body)
    numbered = divide(
        ["目录", *[f"第{NUMBERS[n]}章\u3000{t}" for n, t in enumerate(titles)], *body]
    )
    assert numbered.paragraphs == tuple(body)
    assert [chapter.title for chapter in numbered.chapters] == titles


@pytest.mark.parametrize(
    "lines",
    [
        ["第一集\u3000初遇", "第二集\u3000别离", "第三集\u3000重逢", "第四集\u3000团圆"],
        ["第七章\u3000甲", "第八章\u3000乙", "第九章\u3000丙"],
        ["床前明月光", "疑是地上霜", "举头望明月", "低头思故乡"],
    ],
)
def test_a_list_that_is_nowhere_repeated_over_text_is_kept(lines: list[str]) -> None:
    paragraphs = [*BODY[:7], *lines, *BODY[7:], *lines, "她走了。"]

    division = divide(paragraphs)

    assert division.paragraphs == tuple(paragraphs)
    assert not division.cuts


def test_short_speech_that_recurs_is_no_table() -> None:
    paragraphs = ["“好。”", "“嗯。”", "“走。”", "她想了想。"] * 20

    assert divide(paragraphs).paragraphs == tuple(paragraphs)


def test_running_titles_are_cut_with_a_record() -> None:
    paragraphs = [line for n in range(6) for line in (heading(n), *text(n), heading(n), *text(n))]

    division = divide(paragraphs)

    assert [chapter.title for chapter in division.chapters] == HEADINGS
    assert [(cut.reason, cut.text) for cut in division.cuts] == [
        ("running title", line) for line in HEADINGS
    ]


def test_the_pages_of_a_chapter_are_one_chapter() -> None:
    paragraphs = [
        line for n in range(6) for page in "123" for line in (f"{heading(n)}（{page}/3）", *text(n))
    ]

    division = divide(paragraphs)

    assert [chapter.title for chapter in division.chapters] == [f"{h}（1/3）" for h in HEADINGS]
    assert len(division.cuts) == 12


def test_equal_numbers_in_two_volumes_are_no_running_titles() -> None:
    volume = [line for n in "一二三" for line in (f"第{n}章", *text(0))]

    division = divide(["第一卷", *volume, "第二卷", *volume])

    assert [chapter.title for chapter in division.chapters] == ["第一章", "第二章", "第三章"] * 2
    assert not division.cuts


@pytest.mark.parametrize("chapters", [range(6), [0], [3]])
@pytest.mark.parametrize("counting", [["1", "2", "3"], ["1", "2"], ["1"], ["4", "5", "6"]])
def test_counting_in_the_story_is_neither_a_table_nor_a_running_title(
    chapters: Sequence[int], counting: list[str]
) -> None:
    if len(chapters) > 1 and len(counting) == 1:
        pytest.skip("a number that recurs alone may be the head of pages")
    paragraphs = [
        line
        for n in range(6)
        for line in (
            str(n + 1),
            *text(n),
            *(counting if n in chapters else []),
            "木头人！",
            *text(n),
        )
    ]

    division = divide(paragraphs)

    assert not division.cuts
    assert division.paragraphs == tuple(paragraphs)


def test_a_table_of_numbers_alone_stands_before_them_under_its_label() -> None:
    body = [line for n in range(6) for line in (str(n + 1), *text(n))]
    table = ["目录", *"123456"]

    assert [cut.text for cut in divide([*table, "正文", *body]).cuts] == table
    assert not divide([*body, *table, "她走了。"]).cuts


def test_numbers_at_the_head_of_pages_are_running_titles() -> None:
    paragraphs = [line for n in range(6) for line in (str(n + 1), *text(n), str(n + 1), *text(n))]

    assert [cut.text for cut in divide(paragraphs).cuts] == list("123456")
