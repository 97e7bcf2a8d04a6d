"""Words are found in the text as it was sent, whatever cleaning made of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.desk.offsets import placed_words, units_of


def by_character(text: str) -> list[str]:
    return list("".join(text.split()))


def placed(text: str, convert: dict[str, str] | None = None) -> list[tuple[str, str]]:
    """Each word and the stretch of the text that it stands for."""
    table = str.maketrans(convert or {})
    found = placed_words(
        text, by_character, (lambda own: own.translate(table)) if convert else None
    )
    return [(own.word, text[own.places[0][0] : own.places[-1][1]]) for own in found]


def test_what_is_clean_stands_where_it_stands() -> None:
    assert placed("宝玉，\n\n黛玉") == [
        *[(c, c) for c in "宝玉，"],
        (PARAGRAPH_BREAK, "\n"),
        *[(c, c) for c in "黛玉"],
        (PARAGRAPH_BREAK, ""),
    ]


@pytest.mark.parametrize(
    ("text", "stretches"),
    [
        ("　　宝玉 听\u200b了", "宝玉听了"),
        ("宝&nbsp;&nbsp;玉笑", "宝玉笑"),
        ("宝<b>玉</b>笑", "宝玉笑"),
        ("⼈笑", "⼈笑"),  # a radical that stands for 人
        ("a&lt;b 宝", "a&b宝"),  # an entity begins where it stands
    ],
)
def test_what_was_cleaned_stands_where_it_came_from(text: str, stretches: str) -> None:
    assert [own for word, own in placed(text) if word != PARAGRAPH_BREAK] == list(stretches)


def test_what_was_turned_into_another_script_stands_where_it_came_from() -> None:
    found = placed("寶玉聽 了發", {"寶": "宝", "聽": "听", "發": "发"})
    assert found[:-1] == [("宝", "寶"), ("玉", "玉"), ("听", "聽"), ("了", "了"), ("发", "發")]


@given(st.text(alphabet="宝玉，。“a &;<>\u200b\r\n\x85　😀⼈\ufffd", max_size=60))
def test_every_word_lies_within_the_text_in_order(text: str) -> None:
    units = units_of(text)
    last = 0
    for own in placed_words(text, by_character):
        for start, stop in own.places:
            assert last <= start <= stop <= len(text)
            last = start
        start, stop = own.places[0][0], own.places[-1][1]
        assert len(text[start:stop].encode("utf-16-le")) == 2 * (units[stop] - units[start])
