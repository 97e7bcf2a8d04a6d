"""The open vocabulary: words that are frequent, all characters, and counts after parting."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.text.words.vocabulary import characters_of, open_vocabulary

WORDS = {"宝玉": 9, "听了": 6, "听": 5, "，": 20, PARAGRAPH_BREAK: 8, "宝玉听": 2, "龙宫": 1}
novels = st.dictionaries(
    st.text(alphabet="宝玉听了龙宫，", min_size=1, max_size=4), st.integers(1, 12), min_size=1
)


def test_frequent_words_and_all_characters_are_pieces() -> None:
    found = open_vocabulary(WORDS, min_count=5)
    assert set(found.counts) == {
        *("宝玉", "听了", "听", "，", PARAGRAPH_BREAK),
        *"宝玉了龙宫",
    }
    assert found.counts["宝玉"] == 9 + 2, "the rare 宝玉听 is parted"
    assert found.counts["听"] == 5 + 2
    assert (found.counts["龙"], found.counts["宫"]) == (1, 1)
    assert (found.counts["宝"], found.counts["了"]) == (0, 0), "these stand within words alone"
    assert found.tokenizer.pieces("龙宫听了") == ("龙", "宫", "听了")
    assert list(found.counts)[:2] == ["，", "宝玉"], "the most frequent first"


def test_the_share_of_unseen_characters_is_that_of_those_seen_once() -> None:
    found = open_vocabulary(WORDS, min_count=5)
    tokens = 9 + 6 + 5 + 20 + 8 + 2 * 2 + 2
    assert found.unseen == pytest.approx(2 / tokens)  # 龙 and 宫
    assert open_vocabulary({"听": 10}, min_count=5).unseen == pytest.approx(0.5 / 10)


@settings(deadline=None)
@given(novels, st.integers(1, 6))
def test_counts_are_those_of_the_novel_parted(words: dict[str, int], min_count: int) -> None:
    found = open_vocabulary(words, min_count=min_count)
    expected: Counter[str] = Counter()
    for word, count in words.items():
        for piece in found.tokenizer.pieces(word):
            expected[piece] += count
    assert {piece: count for piece, count in found.counts.items() if count} == dict(expected)
    characters = characters_of(words)
    assert set(characters) <= set(found.counts), "every character can be written"
    assert sum(len(p) * n for p, n in expected.items()) == sum(characters.values())
    assert 0 < found.unseen <= 1


def test_the_order_of_words_does_not_matter() -> None:
    backwards = dict(reversed(WORDS.items()))
    one, other = (open_vocabulary(words, min_count=5) for words in (WORDS, backwards))
    assert list(one.counts.items()) == list(other.counts.items())
    assert one.unseen == other.unseen
