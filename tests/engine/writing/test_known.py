"""What a vocabulary can spell, against all texts that it does spell."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.engine.writing.constraints.known import can_spell, check_until
from pipeline.errors import SettingsError

words = st.lists(st.text(alphabet="甲乙丙", min_size=1, max_size=3), min_size=1, max_size=3)


@given(words, st.text(alphabet="甲乙丙", min_size=1, max_size=3))
def test_as_all_texts_of_the_words_say(vocabulary: list[str], text: str) -> None:
    # Five words in a row hold every text of three characters that any number of them holds.
    texts = map("".join, product(vocabulary, repeat=5))
    assert can_spell(text, vocabulary) == any(text in spelled for spelled in texts)


def test_parts_of_words_join() -> None:
    vocabulary = ("告诉", "推辞", "道", "他告")
    assert can_spell("告", vocabulary)
    assert can_spell("诉道推", vocabulary)
    assert can_spell("告道他告推", vocabulary)
    assert not can_spell("告辞", vocabulary)


@pytest.mark.parametrize(
    ("until", "complaint"),
    [
        ("告辞", "got 告辞; none of them holds 辞, which the novel writes too seldom or never"),
        ("诉诉", "got 诉诉; no words of it join to that"),
        ("道" * 257, "at most 256 characters, got 257"),
        ("\n", "none of them holds"),
    ],
)
def test_what_can_never_be_written_is_refused_with_the_reason(until: str, complaint: str) -> None:
    with pytest.raises(SettingsError, match=r"^--until: expected ") as caught:
        check_until(until, ("告诉", "道"))
    assert complaint in str(caught.value)


def test_a_paragraph_may_be_the_end() -> None:
    check_until("道\n告", ("告诉", "道", PARAGRAPH_BREAK))
    check_until("", ())
