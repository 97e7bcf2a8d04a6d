"""Main characters found by who speaks, and words of content."""

from __future__ import annotations

import pytest
from pipelines import MAIN_CAST, NOVELLA, ROOT

from pipeline.text.words.cast import main_characters, speakers
from pipeline.text.words.dictionary import starting_words
from pipeline.text.words.paragraphs import cut_paragraphs
from pipeline.text.words.tags import dictionary_tags, is_content_word

NAMES = frozenset(("宝玉", "黛玉", "行者"))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("宝玉 道 ： “ 好 。 ”", ["宝玉"]),
        ("宝玉 听 了 ， 忙 笑道 ： “ 好 。 ”", []),  # another clause
        ("黛玉 便 忙 笑道 ： “ 好 。 ”", ["黛玉"]),
        ("黛玉道 ： “ 好 。 ” 宝玉 忙 道 ： “ 好 。 ”", ["黛玉", "宝玉"]),
        ("宝玉 有 几 样 东西 ： 笔 、 墨", []),  # no word of speaking
        ("“ 好 。 ” 行者 道 。", ["行者"]),
        ("“ 好 。 ” 行者 大声 喊 。", ["行者"]),
        ("“ 好 。 ” 行者 走 了 。", []),
    ],
)
def test_who_speaks(line: str, expected: list[str]) -> None:
    assert list(speakers(line.split(" "), NAMES)) == expected


def test_the_cast_of_the_novella_is_found_without_being_told() -> None:
    # The user dictionary keeps the names whole; that they are names is not told: its tags are not
    # read.
    lines = NOVELLA.read_text(encoding="utf-8").splitlines()
    own = starting_words(ROOT / "data/userdict.txt")
    words, _ = cut_paragraphs([line for line in lines if line], user_words=own)
    known = frozenset(word for line in words for word in line.split(" "))

    found = dict(main_characters(words, 12, known))

    assert next(iter(found)) == "青棠"
    assert set(MAIN_CAST) <= set(found)
    assert found["来喜"] == sum(line.split(" ").count("来喜") for line in words)


def test_only_known_words_are_chosen() -> None:
    lines = ["宝玉 道 ： “ 好 。 ”", "黛玉 道 ： “ 好 。 ”"]

    assert main_characters(lines, 5, {"黛玉"}) == [("黛玉", 1)]


def test_without_dialogue_names_that_begin_clauses_are_taken() -> None:
    lines = ["青棠 看见 桌子 。 青棠 走 了 。", "来喜 坐 在 桌子 旁边 ， 眼睛 看见 桌子 。"]

    # 桌子 and 眼睛 are nouns of the dictionary, 青棠 and 来喜 are in no dictionary.
    assert main_characters(lines, 5, {"青棠", "来喜", "桌子", "眼睛"}) == [("青棠", 2), ("来喜", 1)]


def test_who_never_begins_a_clause_is_no_character() -> None:
    lines = ["行者 闻言 道 ： “ 好 。 ”", "行者 道 ： “ 好 。 ”"]

    # 闻言, a noun of the dictionary, stands before 道 once; so does 行者.
    assert main_characters(lines, 5, {"行者", "闻言"}) == [("行者", 2)]


@pytest.mark.parametrize(
    ("word", "holds"),
    [
        *((word, True) for word in ("宝玉", "青棠", "银子", "人", "知道")),
        *((word, False) for word in ("是", "的", "，", "</s>", "于是", "一个")),
    ],
)
def test_words_of_content(word: str, holds: bool) -> None:
    assert is_content_word(word, dictionary_tags([word]).get(word)) is holds
