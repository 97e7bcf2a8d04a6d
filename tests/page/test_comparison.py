"""The page of a comparison: whole, escaped, in both languages, and with what was measured in it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from pipeline.page.comparison import comparison_page


class Tags(HTMLParser):
    """Notes which elements are open, and fails where one is closed that is not."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.seen.append(tag)
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def comparison(*names: str, bits: float | None = 5.25) -> dict[str, Any]:
    """A comparison of so many models with their texts; the last model has learnt the first text."""
    last = len(names) - 1
    texts = [
        {
            "name": text,
            "characters": 12_345,
            "chapters": ["第一回", "第二回"],
            "scores": [
                {
                    "model": model,
                    "bits_per_character": bits if row == column else 6.5,
                    "interval": [5.0, 6.75],
                    "own": row == column,
                    "learnt": (row, column) == (0, last),
                    "unseen_share": 0.21 * column,
                    "strange": column == last > 0,
                }
                for column, model in enumerate(names)
            ],
            "nearest": [
                {"model": names[row - 1], "bits_per_character": 6.5, "lead": None, "interval": None}
            ],
        }
        for row, text in enumerate(names)
    ]
    merges = [
        {"left": list(names[: n + 1]), "right": [names[n + 1]], "height": 0.5 + n}
        for n in range(last)
    ]
    delta = {"words": ["的"], "distances": [{"texts": list(names[:2]), "delta": 0.75}]}
    return {
        "marks": True,
        "whole": False,
        "models": [{"name": name, "characters": 98_765} for name in names],
        "texts": texts,
        "tree": merges,
        "delta": {**delta, "tree": merges},
    }


def test_it_is_whole_and_says_what_was_measured_in_both_languages() -> None:
    page = comparison_page(comparison("红楼梦", "西游记", "水浒传"), "zh")
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    assert tags.seen.count("svg") == 2 * 3  # heat map and two trees, in each language
    assert '<html lang="zh' in page
    assert {"5.250*", "6.500!", "[5.000, 6.750]", "0.750"} <= set(
        re.findall(r">([\[\d., \]–]+[*!]?)<", page)
    )
    assert "每字比特数" in page
    assert "Bits per character" in page
    assert "script" not in tags.seen
    assert {"12,345", "98,765", "42% unknown", "42% 不认得"} <= set(re.findall(r">([^<]+)<", page))
    assert "全文" not in page
    assert "全文" in comparison_page({**comparison("甲"), "whole": True}, "zh")
    assert "Words alone count" not in page
    assert "Words alone count" in comparison_page({**comparison("甲"), "marks": False}, "zh")


def test_names_are_escaped() -> None:
    page = comparison_page(comparison("<b>楼</b>", 'a"b'), "en")
    assert "<b>" not in page
    assert "&lt;b&gt;楼" in page
    assert '<html lang="en">' in page


@pytest.mark.parametrize(("count", "figures"), [(7, True), (8, False)])
def test_many_models_are_colours_alone(count: int, figures: bool) -> None:
    page = comparison_page(comparison(*(f"书{number}" for number in range(count))), "zh")
    (drawing, *_) = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert drawing.count("<rect") == count * count
    assert (">5.250*</text>" in drawing) == figures
    assert ("rotate(" in drawing) != figures


def test_the_best_of_a_row_is_palest_and_a_learnt_cell_counts_for_nothing() -> None:
    found = comparison("甲", "乙")
    page = comparison_page(found, "zh")
    opacity = [float(own) for own in re.findall(r'fill-opacity="([\d.]+)"', page)[:4]]
    own, learnt, other, second = opacity
    assert own == learnt == second == min(opacity)
    assert other == max(opacity) > own


def test_without_figures_it_says_so() -> None:
    found = comparison("甲", "乙", bits=None)
    found |= {"tree": [], "delta": None}
    page = comparison_page(found, "zh")
    assert "–*" in page
    assert page.count("<svg") == 2


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_language_has_its_own_title(language: str) -> None:
    page = comparison_page(comparison("甲", "乙"), language)
    assert sorted(re.findall(r"<h1[^>]*>(?:<[^>]+>)*([^<]+)", page)) == ["Comparison", "比较"]
    assert ("<title>比较 · " in page) == (language == "zh")
