"""A seed phrase becomes pieces: the best cut, and what becomes of characters never used."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import EXAMPLES, PRIORS, random_network, words_with_break

from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.artifacts.tokens import Tokenizer
from pipeline.engine.memories.next_word import Model
from pipeline.engine.writing.seed import cut_seed, learnt_ids, read_unknown, seed_notes
from pipeline.engine.writing.writer import Writer
from pipeline.errors import DataError, SettingsError

WORDS = words_with_break(30)
texts = st.text(alphabet="宝玉听了，鳖X", max_size=8)


def tokenizer(priors: dict[str, float] = PRIORS) -> Tokenizer:
    return Tokenizer(tuple(priors), priors.values(), parts=True)


@settings(deadline=None, max_examples=150)  # the first one loads OpenCC
@given(texts)
def test_nothing_is_lost_or_moved(text: str) -> None:
    seed = cut_seed(text, tokenizer())
    assert "".join(seed.words) == text
    assert [word for word in seed.words if word not in PRIORS] == list(seed.unknown)
    assert not any(character in PRIORS for character in seed.unknown)
    known = cut_seed(text, tokenizer(), unknown="drop")
    assert list(known.words) == [word for word in seed.words if word in PRIORS]
    assert known.unknown == seed.unknown


def test_an_unknown_character_stands_alone_between_known_pieces() -> None:
    seed = cut_seed("宝玉听鳖了，X", tokenizer())
    assert seed.words == ("宝玉", "听", "鳖", "了", "，", "X")
    assert seed.unknown == ("鳖", "了", "X")
    assert not seed.dropped


def test_unknown_characters_can_be_an_error_that_names_them() -> None:
    with pytest.raises(
        DataError, match=r"^seed phrase: expected .* got 鳖 了 X; use others"
    ) as caught:
        cut_seed("宝玉鳖了，X宝玉 鳖了", tokenizer(), unknown="error")
    assert caught.value.exit_code == 3
    assert cut_seed("宝玉听了", tokenizer(), unknown="error").words == ("宝玉", "听了")


def test_notes_say_what_was_done() -> None:
    kept, dropped = (cut_seed("宝玉鳖鳖，X", tokenizer(), unknown=way) for way in ("keep", "drop"))
    assert seed_notes(kept) == ["never used in this novel, read as unknown characters: 鳖 X"]
    assert seed_notes(dropped) == ["never used in this novel, left out: 鳖 X"]
    assert seed_notes(cut_seed("宝玉", tokenizer())) == []


def test_many_unknown_characters_are_one_short_note() -> None:
    seed = cut_seed("，".join(chr(0x9F98 - n) for n in range(300)), tokenizer())
    (note,) = seed_notes(seed)
    assert len(note) < 200
    assert note.endswith(f"{' '.join(seed.unknown[:10])} and 290 more")


def test_a_way_that_there_is_not_is_refused() -> None:
    assert [read_unknown(way) for way in ("drop", "keep", "error")] == ["drop", "keep", "error"]
    with pytest.raises(SettingsError, match="--unknown: expected keep, drop or error, got 'mean'"):
        read_unknown("mean")


def test_an_unknown_character_is_read_by_the_last_row() -> None:
    writer = Writer(random_network(words=("宝玉", "听了", "，"), unseen=0.1))
    seed = writer.understand("宝玉龙，")
    assert writer.seed_ids(seed) == [0, 3, 2]
    text = writer.continue_text("宝玉龙", words=8, rng_seed=1)
    assert text == writer.continue_text("宝玉龙", words=8, rng_seed=1)
    with pytest.raises(DataError, match="expected characters that the novel uses, got 龙"):
        writer.continue_text("宝玉龙", unknown="error")
    for way in ("keep", "drop"):
        with pytest.raises(DataError, match="expected Chinese words that the novel"):
            writer.continue_text("龙龙", unknown=way)


def test_half_width_punctuation_is_read_as_full_width() -> None:
    seed = cut_seed("宝玉听了,玉.", tokenizer())
    assert seed.words == ("宝玉", "听了", "，", "玉", "。")
    own = tokenizer(PRIORS | {",": -1.0})
    assert cut_seed("宝玉,", own).words == ("宝玉", ","), "a novel that prints it keeps it"


def test_line_ends_are_paragraph_breaks_and_spaces_part_words() -> None:
    seed = cut_seed("  宝 玉\r\n\n 听了\n", tokenizer())
    assert seed.words == ("宝", "玉", PARAGRAPH_BREAK, "听了")
    without = {word: prior for word, prior in PRIORS.items() if word != PARAGRAPH_BREAK}
    assert cut_seed("宝玉\n听了", tokenizer(without)).words == ("宝玉", "听了")


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
    np.testing.assert_allclose(sum(map(np.exp, writer.tokenizer.log_priors.values())), 1, rtol=1e-6)


def test_of_a_text_to_learn_from_the_last_words_are_kept() -> None:
    model = Model(random_network(2, words=WORDS))  # looks 5 words back
    own = Tokenizer(WORDS, [-1.0] * len(WORDS), parts=True)
    assert model.lookback == 5
    line = WORDS[3] + "龘" + WORDS[4]
    unknown, end = len(WORDS), WORDS.index(PARAGRAPH_BREAK)
    assert learnt_ids(line, model, own) == (3, unknown, 4, end)
    assert learnt_ids(f"{line}\n\n{line}\n", model, own) == (end, 3, unknown, 4, end)
    assert learnt_ids("", model, own) == learnt_ids(" \n", model, own) == ()


def test_what_was_learnt_is_read_and_no_part_of_the_text() -> None:
    writer = Writer(random_network(2, words=WORDS))
    seed = writer.understand(WORDS[5] + WORDS[6])
    plain, learnt = (writer.prompt(seed, learn_from=text) for text in ("", WORDS[3] + WORDS[4]))
    first, second = (prompt.begin() for prompt in (plain, learnt))
    assert first.state.draft.ids == second.state.draft.ids == [5, 6]
    expected = learnt.model.begin([3, 4, WORDS.index(PARAGRAPH_BREAK), 5, 6])
    assert second.reading.history == expected.history
    assert first.reading.vector is not None
    assert second.reading.vector is not None
    assert expected.vector is not None
    np.testing.assert_array_equal(second.reading.vector, expected.vector)
    assert not np.array_equal(first.reading.vector, expected.vector)
