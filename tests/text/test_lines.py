"""Lines know where they stood, however many empty ones are between them."""

from __future__ import annotations

import pytest

from pipeline.text.cleaning.clean import clean
from pipeline.text.cleaning.lines import HIDDEN_END, NEW_END, Line, split_lines


@pytest.mark.parametrize("ends", ["\n" * 1_000, "\n \u3000" * 999 + "\n"])
@pytest.mark.parametrize("last", ["", "雪停了。"])
def test_of_many_empty_lines_few_are_kept(ends: str, last: str) -> None:
    lines = split_lines(f"她走了。{ends}天黑了。\n\n{last}")

    assert len(lines) == 6
    assert (lines[0], lines[3]) == (Line(1, "她走了。"), Line(1_001, "天黑了。"))
    assert lines[-1] == Line(1_003, last)


def test_many_empty_lines_that_tags_left_are_not_kept() -> None:
    lines = split_lines(f"她走了。{NEW_END * 1_000}{HIDDEN_END}天黑了。\n")

    assert [line for line in lines if line.text] == [Line(1, "她走了。"), Line(2, "天黑了。")]
    assert len(lines) == 5


def test_a_run_of_control_characters_is_one_cut_with_its_length() -> None:
    cleaned = clean("她走了。" + "\0" * 5_000 + "\x1b[31m天黑了。")

    assert cleaned.paragraphs == ("她走了。天黑了。",)
    assert len(cleaned.cuts) == 1
    assert cleaned.cuts[0].text.endswith(", 5,005 characters")
