"""Whatever marks a novel prints, its speech stands in “ and ”."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.engine.measures.quotes import speech_marks, with_curly_quotes

PAIRS = {"“": ["”", '"'], "‘": ["’"], "「": ["」"], '"': ['"'], "`": ["-"]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“一”“二‘三’”", ("“", '”"')),
        ("「一」「二『三』」", ("「", "」")),
        ('"一""二"“三”', ('"', '"')),
        ("`一…-`二-“三”", ("`", "-")),
        ("一", None),
    ],
)
def test_speech_stands_in_the_commonest_marks(text: str, expected: tuple[str, str] | None) -> None:
    wanted = expected and (expected[0], frozenset(expected[1]))
    assert speech_marks([text], PAIRS) == wanted


def test_the_commonest_marks_are_those_of_all_texts_together() -> None:
    assert speech_marks(["“一”", "「二」", "「三」"], PAIRS) == ("「", frozenset("」"))


def test_a_novel_without_quotation_marks_has_none() -> None:
    assert speech_marks(["“一”"], {}) is None


@pytest.mark.parametrize(
    ("text", "opening", "expected"),
    [
        ("他道：「好。」", "「", "他道：“好。”"),
        ("他道：`好…-`是-", "`", "他道：“好…”“是”"),
        ('他道：“好。"她道：“是。”', "“", "他道：“好。”她道：“是。”"),
        ('他道："好。"她道："是。"', '"', "他道：“好。”她道：“是。”"),
        ('他道："好。\n她道："是。"\n"', '"', "他道：”好。\n她道：“是。”\n“"),
        ('好。"她道："是。"\n"', '"', "好。”她道：“是。”\n“"),  # begins within a quotation
        ('他道："好', '"', "他道：“好"),
        ("", '"', ""),
    ],
)
def test_marks_are_turned(text: str, opening: str, expected: str) -> None:
    assert with_curly_quotes(text, opening, PAIRS[opening]) == expected


@given(st.text('甲"\n', max_size=30))
def test_turning_changes_nothing_but_marks(text: str) -> None:
    turned = with_curly_quotes(text, '"', ['"'])
    assert turned.replace("“", '"').replace("”", '"') == text
    assert with_curly_quotes(turned, "“", ["”"]) == turned
