"""Marks become one kind where that is asked for, and stay as they are otherwise."""

from __future__ import annotations

import pytest

from pipeline.text.cleaning.clean import clean


@pytest.mark.parametrize(
    ("text", "unified"),
    [
        ('他说,"好."走了!', "他说，“好.”走了！"),
        ('“行",她笑道:"去吧”?', "“行”，她笑道：“去吧”？"),
        ("她道：“就名`沁芳-罢。”", "她道：“就名‘沁芳’罢。”"),
        ("她走了．天黑了．", "她走了。天黑了。"),
        ("约翰．史密斯走了。", "约翰．史密斯走了。"),
        ("3,000人，比1:2，A,B", "3,000人，比1:2，A,B"),
    ],
)
def test_marks_become_one_kind(text: str, unified: str) -> None:
    cleaned = clean(text, punctuation="unify")

    assert cleaned.paragraphs == (unified,)
    assert [cut.reason for cut in cleaned.cuts] == ["punctuation"] * (text != unified)
    assert clean(text).paragraphs == (text,)
