"""Which characters are Chinese is said once, and told by Unicode's own names of them."""

from __future__ import annotations

import re
import sys
import unicodedata

import pytest
from pipelines import ROOT

from pipeline.chinese import has_chinese, is_all_chinese, is_chinese


def test_they_are_the_unified_ideographs_and_the_zero() -> None:
    """And what lies between them in planes 2 and 3, which is ideographs too, or nothing yet."""
    for character in map(chr, range(sys.maxunicode + 1)):
        name = unicodedata.name(character, "")
        if name.startswith("CJK UNIFIED IDEOGRAPH-"):
            assert is_chinese(character)
        elif is_chinese(character):
            assert character == "〇" or name[:29] in ("", "CJK COMPATIBILITY IDEOGRAPH-2")


@pytest.mark.parametrize(
    ("word", "whole", "some"),
    [
        ("三楼", True, True),
        ("二〇二", True, True),
        ("𠀀", True, True),
        ("T恤", False, True),
        ("䷀", False, False),  # a hexagram, in the block between two of ideographs
        ("\uf900", False, False),  # an ideograph for compatibility with old encodings
        ("。", False, False),
        ("", False, False),
    ],
)
def test_words(word: str, whole: bool, some: bool) -> None:
    assert (is_all_chinese(word), has_chinese(word)) == (whole, some)


def test_nobody_else_says_it() -> None:
    named = {
        path.relative_to(ROOT / "pipeline").as_posix()
        for path in (ROOT / "pipeline").rglob("*.py")
        if re.search(r"u(3400|4e00|9fff)", path.read_text(encoding="utf-8"))
    }
    # jieba's own set decides what it joins to a word.
    assert named == {"chinese.py", "text/words/dictionary.py"}
