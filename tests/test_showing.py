"""Text that is fit to be shown: nothing that a terminal obeys, and still the same text."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.shown import shown, shown_json

BAD = "\x00\x07\x1b\x7f\x85\x9b\u200f\u2028\u202a\u202e\u2066\u2069\ud800\udcff\r"


@pytest.mark.parametrize("character", BAD)
def test_what_a_terminal_obeys_is_escaped(character: str) -> None:
    text = shown(f"宝{character}玉", lines=True)
    assert character not in text
    assert text.startswith("宝\\")
    assert text.isprintable()


def test_line_ends_stay_where_they_may() -> None:
    assert shown("宝\n\t玉") == r"宝\n\t玉"
    assert shown("宝\n\t玉", lines=True) == "宝\n\t玉"


def test_length_is_bounded() -> None:
    assert shown("宝" * 9, longest=5) == "宝宝宝宝宝…"
    assert shown("宝" * 5, longest=5) == "宝" * 5


@given(st.text(alphabet=st.characters()))
def test_json_reads_back_as_it_was(text: str) -> None:
    document = json.dumps({"word": text}, ensure_ascii=False, indent=2)
    assert json.loads(shown_json(document)) == {"word": text}
