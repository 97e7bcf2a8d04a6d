"""What a sample goes on from, where nobody says it."""

from __future__ import annotations

import pytest
from made_up import segmentation_of

from pipeline.artifacts.segmentation import Part
from pipeline.stages.model import held_out_opening

VOCABULARY = ("，", "。", "宝玉", "听了", "笑道")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["第 一 回", "宝玉 听了 ， 笑道 。 去 罢"], "宝玉听了，笑道。"),
        (["第 一 回", "宝玉 听了 ， 笑道 去 罢"], "宝玉听了，"),
        (["第 一 回", "…… ……", "* * *", "PS", "宝玉 笑道"], "宝玉笑道"),
        (["第 一 回", "龘 龘 。", "听了 。"], "听了。"),
        (["宝玉 笑道"], "宝玉笑道"),
    ],
)
def test_a_sample_goes_on_from_the_first_line_that_can_be_read(
    lines: list[str], expected: str
) -> None:
    before: tuple[Part, list[str]] = ("train", ["序", "宝玉 听了"])
    assert held_out_opening(segmentation_of([before, ("test", lines)]), VOCABULARY) == expected


def test_the_next_test_chapter_is_asked_and_at_last_the_vocabulary() -> None:
    empty: tuple[Part, list[str]] = ("test", ["一", "……"])
    good: tuple[Part, list[str]] = ("test", ["二", "听了 ， 去"])
    assert held_out_opening(segmentation_of([empty, good]), VOCABULARY) == "听了，"
    assert held_out_opening(segmentation_of([empty]), VOCABULARY) == "宝玉"
