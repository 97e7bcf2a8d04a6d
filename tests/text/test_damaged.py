"""Headings with a damaged number: the numbers around them tell which they are, or they are none."""

from __future__ import annotations

import pytest

from pipeline.text.chapters.chapters import Division, divide

SENTENCE = "她听见外头的雨下了一夜，天亮时院子里的海棠落了一地。"
BODY = [SENTENCE * 10] * 3


def book(*headings: str) -> Division:
    return divide([line for heading in headings for line in (heading, *BODY)])


@pytest.mark.parametrize(
    "headings",
    [
        ("第一章　归", "第?章　去", "第三章　来"),
        ("第？章　归", "第二章　去", "第三章　来"),
        ("第一章　归", "第二章　去", "第□章　来"),
        ("第一回", "第□□回", "第＊回", "第四回", "第五回"),
        ("第1章　归", "第2章　去", "第\ufffd章　来", "第4章　往"),
        ("第九章　归", "第十章　去", "第十?章　来", "第十二章　往"),
        ("第一章　归", "第二章　去", "第?章　归", "第二章　去", "第三章　来"),  # counted anew
    ],
)
def test_what_the_numbers_around_tell_is_a_heading(headings: tuple[str, ...]) -> None:
    division = book(*headings)

    assert [chapter.title for chapter in division.chapters] == list(headings)
    damaged = [heading for heading in headings if any(sign in heading for sign in "?？□＊\ufffd")]
    assert division.damaged == (
        f"headings: {len(damaged)} with a damaged number, as “{damaged[0]}”, by the numbers around"
    )


@pytest.mark.parametrize(
    ("headings", "left"),
    [
        (("第一章　归", "第?章　去", "第二章　来", "第三章　往"), "第?章　去"),
        (("第一章　归", "第?章　去", "第五章　来", "第六章　往"), "第?章　去"),
        (("第一回　归", "第?章　去", "第二回　来", "第三回　往"), "第?章　去"),
    ],
)
def test_what_they_do_not_tell_is_none_and_said(headings: tuple[str, ...], left: str) -> None:
    division = book(*headings)

    titles = [chapter.title for chapter in division.chapters]
    assert titles == [heading for heading in headings if heading != left]
    assert left in division.paragraphs
    assert division.damaged == (
        f"headings: 1 more like “{left}” are none, as nothing tells their number"
    )


def test_a_sentence_about_such_a_chapter_is_no_heading() -> None:
    sentence = "第?章里写的什么，她已经忘了。"
    division = divide(
        ["第一章　归", *BODY, sentence, *BODY, "第三章　来", *BODY, "第四章　往", *BODY]
    )

    assert [chapter.title[:3] for chapter in division.chapters] == ["第一章", "第三章", "第四章"]
    assert division.damaged == ""


def test_one_in_the_contents_is_taken_as_that_over_the_text() -> None:
    headings = ("第一章　归", "第?章　去", "第三章　来", "第四章　往")
    text = [line for heading in headings for line in (heading, *BODY)]
    division = divide(["目录", *headings, *text])

    assert [chapter.title for chapter in division.chapters] == list(headings)
    assert [cut.text for cut in division.cuts] == ["目录", *headings]
