"""A seed phrase becomes known words: the best cut, and what had to be dropped."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from bundles import EXAMPLES, random_bundle
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.engine.seed import UNKNOWN_COST, best_cut, cut_seed
from pipeline.engine.writer import Writer
from pipeline.errors import DataError

PRIORS = {
    "宝玉": -3.0,
    "宝": -6.0,
    "玉": -5.0,
    "听了": -4.0,
    "听": -5.0,
    "，": -1.0,
    "。": -1.5,
    PARAGRAPH_BREAK: -2.0,
}

texts = st.text(alphabet="宝玉听了，鳖X", max_size=8)


def all_cuts(text: str) -> list[list[str]]:
    """Every way to cut a text into pieces."""
    cuts = []
    for ends in product([False, True], repeat=max(len(text) - 1, 0)):
        bounds = [0, *(i + 1 for i, end in enumerate(ends) if end), len(text)]
        cuts.append([text[a:b] for a, b in pairwise(bounds)])
    return cuts


def value(cut: list[str]) -> float:
    """Log probability of a cut; only single characters may be unknown."""
    return sum(
        PRIORS.get(piece, UNKNOWN_COST if len(piece) == 1 else float("-inf")) for piece in cut
    )


@settings(deadline=None, max_examples=150)
@given(texts.filter(bool))
def test_no_cut_is_more_probable(text: str) -> None:
    found = best_cut(text, PRIORS)
    assert "".join(found) == text
    assert value(found) == max(map(value, all_cuts(text)))


@settings(deadline=None, max_examples=150)
@given(texts)
def test_nothing_is_lost_between_words_and_dropped(text: str) -> None:
    seed = cut_seed(text, PRIORS)
    assert all(word in PRIORS for word in seed.words)
    assert not any(character in PRIORS for character in seed.dropped)
    # Taking from one of the two lists at a time spells the text again.
    words, dropped = list(seed.words), list(seed.dropped)
    rest = text
    while rest:
        source = words if words and rest.startswith(words[0]) else dropped
        assert source, f"{rest!r} is neither in words nor in dropped"
        assert rest.startswith(source[0])
        rest = rest[len(source.pop(0)) :]
    assert not words
    assert not dropped


def test_an_unknown_word_falls_into_known_parts_and_the_rest_is_named() -> None:
    seed = cut_seed("宝玉听鳖了，X", PRIORS)
    assert seed.words == ("宝玉", "听", "，")
    assert seed.dropped == ("鳖", "了", "X")


def test_half_width_punctuation_is_read_as_full_width() -> None:
    assert cut_seed("宝玉听了,玉.", PRIORS).words == ("宝玉", "听了", "，", "玉", "。")
    own = PRIORS | {",": -1.0}
    assert cut_seed("宝玉,", own).words == ("宝玉", ","), "a novel that prints it keeps it"


def test_line_ends_are_paragraph_breaks_and_spaces_part_words() -> None:
    seed = cut_seed("  宝 玉\r\n\n 听了\n", PRIORS)
    assert seed.words == ("宝", "玉", PARAGRAPH_BREAK, "听了")
    without = {word: prior for word, prior in PRIORS.items() if word != PARAGRAPH_BREAK}
    assert cut_seed("宝玉\n听了", without).words == ("宝玉", "听了")


@pytest.mark.parametrize("phrase", ["", "  \n\t　", "hello, world", "鳖龘", "，。", "123"])
def test_a_phrase_that_says_nothing_is_refused_with_three_to_try(phrase: str) -> None:
    writer = Writer(random_bundle(words=("宝玉", "听了", "，", "hello", PARAGRAPH_BREAK)))
    with pytest.raises(DataError) as caught:
        writer.understand(phrase)
    message = str(caught.value)
    assert all(example in message for example in EXAMPLES)
    assert "\n" not in message
    assert caught.value.exit_code == 3


def test_the_writer_s_own_frequencies_decide_the_cut() -> None:
    # Counts fall as 1/rank, so that 宝玉 as one word beats 宝 and 玉 as two.
    writer = Writer(random_bundle(words=("宝玉", "宝", "玉")))
    assert writer.understand("宝玉宝").words == ("宝玉", "宝")
    np.testing.assert_allclose(sum(map(np.exp, writer.log_priors.values())), 1, rtol=1e-6)
