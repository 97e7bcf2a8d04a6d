"""Page numbers and lost indents: how paragraphs of a printed or glued text are put together."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
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


def paragraphs(count: int, *, seed: int = 0) -> list[str]:
    """Paragraphs of characters by chance, no two lines alike; where pages end is chance too."""
    generator = np.random.default_rng(seed)
    lengths = generator.integers(25, 99, count)
    return ["".join(map(chr, generator.integers(0x5000, 0x5800, n))) + "。" for n in lengths]


def printed(
    chapters: Sequence[Sequence[str]], head: Callable[[int, str], str], foot: Callable[[int], str]
) -> str:
    """Chapters as scanned: wrapped at 30 characters, 20 lines a page, a head from the second on."""
    lines = [
        (chapter[0], piece)
        for chapter in chapters
        for paragraph in chapter
        for piece in _pieces(
            paragraph if paragraph == chapter[0] else f"\u3000\u3000{paragraph}", 30
        )
    ]
    pages = [lines[at : at + 20] for at in range(0, len(lines), 20)]
    return "\n".join(
        line
        for number, page in enumerate(pages, 1)
        for line in (
            head(number, page[0][0]) if number > 1 else "",
            *(piece for _, piece in page),
            foot(number),
        )
        if line
    )


def _pieces(text: str, width: int) -> list[str]:
    return [text[at : at + width] for at in range(0, len(text), width)]


@pytest.mark.parametrize(
    ("head", "foot"),
    [
        (lambda page, _: "旧城纪事" if page % 2 else "张三 著", str),
        (lambda page, title: "旧城纪事" if page % 2 else title, "- {} -".format),
        (
            lambda page, title: f"{page}　　旧城纪事" if page % 2 else f"{title}　　{page}",
            lambda _: "",
        ),
        (lambda page, _: f"旧城纪事　　　　{page}", lambda _: ""),
        (lambda page, _: "旧城纪事" if page % 2 else "张三 著", lambda _: ""),
    ],
    ids=["author", "chapter", "numbers within", "one title", "no numbers"],
)
@pytest.mark.parametrize("size", [18, 40])
def test_running_heads_go_and_the_sentence_goes_on(
    size: int, head: Callable[[int, str], str], foot: Callable[[int], str]
) -> None:
    chapters = [
        [f"第{number}章\u3000灯", *paragraphs(size, seed=seed)]
        for seed, number in enumerate("一二三")
    ]
    text = printed(chapters, head, foot)

    cleaned = clean(text)

    assert cleaned.paragraphs == tuple(line for chapter in chapters for line in chapter)
    assert all(cut.reason in ("page mark", "running title") for cut in cleaned.cuts)
    assert sum(len(cut.text) for cut in cleaned.cuts) >= text.count("旧城纪事") * 4


@pytest.mark.parametrize("refrain", ["灯还亮着", "——", "“嗯", "第二天"])
def test_a_refrain_is_no_running_head(refrain: str) -> None:
    lines = [line for n in range(9) for line in (*paragraphs(12, seed=n), refrain)]

    assert clean("\n".join(lines)).paragraphs == tuple(lines)


def test_a_book_in_one_line_is_parted_at_its_headings() -> None:
    chapters = [(f"第{number}章\u3000灯", "".join(paragraphs(20))) for number in "一二三"]
    text = "".join(f"{title} {prose}" for title, prose in chapters)

    assert clean(text).paragraphs == tuple(line for chapter in chapters for line in chapter)
    for other in ("第三章 灯亮了。", "第九章 的末尾 "):
        assert len(clean(text.replace("第二章\u3000灯 ", other)).paragraphs) == 1


@pytest.mark.parametrize("mark", ["（插图001）", "【插圖】", "[图片 3]", "插图", "image12.jpg"])
def test_the_marks_of_pictures_go_with_a_record(mark: str) -> None:
    cleaned = clean("\n".join([f"{LINE}。", mark, f"{LINE}。", mark, f"{LINE}。"]))

    assert cleaned.paragraphs == (f"{LINE}。",) * 3
    assert [(cut.reason, cut.line) for cut in cleaned.cuts] == [
        ("picture mark", 2),
        ("picture mark", 4),
    ]


@pytest.mark.parametrize("line", ["插图", "（插图是她画的）", "图片里的人是谁？", "插画师"])
def test_what_only_speaks_of_a_picture_stays(line: str) -> None:
    text = f"{LINE}。\n{line}\n{LINE}。"

    assert clean(text).paragraphs == tuple(text.split("\n"))
