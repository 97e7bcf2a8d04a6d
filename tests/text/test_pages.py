"""Page numbers and lost indents: how paragraphs of a printed or glued text are put together."""

from __future__ import annotations

import pytest

from pipeline.text.cleaning.clean import clean

LINE = "那年冬天来得格外早院子里的海棠还没有落尽叶子头一场雪就压了下来"  # 31 characters


@pytest.mark.parametrize(
    "mark",
    [
        "· {} ·",
        "- {} -",
        "第{}页",
        "{}",
        "－{}－",
        "{}/40",
        "第{}页 共40页",
        "长夜     {}",
        "{}\u3000长夜",
        "\f长夜 | {}",
        "长夜 …… {}",
    ],
)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_page_numbers_inside_sentences_go_and_the_paragraph_is_joined(mark: str, gap: str) -> None:
    pages = [f"\u3000\u3000{LINE[:29]}\n" + f"{LINE}\n" * 8 + LINE for _ in range(6)]
    text = "".join(
        page + gap + mark.format(number) + gap + f"{LINE}。\n"
        for number, page in enumerate(pages, 7)
    )

    cleaned = clean(text)

    assert cleaned.paragraphs == (LINE[:29] + LINE * 10 + "。",) * 6
    assert [cut.reason for cut in cleaned.cuts] == ["page mark"] * 6


@pytest.mark.parametrize(
    "numbers",
    [["1", "2", "3", "4"], ["一百零一", "2019", "7", "88"], ["3", "3", "3", "3"]],
    ids=["headings", "others", "equal"],
)
def test_other_numbers_stay(numbers: list[str]) -> None:
    lines = [line for number in numbers for line in (number, f"{LINE}。", f"{LINE}！")]

    assert clean("\n".join(lines)).paragraphs == tuple(lines)


@pytest.mark.parametrize("header", ["{}\n\n长夜\u3000第一部", "长夜\n{}", "长夜\n\n{}\n第一部"])
def test_a_title_on_every_page_goes_with_its_number(header: str) -> None:
    pages = [f"\u3000\u3000{LINE[:29]}\n" + f"{LINE}\n" * 9 for _ in range(6)]
    text = "".join(
        f"{page}\n{header.format(number)}\n\n{LINE}。\n" for number, page in enumerate(pages, 7)
    )

    assert clean(text).paragraphs == (LINE[:29] + LINE * 10 + "。",) * 6


@pytest.mark.parametrize("between", ["", "\n"])
def test_who_counts_in_a_story_sets_no_page_marks(between: str) -> None:
    text = f"第一章 夜雨\n{LINE}：\n{LINE}\n1\n{between}2\n{between}3\n天黑了。"

    assert clean(text).cuts == ()


@pytest.mark.parametrize("end", ["。", "", "）"])
@pytest.mark.parametrize("part", ["上部 下部", "第一卷\u3000少年 第二卷\u3000中年"])
@pytest.mark.parametrize("number", ["{}", "番外\u3000{}", "夜雨\u3000\u3000{}"])
def test_numbers_between_paragraphs_are_those_of_chapters(end: str, part: str, number: str) -> None:
    chapters = [f"{number.format(place)}\n\u3000\u3000{LINE}{end}\n" for place in range(1, 5)]
    text = "".join(f"{name}\n{''.join(chapters)}" for name in part.split())

    assert [cut for cut in clean(text).cuts if cut.reason == "page mark"] == []


ENDS = [r"\n", r"\r\n", r"\n\n", "    ", "\t", "\xa0\xa0", "\xa0 \xa0 ", " \t\u3000"]


@pytest.mark.parametrize("end", ["\u3000\u3000", *ENDS])
def test_what_stands_for_line_ends_parts_a_text_in_one_line(end: str) -> None:
    chapter = "第{}章 夜雨|她走了。|“好！”|天黑了。"
    text = end.join(chapter.format(number) for number in "一二三").replace("|", end)

    cleaned = clean(text)

    assert cleaned.paragraphs == tuple(
        paragraph
        for number in "一二三"
        for paragraph in (f"第{number}章\u3000夜雨", "她走了。", "“好！”", "天黑了。")
    )


def test_gaps_in_verse_part_nothing() -> None:
    lines = ["帘外雨潺潺\u3000\u3000春意阑珊", "罗衾不耐\u3000\u3000五更寒"] * 4 + [
        "她走了。\u3000\u3000天"
    ]

    assert len(clean("\n".join(lines)).paragraphs) == len(lines)
