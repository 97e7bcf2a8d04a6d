from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pipelines import CORPORA

from pipeline.text.chapters.chapters import divide
from pipeline.text.chapters.headings import is_heading, may_be_heading, read_heading
from pipeline.text.chapters.numerals import number
from pipeline.text.chapters.pattern import compile_pattern
from pipeline.text.cleaning.clean import clean


@pytest.mark.parametrize(
    ("numeral", "value"),
    [
        ("一百二十", 120),
        ("一一九", 119),
        ("廿三", 23),
        ("卅", 30),
        ("十", 10),
        ("一百零五", 105),
        ("三千〇二十", 3020),
        ("两百", 200),
        ("１２", 12),
        ("108", 108),
        ("一万二千", 12000),
        ("〇", 0),
    ],
)
def test_numerals(numeral: str, value: int) -> None:
    assert number(numeral) == value


@pytest.mark.parametrize(
    "line",
    [
        "第一回",
        "第一回　甄士隐梦幻识通灵　贾雨村风尘怀闺秀",
        "第一回甄士隐梦幻识通灵",
        "第十二章 你是谁？",
        "第１２章　雪夜",
        "第12章：雪夜",
        "第一一九回　中乡魁",
        "第廿三节 月",
        "第〇章",
        "第两百零一章 归",
        "第三卷 风起",
        "第二部",
        "第一折 楔",
        "第四集 旧事",
        "第五篇 别离",
        "【第一章】 初见",
        "《某书》第一回 初见",
        "正文 第三章 家",
        "卷一 风起",
        "楔子",
        "序章",
        "序",
        "引子",
        "尾声",
        "尾声 雪",
        "番外",
        "番外一 旧事",
        "番外：雪",
        "后记",
        "终章",
        "第十章 “归来”",
        "章节目录 第一章 归",
        "☆、第1章 归",
        "VIP卷 第一章 归",
        "## 第一章 归",
        "001 第一章 归",
        "chapter.001 归",
        "Chapter Three",
        "ACT IV",
        "第一話 归",
        "第一幕",
        "第二册 归",
        "第一卷第一章 归",
        "第三、四章 归",
        "第1-2章",
        "第三章、第四章 归",
        "第 十 二 章 归",
        "第一O三章 归",
        "归 第一章",
        "归（第一章）",
        "【归】第一章",
        "第一章 他来了。",
        "第一百二十三章风雪夜归人，求月票",
        "第一章风雪，夜归人（求月票）",
        "第三章 归（第三更！求月票、求推荐票、求订阅！感谢书友白衣渡江的一万起点币打赏！）",
        "上卷 春",
        "番外第一章 归",
        "番外之灰猫",
        "外传 白马",
        "大结局",
        "序一",
        "间章",
    ],
)
def test_headings(line: str) -> None:
    assert is_heading(line)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "第一章他没有读懂。",
        "第一章，他没有读懂",
        "第一章 他读了又读，还是没有读懂。",
        "此开卷第一回也．作者自云",
        "第二天",
        "第二回合他赢了",
        "第三部电影",
        "第三集团军进城了",
        "第一回中乡魁宝玉却尘缘沐皇恩贾家延世泽——",
        "第四回中既将薛家母子寄居等事略已表明，此回则暂不能写矣．",
        "尾声里，他走了",
        "序幕拉开",
        "后记者来了",
        "第一章　他说：“走。”",
        "第一章 " + "长" * 40,
        "第一回见她的时候",
        "第一回见面",
        "第一封信",
        "第一节课铃响了",
        "第一部分的人走了",
        "她念到第三章",
        "第一章 甲　第二章 乙　第三章 丙",
        "1.夜雨",
        "一、夜雨",
        "12",
        "2024年3月",
        "3.5米",
    ],
)
def test_prose_is_no_heading(line: str) -> None:
    assert not is_heading(line)


def test_what_is_a_heading_in_some_book() -> None:
    for line in ("1.夜雨", "一、夜雨", "12", "（三）", "夜雨（三）", "☆、夜雨", "第一回见面"):
        assert may_be_heading(line)
        assert not is_heading(line)
    for line in ("她走了。", "第二天", "3.5米", "一个人", "“第一章”他念道。", "第一章他没有读懂。"):
        assert not may_be_heading(line)


def chapter(number: str, unit: str = "章") -> list[str]:
    return [f"第{number}{unit}\u3000夜雨", f"这是{number}的正文。", "天黑了。"]


def test_chapters_cover_everything_and_short_front_matter_joins_the_first() -> None:
    paragraphs = ["《某书》", "某人著", *chapter("一"), *chapter("二"), *chapter("三")]

    division = divide(paragraphs)

    assert [(c.title, c.start, c.stop) for c in division.chapters] == [
        ("第一章\u3000夜雨", 0, 5),
        ("第二章\u3000夜雨", 5, 8),
        ("第三章\u3000夜雨", 8, 11),
    ]
    assert len(division.cuts) == 0


