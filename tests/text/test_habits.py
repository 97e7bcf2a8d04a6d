"""Which lines of a book are its chapters' headings: the whole book decides."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from pipeline.text.chapters.chapters import Division, divide
from pipeline.text.cleaning.clean import clean

TITLES = ("夜雨", "他来了", "谁在敲门？", "归去来兮", "灯下故人", "白马", "渡口", "火")
NUMBERS = "一二三四五六七八九十"
SENTENCE = "她在灯下坐了很久，听见雨落在瓦上，一声一声，像有人在远处敲着什么。"


def body(place: int, *, paragraphs: int = 6) -> list[str]:
    """Paragraphs of a chapter, no two of them alike: 36 characters and a number each."""
    return [f"　　{SENTENCE}{place}又{n}。" for n in range(paragraphs)]


def book(headings: Sequence[str | list[str]], inside: dict[int, list[str]] | None = None) -> str:
    """A book: each heading with six paragraphs, and in the middle of some chapters other lines."""
    lines: list[str] = []
    for place, heading in enumerate(headings):
        lines += [heading] if isinstance(heading, str) else heading
        text = body(place)
        text[3:3] = (inside or {}).get(place, [])
        lines += text
    return "\n".join(lines)


def read(text: str) -> Division:
    return divide(clean(text).paragraphs)


def titles(text: str) -> list[str]:
    return [chapter.title.replace("\u3000", " ") for chapter in read(text).chapters]


FORMS: list[Callable[[int, str], str]] = [
    lambda n, t: f"第{NUMBERS[n]}章{t}",
    lambda n, t: f"第{n + 1:03d}章 {t}",
    lambda n, t: f"第{n + 1}話 {t}",
    lambda n, t: f"第{NUMBERS[n]}集 {t}",
    lambda n, t: f"第{NUMBERS[n]}幕",
    lambda n, t: f"第{NUMBERS[n]}場 {t}",
    lambda n, t: f"第{NUMBERS[n]}册 {t}",
    lambda n, t: f"第{NUMBERS[n]}讲 {t}",
    lambda n, t: f"{n + 1}",
    lambda n, t: f"{n + 1}.{t}",
    lambda n, t: f"{n + 1:03d} {t}",
    lambda n, t: f"{n + 1}{t}",
    lambda n, t: f"{NUMBERS[n]}、{t}",
    lambda n, t: f"{NUMBERS[n]} {t}",
    lambda n, t: f"（{NUMBERS[n]}）",
    lambda n, t: f"{t}（{NUMBERS[n]}）",
    lambda n, t: f"#{n + 1} {t}",
    lambda n, t: f"{'ⅠⅡⅢⅣⅤⅥⅦⅧ'[n]} {t}",
    lambda n, t: f"{'①②③④⑤⑥⑦⑧'[n]}{t}",
    lambda n, t: f"Chapter {n + 1}",
    lambda n, t: f"chapter.{n + 1:03d} {t}",
    lambda n, t: f"ACT {('I', 'II', 'III', 'IV', 'V', 'VI', 'VII', 'VIII')[n]}",
    lambda n, t: f"☆、{t}",
    lambda n, t: f"☆、第{n + 1}章 {t}",
    lambda n, t: f"## {t}",
    lambda n, t: f"【第{n + 1}章 {t}】",
    lambda n, t: f"=== 第{n + 1}章 {t} ===",
    lambda n, t: f"=== {t} ===",
    lambda n, t: f"§{n + 1} {t}",
    lambda n, t: f"◆第{NUMBERS[n]}章◆{t}",
    lambda n, t: f"★第{NUMBERS[n]}章 {t}",
    lambda n, t: f"**第{n + 1}章 {t}**",
    lambda n, t: f"章节目录 第{NUMBERS[n]}章 {t}",
    lambda n, t: f"正文卷 第{NUMBERS[n]}章 {t}",
    lambda n, t: f"VIP卷 第{NUMBERS[n]}章 {t}",
    lambda n, t: f"{n + 1:03d} 第{n + 1}章 {t}",
    lambda n, t: f"({n + 1}) 第{n + 1}章 {t}",
    lambda n, t: f"山海集第{n + 1}章 {t}",
    lambda n, t: f"山海集 第{n + 1}章 {t}",
    lambda n, t: f"风起云涌卷 第{n + 1}章 {t}",
    lambda n, t: f"{t} 第{n + 1}章",
    lambda n, t: f"{t}（第{n + 1}章）",
    lambda n, t: f"第 {NUMBERS[n]} 章 {t}",
    lambda n, t: f"第一O{NUMBERS[n]}章 {t}",
    lambda n, t: f"第１０{'１２３４５６７８'[n]}章 {t}",
    lambda n, t: f"第{n + 1}章 {t}。",
    lambda n, t: f"第{n + 1}章 {t}，",
    lambda n, t: f"第{n + 1}章 “{t}。”",
    lambda n, t: f"第{n + 1}章{t}，{t}",
    lambda n, t: f"第{2 * n + 1}-{2 * n + 2}章 {t}",
    lambda n, t: f"第{2 * n + 1}、{2 * n + 2}章",
    lambda n, t: f"第{NUMBERS[n // 4]}卷第{NUMBERS[n % 4]}章 {t}",
    lambda n, t: f"卷{NUMBERS[n // 4]} 第{NUMBERS[n % 4]}章 {t}",
    lambda n, t: f"第{NUMBERS[n // 4]}集 第{NUMBERS[n % 4]}章 {t}",
    lambda n, t: f"第{NUMBERS[n]}案 {t}",
    lambda n, t: f"笫{NUMBERS[n]}章 {t}",
    lambda n, t: f"Ch.{n + 1} {t}",
    lambda n, t: f"夜雨之{NUMBERS[n]}",
    lambda n, t: f"夜行 {n + 1}",
    lambda n, t: f"故事{NUMBERS[n]} {t}",
    lambda n, t: f"Day {n + 1}",
    lambda n, t: f"{n // 4 + 1}-{n % 4 + 1} {t}",
    lambda n, t: f"Vol.{n // 4 + 1} Ch.{n % 4 + 1} {t}",
    lambda n, t: f"第{NUMBERS[n]}个世界 {t}",
    lambda n, t: f"第{NUMBERS[n]}封信 {t}",
]


def test_a_title_like_a_sentence_speaks_against_no_family() -> None:
    headings = [*[f"{n + 1}、{t}" for n, t in enumerate(TITLES)], "9、走，去看雪", "10、活着；"]

    assert titles(book(headings)) == headings


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form(0, TITLES[0]))
@pytest.mark.parametrize("contents", [False, True], ids=["", "contents"])
def test_a_book_has_the_headings_of_its_habit(
    form: Callable[[int, str], str], *, contents: bool
) -> None:
    headings = [form(n, title) for n, title in enumerate(TITLES)]
    text = book(headings)
    if contents and headings[0] == "1":
        pytest.skip("a table of bare numbers says nothing")
    if contents:
        text = "\n".join(["《山海集》", "目录", *headings, text])

    division = read(text)

    assert [c.title.replace("\u3000", " ") for c in division.chapters] == headings
    assert [cut.reason for cut in division.cuts] == ["contents"] * (len(headings) + 1) * contents


def chapters(count: int = 8) -> list[str]:
    return [f"第{NUMBERS[n]}章 {TITLES[n]}" for n in range(count)]


@pytest.mark.parametrize(
    "inside",
    [
        {2: ["第一集 初遇", "第二集 别离", "第三集 重逢", "第四集 团圆"]},
        {2: ["第一章 初遇", "第二章 别离", "第三章 重逢"]},
        {2: ["第一节 语文", "第二节 数学", "第三节 英语", "第四节 体育"]},
        {
            2: [
                "第一回 甲",
                *body(20, paragraphs=1),
                "第二回 乙",
                *body(21, paragraphs=1),
                "第三回 丙",
            ]
        },
        {
            5: [
                "第一章 甲",
                *body(20, paragraphs=1),
                "第二章 乙",
                *body(21, paragraphs=1),
                "第三章 丙",
            ]
        },
        {2: ["1.米", "2.油", "3.盐"]},
        {0: ["第一回见她的时候"], 1: ["第二回见她的时候"], 2: ["第三回见她的时候"]},
        {0: ["第一封信"], 1: ["第二封信"], 2: ["第三封信"]},
        {0: ["第二天"], 1: ["第三天"], 2: ["第二天"]},
        {1: ["她念到第三章"]},
        {3: ["第二部 风雪"]},
        {n: ["【叮！获得经验】", "【力量 10】"] for n in range(8)},
        {n: ["一", "床前明月光", "二", "疑是地上霜"] for n in range(8)},
    ],
    ids=lambda inside: next(iter(inside.values()))[0],
)
@pytest.mark.parametrize("bare", [False, True], ids=["章", "1."])
def test_what_stands_in_a_chapter_stays_there(inside: dict[int, list[str]], *, bare: bool) -> None:
    if bare and inside.get(0, [""])[0] == "一":
        pytest.skip("bare numbers within bare numbers")
    headings = [f"{n + 1}.{t}" for n, t in enumerate(TITLES)] if bare else chapters()

    division = read(book(headings, inside))

    assert [c.title.replace("\u3000", " ") for c in division.chapters] == headings
    assert not division.cuts
    kept = "".join(division.paragraphs).replace("\u3000", "").replace(" ", "")
    for lines in inside.values():
        assert all(line.replace(" ", "").strip("　") in kept for line in lines)


@pytest.mark.parametrize(
    "line",
    [
        "第{}回见她的时候",
        "第{}回见面",
        "第{}封信",
        "第{}天",
        "第{}次",
        "第{}节课铃响了",
        "她念到第{}章",
    ],
)
def test_prose_that_counts_divides_no_book(line: str) -> None:
    lines = [text for n in range(6) for text in (*body(n, paragraphs=12), line.format(NUMBERS[n]))]

    division = read("\n".join([*lines, *body(9)]))

    assert [chapter.title for chapter in division.chapters] == ["全文"]
    assert division.undivided
    assert len(division.likeliest) <= 3


def test_the_likeliest_lines_of_a_book_without_headings_are_told() -> None:
    lines = [*body(0), "楔子", *body(1), "雪", "雨夜来客", *body(2), "旧事", *body(3)]

    assert read("\n".join(lines)).likeliest == ("楔子", "雨夜来客", "旧事")


def test_a_timetable_divides_no_book() -> None:
    lines = ["第一节 语文", "第二节 数学", "第三节 英语", "第四节 体育"]

    division = read("\n".join([*body(0, paragraphs=40), *lines, *body(1, paragraphs=40)]))

    assert [chapter.title for chapter in division.chapters] == ["全文"]
    assert len(division.paragraphs) == 84


def test_extras_count_with_the_chapters() -> None:
    extras = [
        "番外第一章 旗开得胜",
        "番外第二章",
        "番外之灰猫",
        "外传 白马",
        "番外篇（上）",
        "【番外】花",
        "新春番外",
        "大结局",
        "Epilogue",
    ]
    headings = ["楔子", *chapters(3), *extras, "后记"]

    assert titles(book(headings)) == headings


def test_an_appendix_between_two_chapters_is_part_of_the_one_before() -> None:
    assert titles(book([*chapters(3), "附录 旧信"])) == [*chapters(3), "附录 旧信"]
    assert titles(book([*chapters(2), "附录 旧信", *chapters(3)[2:]])) == chapters(3)


def test_a_number_that_comes_twice_with_another_title_is_a_chapter_of_its_own() -> None:
    headings = ["第一章 雪", "第二章 月", "第二章 风", "第三章 花（上）", "第三章 花（下）"]

    assert titles(book(headings)) == headings


def test_missing_and_misprinted_numbers_are_chapters() -> None:
    headings = [f"第{n}章" for n in (1, 2, 3, 33, 5, 5, 7, 9, 12, 11, 13)]

    assert titles(book(headings)) == headings


def test_a_line_of_another_habit_fills_the_gap_in_the_numbers() -> None:
    headings = ["第一章 雪", "第二章 月", "第三节 风", "第四章 花", "五、夜", "六、雨"]

    assert titles(book(headings)) == headings


def test_a_heading_in_two_languages_opens_one_chapter() -> None:
    headings = [[f"Chapter {n + 1}", f"第{NUMBERS[n]}章 {TITLES[n]}"] for n in range(8)]

    division = read(book(headings))

    assert [division.paragraphs[c.start] for c in division.chapters] == [
        f"Chapter\u3000{n + 1}" for n in range(8)
    ]


def test_the_heading_that_says_more_is_the_title() -> None:
    headings = [f"第{NUMBERS[n]}章 {TITLES[n]}" for n in range(8)]

    assert titles(book([[f"CHAPTER {n + 1}", h] for n, h in enumerate(headings)])) == headings
    assert titles(book([[h, f"CHAPTER {n + 1}"] for n, h in enumerate(headings)])) == headings


@pytest.mark.parametrize(
    "headings",
    [
        ["第一章 雪"],
        ["第一章 雪", "尾声"],
        ["楔子", "第一章 雪"],
        ["第一章 雪", "第二章 月"],
        ["第二章 月", "第三章 火"],
        ["第一章 雪", "第三章 火"],
        ["1", "2"],
        ["一", "二", "三"],
        ["上", "下"],
        ["上", "中", "下"],
    ],
    ids=" ".join,
)
def test_a_book_of_one_to_three_chapters(headings: list[str]) -> None:
    text = book(headings, {n: body(n + 40, paragraphs=20) for n in range(3)})

    assert titles(text) == headings
    assert not read(text).undivided


def test_two_sure_headings_are_enough_where_the_first_is_damaged() -> None:
    more = {n: body(n + 40, paragraphs=20) for n in range(3)}

    assert titles(book(["第?章 雪", "第二章 月", "第三章 火"], more))[1:] == [
        "第二章 月",
        "第三章 火",
    ]
    alone = {0: body(40, paragraphs=90), 1: body(50, paragraphs=20)}
    assert read(book(["雪", "第二章 月", "第三章 火"], alone)).undivided  # too much before


def test_numbers_of_another_habit_go_on_to_the_end() -> None:
    headings = [*chapters(5), "6、白马", "7、走，去看雪", "8、火"]

    assert titles(book(headings)) == headings


@pytest.mark.parametrize("line", ["第三章 法律责任", "第三章法律规定，婚姻自由。"])
def test_a_line_like_a_heading_amid_a_sentence_opens_no_chapter(line: str) -> None:
    inside = {2: ["他翻开书，正是", line, "那一页折了角。"]}

    assert titles(book(chapters(), inside)) == chapters()


def test_a_title_in_the_line_below_is_the_chapters() -> None:
    headings = [[f"第{NUMBERS[n]}章：", TITLES[n].strip("？")] for n in range(8)]

    assert titles(book(headings)) == [f"{a} {b}" for a, b in headings]


def test_two_levels_are_kept() -> None:
    headings: list[str | list[str]] = [
        ["第一卷 春", "第一章 雪"],
        "第二章 月",
        ["第二卷 秋", *body(30, paragraphs=2), "第一章 风"],
        "第二章 花",
    ]

    division = read(book(headings))

    assert [(c.volume, c.title) for c in division.chapters] == [
        ("第一卷\u3000春", "第一章\u3000雪"),
        ("第一卷\u3000春", "第二章\u3000月"),
        ("第二卷\u3000秋", "第一章\u3000风"),
        ("第二卷\u3000秋", "第二章\u3000花"),
    ]
    # The introduction of a volume stands in its first chapter.
    assert division.paragraphs[division.chapters[2].start] == "第二卷\u3000秋"


def test_both_levels_of_one_line_are_kept() -> None:
    headings = [f"第{NUMBERS[n // 3]}集 第{NUMBERS[n % 3]}章 {TITLES[n]}" for n in range(6)]

    found = read(book(headings)).chapters

    assert [(c.volume, c.title.replace("\u3000", " ")) for c in found] == [
        (f"第{NUMBERS[n // 3]}集", heading) for n, heading in enumerate(headings)
    ]


def test_the_parts_of_a_book_without_chapters_hold_bare_numbers() -> None:
    headings: list[str | list[str]] = []
    for n in range(12):
        headings.append(["第" + NUMBERS[n // 4] + "部"] * (n % 4 == 0) + [f"{n % 4 + 1}"])

    found = read(book(headings)).chapters

    assert [(c.volume, c.title) for c in found] == [
        (f"第{NUMBERS[n // 4]}部", f"{n % 4 + 1}") for n in range(12)
    ]


@pytest.mark.parametrize("numbers", ["12345", "一二三四五"])
@pytest.mark.parametrize("names", [("楔子", "尾声"), ("序", "后记"), ("引子", "")])
@pytest.mark.parametrize("longer", [1, 3], ids=["short", "long"])
def test_bare_numbers_between_prologue_and_epilogue(
    numbers: str, names: tuple[str, str], longer: int
) -> None:
    first, last = names
    headings = [first, *numbers, *([last] if last else [])]
    text = book(headings, {0: body(30, paragraphs=6 * longer - 6)})

    assert titles(text) == headings


@pytest.mark.parametrize(
    "form", ["第{}章 {}（{}）", "第{}章 {}{}", "第{}章 {}【{}】", "{}、{}（{}）"]
)
@pytest.mark.parametrize("parts", ["一二三", "123", "上中下", "一二三四五六", "上下"])
def test_each_part_of_a_chapter_opens_its_own(form: str, parts: str) -> None:
    headings = [form.format(NUMBERS[n], TITLES[n], part) for n in range(4) for part in parts]

    assert titles(book(headings)) == headings
    assert not read(book(headings)).cuts


@pytest.mark.parametrize(
    "inside",
    [
        ["------题外话------", "昨天停电了。"],
        ["（题外话：昨天停电了。）"],
        ["题外话", "昨天停电了。"],
        ["她在封面上写了一个字：", "序"],
        ["楔子"],
        ["尾声"],
        ["序", "附录", "番外篇"],
    ],
)
@pytest.mark.parametrize("numbers", [False, True], ids=["chapters", "numbers"])
def test_what_a_chapter_may_hold_opens_none(inside: list[str], *, numbers: bool) -> None:
    headings = [str(n + 1) for n in range(8)] if numbers else chapters()
    text = book(headings, dict.fromkeys((0, 3, 5), inside))

    assert titles(text) == headings


@pytest.mark.parametrize(
    "headings",
    [
        ["序", "楔子", *chapters(), "尾声", "后记", "附录", "番外"],
        [*chapters()[:4], "番外篇", *chapters()[4:]],
        [*chapters()[:4], "间章", *chapters()[4:]],
        [*chapters()[:4], "序章 归人", *chapters()[4:]],
        ["第一卷", *chapters()[:4], "尾声", "第二卷", "楔子", *chapters()[4:]],
    ],
)
def test_unnumbered_chapters_where_they_belong(headings: list[str]) -> None:
    assert titles(book(headings))[-9:] == [h for h in headings if "卷" not in h][-9:]
