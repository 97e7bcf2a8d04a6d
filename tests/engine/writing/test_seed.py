"""A seed phrase becomes known words: the best cut, and what had to be dropped."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import EXAMPLES, random_network

from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.engine.memories.next_word import Model, begin, next_word_distribution
from pipeline.engine.writing.seed import (
    UNKNOWN_COST,
    StandIn,
    best_cut,
    cut_seed,
    read_unknown,
    seed_notes,
    stand_in_rows,
)
from pipeline.engine.writing.writer import Writer
from pipeline.errors import DataError, SettingsError

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


@pytest.mark.slow
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


def test_parts_stand_in_for_an_unknown_word() -> None:
    # 了 stands alone nowhere, but in 听了; 鳖 nowhere at all, and X is no Chinese character.
    seed = cut_seed("宝玉听鳖了，X了", PRIORS, unknown="parts")
    assert seed.words == ("宝玉", "听", "鳖了", "，", "X了")
    assert seed.stand_ins == (StandIn("鳖了", (("听了",),)), StandIn("X了", (("听了",),)))
    assert seed.dropped == ()


def test_what_has_no_part_is_dropped_as_before() -> None:
    text = "宝玉听鳖，X"
    assert cut_seed(text, PRIORS, unknown="parts") == cut_seed(text, PRIORS)


def test_the_most_frequent_words_of_a_character_are_its_parts() -> None:
    priors = {"龙王": -3.0, "龙宫": -2.0, "水龙": -9.0, "龙": -1.0, "虎皮": -4.0, "猛虎": -5.0}
    known = {word: prior for word, prior in priors.items() if word != "龙"}
    assert cut_seed("龙虎", known, unknown="parts").stand_ins == (
        StandIn("龙虎", (("龙宫", "龙王", "水龙"), ("虎皮", "猛虎"))),
    )
    # A character that is a word is read as one; only the other needs a stand-in.
    seed = cut_seed("龙虎", priors, unknown="parts")
    assert seed.words == ("龙", "虎")
    assert [stand_in.word for stand_in in seed.stand_ins] == ["虎"]


def test_a_name_is_whole_between_known_words_and_punctuation() -> None:
    seed = cut_seed("鳖了！了鳖听了", PRIORS, unknown="parts")
    assert [stand_in.word for stand_in in seed.stand_ins] == ["鳖了", "了鳖"]
    assert seed.dropped == ("！",)


def test_unknown_words_can_be_an_error_that_names_them() -> None:
    with pytest.raises(
        DataError, match=r"^seed phrase: expected .* got 鳖了 X; use others"
    ) as caught:
        cut_seed("宝玉鳖了，X宝玉 鳖了", PRIORS, unknown="error")
    assert caught.value.exit_code == 3
    assert cut_seed("宝玉听了", PRIORS, unknown="error").words == ("宝玉", "听了")


def test_notes_say_what_was_done() -> None:
    seed = cut_seed("宝玉鳖了，X", PRIORS, unknown="parts")
    assert seed_notes(seed) == [
        "鳖了: not in this novel's vocabulary; stands in by its parts 听了; "
        "not in this novel's vocabulary, dropped: X"
    ]
    assert seed_notes(cut_seed("宝玉", PRIORS, unknown="parts")) == []


def test_many_unknown_words_are_one_short_note() -> None:
    seed = cut_seed("，".join(f"{chr(0x9F98 - n)}宝" for n in range(300)), PRIORS, unknown="parts")
    strange = cut_seed("，".join(f"鳖{n}听" for n in range(1000, 1300)), PRIORS, unknown="parts")
    for found in (seed, strange):
        (note,) = seed_notes(found)
        assert len(note) < 300
        assert "\n" not in note
    assert seed_notes(seed)[0].endswith(f"dropped: {' '.join(seed.dropped[:10])} and 290 more")


def test_a_way_that_there_is_not_is_refused() -> None:
    assert [read_unknown(way) for way in ("drop", "parts", "error")] == ["drop", "parts", "error"]
    with pytest.raises(SettingsError, match="--unknown: expected drop, parts or error, got 'mean'"):
        read_unknown("mean")


def test_a_stand_in_s_row_is_the_mean_of_its_parts() -> None:
    ids = {"龙王": 0, "龙宫": 1, "猛虎": 2}
    table = np.array([[0.0, 4.0], [8.0, 4.0], [1.0, 0.0], [9.0, 9.0]], dtype=np.float32)
    # 龙宫 is three times as frequent as 龙王: 龙 is (0 + 3·8)/4 = 6 and (4 + 3·4)/4 = 4; 虎 is
    # 猛虎's (1, 0); the word is the mean of both characters.
    (row,) = stand_in_rows(
        [StandIn("龙虎", (("龙宫", "龙王"), ("猛虎",)))],
        ids=ids,
        log_priors={"龙王": np.log(0.1), "龙宫": np.log(0.3), "猛虎": np.log(0.6)},
        gate_table=table,
    )
    np.testing.assert_allclose(row, [3.5, 2.0], rtol=1e-6)
    assert row.dtype == np.float32


def test_a_stand_in_of_one_part_reads_as_that_part() -> None:
    writer = Writer(random_network(words=("宝玉", "听了", "龙王", "，")))
    seed = writer.understand("宝玉龙，")
    assert writer.seed_ids(seed) == [0, 9, 3]  # 2V + 1, V being 4
    model = writer.model(seed=seed)
    as_part = next_word_distribution(begin(Model(writer.network), [0, 2, 3]), Model(writer.network))
    stood_in = next_word_distribution(begin(model, writer.seed_ids(seed)), model)
    np.testing.assert_allclose(stood_in.log_probs, as_part.log_probs, rtol=1e-6)
    # The memories, which know words by their ids, take it for the unknown word.
    assert begin(model, writer.seed_ids(seed)).history == (0, 4, 3)
    # Nothing is left behind: the writer's own table is as it was.
    assert writer.network.gate_table.shape[0] == 5


def test_a_seed_of_stand_ins_is_written_on_from() -> None:
    writer = Writer(random_network(words=("宝玉", "听了", "龙王", "，", PARAGRAPH_BREAK)))
    text = writer.continue_text("龙龙", words=8, rng_seed=1)
    assert text
    assert text == writer.continue_text("龙龙", words=8, rng_seed=1)
    with pytest.raises(DataError, match="expected words that the novel knows, got 龙龙"):
        writer.continue_text("龙龙", unknown="error")
    with pytest.raises(DataError, match="expected Chinese words that the novel"):
        writer.continue_text("龙龙", unknown="drop")


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
    writer = Writer(random_network(words=("宝玉", "听了", "，", "hello", PARAGRAPH_BREAK)))
    with pytest.raises(DataError) as caught:
        writer.understand(phrase)
    message = str(caught.value)
    assert all(example in message for example in EXAMPLES)
    assert "\n" not in message
    assert caught.value.exit_code == 3


def test_the_writer_s_own_frequencies_decide_the_cut() -> None:
    # Counts fall as 1/rank, so that 宝玉 as one word beats 宝 and 玉 as two.
    writer = Writer(random_network(words=("宝玉", "宝", "玉")))
    assert writer.understand("宝玉宝").words == ("宝玉", "宝")
    np.testing.assert_allclose(sum(map(np.exp, writer.log_priors.values())), 1, rtol=1e-6)