def test_long_front_matter_is_a_chapter() -> None:
    paragraphs = ["字" * 500, *chapter("一"), *chapter("二"), *chapter("三")]

    assert divide(paragraphs).chapters[0].title == "前言"
    assert len(divide(paragraphs).chapters) == 4


def test_a_volume_heading_belongs_to_the_chapter_after_it() -> None:
    paragraphs = ["第一卷 春", *chapter("一"), *chapter("二"), "第二卷 秋", *chapter("一")]

    assert [(c.title, c.start) for c in divide(paragraphs).chapters] == [
        ("第一章\u3000夜雨", 0),
        ("第二章\u3000夜雨", 4),
        ("第一章\u3000夜雨", 7),
    ]


@pytest.mark.parametrize("label", [["目录"], ["目　录"], []])
def test_a_table_of_contents_makes_no_chapters(label: list[str]) -> None:
    numbers = "一二三四五六"
    contents = [f"第{n}章\u3000夜雨" for n in numbers]
    body = [paragraph for n in numbers for paragraph in chapter(n)]

    division = divide(["《某书》", *label, *contents, *body])

    assert division.paragraphs == ("《某书》", *body)
    assert len(division.chapters) == 6
    assert len(division.cuts) == len(label) + 6


def test_a_volume_heading_after_the_contents_is_kept() -> None:
    numbers = "一二三四五"
    contents = ["第一卷 春", *[f"第{n}章\u3000夜雨" for n in numbers]]
    body = ["第一卷 春", *[paragraph for n in numbers for paragraph in chapter(n)]]

    division = divide([*contents, *body])

    assert division.paragraphs == tuple(body)
    assert len(division.chapters) == 5


def test_a_running_title_opens_no_chapter() -> None:
    paragraphs = [
        *chapter("一"),
        "第一章\u3000夜雨",
        "还是第一章。",
        *chapter("二"),
        *chapter("三"),
    ]

    assert len(divide(paragraphs).chapters) == 3


def test_sections_count_only_without_chapters() -> None:
    sections = [*chapter("一", "节"), *chapter("二", "节"), *chapter("三", "节")]
    assert len(divide(sections).chapters) == 3
    mixed = [*chapter("一"), *chapter("二"), *chapter("三"), *chapter("一", "节")]
    assert len(divide(mixed).chapters) == 3


def test_two_headings_are_chapters_where_they_are_a_books_first_and_second() -> None:
    division = divide([*chapter("一"), *chapter("二")])
    assert [(c.start, c.stop) for c in division.chapters] == [(0, 3), (3, 6)]
    for other in (
        [*chapter("一"), *chapter("五")],
        ["她走了。" * 200, *chapter("一"), *chapter("二")],
    ):
        division = divide(other)
        assert [(c.title, c.start, c.stop) for c in division.chapters] == [("全文", 0, len(other))]


LINES = st.sampled_from(
    [
        "第一章 雪",
        "第二章 月",
        "第三章",
        "第一卷 春",
        "卷二",
        "楔子",
        "目录",
        "第一节 夜",
        "她走了。",
        "字" * 300,
    ]
)


@given(st.lists(LINES, min_size=1, max_size=40))
@settings(deadline=None)
def test_chapters_always_cover_without_gaps(paragraphs: list[str]) -> None:
    division = divide(paragraphs)

    assert len(division.paragraphs) + len(division.cuts) == len(paragraphs)
    assert division.chapters[0].start == 0
    assert division.chapters[-1].stop == len(division.paragraphs)
    for before, after in zip(division.chapters, division.chapters[1:], strict=False):
        assert before.stop == after.start
    for found in division.chapters:
        assert found.start < found.stop or not division.paragraphs
    if "她走了。" in paragraphs:
        assert division.paragraphs.count("她走了。") == paragraphs.count("她走了。")


@pytest.mark.parametrize(("name", "count"), [("hongloumeng", 120), ("xiyouji", 100)])
def test_chapters_of_the_classics(name: str, count: int) -> None:
    path = CORPORA / f"{name}.txt"
    if not path.exists():
        pytest.skip("../shared/corpora is absent")

    division = divide(clean(path.read_bytes().decode("utf-8")).paragraphs)

    headings = [read_heading(c.title) for c in division.chapters]
    assert [h.key for h in headings if h] == [("回", n) for n in range(1, count + 1)]


def test_lines_that_the_book_marks_as_headings_are_its_chapters() -> None:
    prose = ["天黑下来，他把灯点上，又坐了很久。" * 10] * 4
    lines = ["夜 雨", *prose, "归来", *prose, "她说归来", *prose, "第四章　春", *prose]
    titles = frozenset({"夜雨", "归来", "第四章春"})
    found = [chapter.title for chapter in divide(lines, titles=titles).chapters]
    assert found == ["夜 雨", "归来", "第四章　春"]
    assert len(divide(lines).chapters) == 1, "no line is one by itself but the last"
    own = divide(lines, titles=titles, pattern=compile_pattern("她说")).chapters
    assert [chapter.title for chapter in own] == ["前言", "她说归来"], "the user knows better"
