"""What was perhaps meant: told in one way, and only where it is likely."""

from __future__ import annotations

import pytest
from pipelines import ROOT

from pipeline.hints import hint


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


def test_nobody_else_makes_the_sentence() -> None:
    said = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "pipeline").rglob("*.py")
        if "; the nearest is {" in path.read_text("utf-8")
    ]
    assert said == ["pipeline/hints.py"]
