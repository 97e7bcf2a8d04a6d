"""How often each character stands is what a plain count says, in any number of paragraphs."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.text import characters
from pipeline.text.characters import count_characters


@given(st.lists(st.text(st.characters())))
@settings(deadline=None)
def test_characters_are_counted_as_one_by_one(paragraphs: list[str]) -> None:
    assert count_characters(paragraphs) == Counter("".join(paragraphs))


def test_long_texts_are_counted_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(characters, "_MANY", 4)

    assert count_characters(["一二三", "二三四五六七八九", "\U00020000"]) == {
        **dict.fromkeys("一四五六七八九\U00020000", 1),
        **dict.fromkeys("二三", 2),
    }
