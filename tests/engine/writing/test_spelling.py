"""A phrase is read as the novel writes it: its punctuation, its quotation marks, its script."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pipelines import ROOT

from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.artifacts.tokens import Tokenizer
from pipeline.engine.writing.spelling import _converters, as_the_novel_writes

WORDS = ("听了", "什么", "乾隆", "干净", "里", "“", "”", "，", "。", "『", "』", PARAGRAPH_BREAK)


def tokenizer_of(words: Sequence[str]) -> Tokenizer:
    return Tokenizer(words, [-1.0] * len(words), parts=False)


TOKENIZER = tokenizer_of(WORDS)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("聽了,什麼.", "听了，什么。"),
        ("乾隆", "乾隆"),  # the vocabulary has it: it stays
        ("裡", "里"),
        ('"听了"什么"', "“听了”什么“"),
        ('"听了\n"什么"', "“听了\n“什么”"),  # a line begins anew
        ("'听了'", "『听了』"),
        ("don't", "don't"),
        ("龘</s>", "龘</s>"),
    ],
)
def test_forms(typed: str, read: str) -> None:
    assert as_the_novel_writes(typed, TOKENIZER) == read


def test_a_novel_in_traditional_characters_reads_simplified_ones() -> None:
    tokenizer = tokenizer_of(("聽了", "甚麼", "「", "」"))
    assert as_the_novel_writes('"听了"', tokenizer) == "「聽了」"


def test_marks_that_the_novel_uses_stay() -> None:
    tokenizer = tokenizer_of(('"', ",", "听"))
    assert as_the_novel_writes('"听","', tokenizer) == '"听","'


@settings(deadline=None)  # OpenCC is loaded
@given(st.text(alphabet="听聽了麼麽,\"'\n。龘a", max_size=12))
def test_a_text_keeps_its_length_and_what_is_known(text: str) -> None:
    read = as_the_novel_writes(text, TOKENIZER)
    assert len(read) == len(text)
    known = {c for word in WORDS[:-1] for c in word}
    assert all(new == old for old, new in zip(text, read, strict=True) if old in known)


def test_dictionaries_are_loaded_once() -> None:
    for _ in range(3):
        assert as_the_novel_writes("聽了", TOKENIZER) == "听了"
    assert _converters.cache_info().misses == 1


def test_opencc_is_loaded_only_for_a_character_that_is_not_known() -> None:
    for phrase, loaded in (("听了，什么", False), ("聽了", True)):
        probe = (
            "import sys; from pipeline.engine.writing.spelling import as_the_novel_writes as read; "
            "from pipeline.artifacts.tokens import Tokenizer; "
            f"read({phrase!r}, Tokenizer({WORDS!r}, [-1.0] * {len(WORDS)}, parts=False)); "
            "print('opencc' in sys.modules)"
        )
        done = subprocess.run(
            [sys.executable, "-X", "utf8", "-c", probe],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == str(loaded)
