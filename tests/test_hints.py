"""What was perhaps meant: told in one way, and only where it is likely."""

from __future__ import annotations

import pytest
from pipelines import ROOT

from pipeline.hints import file_hint, hint


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("trian", "; the nearest is train"),
        ("report", ""),
        ("", ""),
        ("a\x1b[2j", "; the nearest is a\\x1b[2J"),  # a file's name may hold anything
    ],
)
def test_a_near_name_is_told_and_no_other(name: str, expected: str) -> None:
    assert hint(name, ["train", "embed", "a\x1b[2J"]) == expected


@pytest.mark.parametrize(
    ("name", "known", "expected"),
    [
        ("没有.txt", ["西游前.txt"], ""),  # .txt is all that they share
        ("没有.epub", ["水浒.epub", "三国演义.epub"], ""),
        ("三国.txt", ["三体.txt"], ""),  # one character of two
        ("红楼.txt", ["西游.txt", "红楼梦.txt"], "; the nearest is 红楼梦.txt"),
        ("红楼梦.txt", ["红楼梦.epub"], "; the nearest is 红楼梦.epub"),
        ("红楼.txt", ["红楼梦.epub", "红楼梦.txt"], "; the nearest is 红楼梦.txt"),
        ("novela", ["novella.txt"], "; the nearest is novella.txt"),
        ("第三回.txt", ["第一回.txt"], "; the nearest is 第一回.txt"),
        ("红楼.txt", [], ""),
    ],
)
def test_an_ending_makes_no_two_files_alike(name: str, known: list[str], expected: str) -> None:
    assert file_hint(name, known) == expected


def test_half_alike_is_too_little() -> None:
    assert hint("三国", ["三体"]) == ""
    assert hint("三国", ["三国志"]) == "; the nearest is 三国志"


def test_nobody_else_makes_the_sentence() -> None:
    said = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "pipeline").rglob("*.py")
        if "; the nearest is {" in path.read_text("utf-8")
    ]
    assert said == ["pipeline/hints.py"]
