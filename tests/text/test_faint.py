"""Titles that prose has as well: headings only where a book has no others and they stand evenly."""

from __future__ import annotations

import pytest
from test_habits import SENTENCE, body, book, chapters, read, titles

NAMES = ("夜雨", "故人", "渡口", "白马", "听雪", "长街", "归去", "旧信", "山雨欲来", "灯下")
DAYS = [f"{n + 1}月{2 * n + 3}日" for n in range(10)]
LONG = {
    n: body(n + 40, paragraphs=12) for n in range(10)
}  # 18 paragraphs a chapter: a page or more


@pytest.mark.parametrize(
    "headings",
    [
        NAMES,
        [f"【{name}】" for name in NAMES],
        [f"《{name}》" for name in NAMES],
        [f"※ {name} ※" for name in NAMES],
        [f"～{name}～" for name in NAMES],
        ["楔子", *NAMES, "尾声"],
        ["阿青", "沈砚", "阿青", "老周", "沈砚", "阿青", "老周", "沈砚"],
        [f"{day} 晴" for day in DAYS],
        [f"一九三七年{day}" for day in DAYS],
        [f"2003.{n + 1}.{n + 3}" for n in range(10)],
        ["床前明月光", "疑是地上霜", "举头望明月", "低头思故乡", "春眠不觉晓", "处处闻啼鸟"],
    ],
    ids=lambda headings: headings[1],
)
def test_a_book_without_numbers_is_divided_by_its_titles(headings: list[str]) -> None:
    found = [title.replace(" ", "") for title in titles(book(headings, LONG))]

    assert found == [heading.replace(" ", "") for heading in headings]


@pytest.mark.parametrize("form", ["{}", "【{}】", "{}月三日", "第{}天", "第{}封信"])
@pytest.mark.parametrize("numbers", [False, True], ids=["chapters", "numbers"])
def test_such_lines_in_a_book_with_numbers_are_none(form: str, *, numbers: bool) -> None:
    headings = [str(n + 1) for n in range(8)] if numbers else chapters()
    lines = {n: [form.format(NAMES[n] if "月" not in form else "三")] for n in range(8)}

    assert titles(book(headings, lines)) == headings


@pytest.mark.parametrize(
    "places",
    [(0, 3, 5, 40), (0, 1, 2, 3, 4, 5), (10, 20, 30, 40), (0, 20, 21, 40, 41, 42)],
    ids=["uneven", "pages apart", "late", "in rows"],
)
@pytest.mark.parametrize("form", ["{}", "【{}】"])
def test_lines_that_stand_otherwise_divide_no_book(places: tuple[int, ...], form: str) -> None:
    lines = [f"{SENTENCE}{n}。" for n in range(60)]
    for count, place in enumerate(places):
        lines.insert(place + count, form.format(NAMES[count]))

    assert read("\n".join(lines)).undivided


def test_lines_that_say_the_same_divide_no_book() -> None:
    assert read(book(["系统提示"] * 8, LONG)).undivided
