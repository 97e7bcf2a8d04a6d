"""The writing: where texts end, what they hold and what they do not, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from writers import GREEDY, HOT, IDS, PLAIN, WORDS, ids_of, model_of, text_of, written

from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.engine.measures.diversity import repeated_share
from pipeline.engine.writing.constraints.order import start
from pipeline.engine.writing.constraints.repetition import NoRepeatedRuns
from pipeline.engine.writing.options import BARE, WritingOptions, split_list
from pipeline.engine.writing.options import WORDS as DEFAULT_WORDS
from pipeline.engine.writing.prompt import constraints_for
from pipeline.engine.writing.sampling import Sampling
from pipeline.engine.writing.writer import write_ids
from pipeline.errors import SettingsError

ENDS = "。！？"


def counted(text: str) -> int:
    """Words of a text whose words are single characters."""
    return len(text.replace("\n", ""))


# where a text ends


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 9), st.integers(1, 60), st.sampled_from([GREEDY, PLAIN, HOT]))
def test_it_goes_on_to_the_end_of_the_sentence(seed: int, words: int, sampling: Sampling) -> None:
    text = text_of(written(model_of(seed), WritingOptions(words=words), sampling=sampling))

    assert words <= counted(text) <= words + 45
    assert text.rstrip("”’》）")[-1] in ENDS + "…"


def test_the_first_words_do_not_depend_on_how_many_are_asked_for() -> None:
    model = model_of(1)
    short, long = (
        written(model, WritingOptions(words=words), sampling=PLAIN) for words in (20, 60)
    )

    assert [c.word for c in short][:20] == [c.word for c in long][:20]


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 9), st.integers(1, 40), st.booleans())
def test_write_ids_writes_exactly_so_many_words(seed: int, words: int, bare: bool) -> None:
    texts = write_ids(
        model_of(seed),
        [np.array([first], dtype=np.int32) for first in (20, 21, 22)],
        words=words,
        sampling=HOT,
        generator=np.random.default_rng(seed),
        writing=BARE if bare else WritingOptions(),
    )

    assert len(texts) == 3
    for ids in texts:
        assert ids.dtype == np.int32
        assert (ids != IDS[PARAGRAPH_BREAK]).sum() == words


@pytest.mark.parametrize("count", [1, 3])
def test_sentences_are_counted(count: int) -> None:
    for seed in range(6):
        text = text_of(written(model_of(seed), WritingOptions(sentences=count)))
        ended = [a for a, b in zip(text, text[1:] + " ", strict=True) if a in ENDS + "…" and b != a]
        assert len(ended) == count
        assert text.rstrip("”’》）")[-1] in ENDS + "…"


@pytest.mark.parametrize("count", [1, 3])
def test_paragraphs_are_counted_and_the_last_break_is_left_out(count: int) -> None:
    for seed in range(6):
        text = text_of(written(model_of(seed), WritingOptions(paragraphs=count), sampling=HOT))
        assert len(text.split("\n")) == count
        assert not text.endswith("\n")


def test_it_stops_once_a_text_is_written() -> None:
    wanted = WORDS[21]
    for seed in range(6):
        text = text_of(written(model_of(seed), WritingOptions(until=wanted), sampling=HOT))
        assert text.count(wanted) == 1
        assert text.rstrip("”’》）").endswith(wanted)
        assert text[text.index(wanted) :].strip("”’》）") == wanted, "only what is open is closed"


def test_what_the_seed_phrase_holds_is_not_yet_written() -> None:
    text = text_of(
        written(model_of(1), WritingOptions(until=WORDS[20]), seed_ids=[20], sampling=HOT)
    )

    assert WORDS[20] in text


def test_a_text_that_never_comes_ends_with_the_words() -> None:
    # Banned and awaited at once: the words decide.
    writing = WritingOptions(words=30, until=WORDS[20], ban=(WORDS[20],))
    text = text_of(written(model_of(1), writing))

    assert WORDS[20] not in text
    assert 30 <= counted(text) <= 75


def test_whichever_end_comes_first() -> None:
    model = model_of(2)
    long = text_of(written(model, WritingOptions(words=100, sentences=2)))
    short = text_of(written(model, WritingOptions(words=1, sentences=50)))

    assert long == text_of(written(model, WritingOptions(sentences=2)))
    assert sum(map(short.count, ENDS + "…")) == 1


@pytest.mark.parametrize(
    ("writing", "limit"),
    [
        (WritingOptions(), DEFAULT_WORDS),
        (WritingOptions(words=7), 7),
        (WritingOptions(words=500, sentences=2), 400),
        (WritingOptions(paragraphs=2), 4000),
        (WritingOptions(until="甲"), 2000),
        (WritingOptions(until="甲", words=9), 9),
        (WritingOptions(paragraphs=10**6), 10**6),
    ],
)
def test_limits(writing: WritingOptions, limit: int) -> None:
    assert writing.limit() == limit


def test_a_novel_without_stops_ends_where_the_words_end() -> None:
    model = model_of(1, words=("甲", "乙", "丙"))

    assert len(written(model, WritingOptions(words=9), seed_ids=[0])) == 9


# repeats


def grams(ids: list[int], length: int) -> list[tuple[int, ...]]:
    return [tuple(ids[i : i + length]) for i in range(len(ids) - length + 1)]


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 9), st.integers(2, 4), st.sampled_from([GREEDY, PLAIN]))
def test_no_run_is_written_twice(seed: int, length: int, sampling: Sampling) -> None:
    seed_ids = ids_of("一丁七丁一")
    writing = WritingOptions(words=60, no_repeat=length, finish=False)
    ids = seed_ids + [c.word_id for c in written(model_of(seed), writing, seed_ids=seed_ids)]

    marks = {number for number, word in enumerate(WORDS) if not word.isalnum()}
    runs = [run for run in grams(ids, length) if 2 * sum(i in marks for i in run) < length]
    assert len(runs) == len(set(runs))
    double = grams(ids, 2 * length)
    assert len(double) == len(set(double)), "twice as long, no run comes back at all"


def test_formulae_of_the_novel_may_come_back_and_other_runs_may_not() -> None:
    # 七道：“ stands in this text every ten words, 万道：“ once; both are half punctuation.
    words = (PARAGRAPH_BREAK, *"，。：“”七道万一丁三上下不")
    ids = {word: number for number, word in enumerate(words)}
    text = np.array([ids[c] for c in "七道：“一丁三上。”" * 500 + "万道：“"], dtype=np.int32)
    constraints = constraints_for(model_of(1, words=words, text_ids=text), WritingOptions())

    def barred_after(written_so_far: str) -> set[str]:
        state = start([ids[c] for c in written_so_far], constraints)
        (runs,) = [own for own in state.constraints if isinstance(own, NoRepeatedRuns)]
        return {words[number] for number in runs.repeated_next(state.draft).tolist()}

    assert barred_after("七道：“不下。”七道：") == set()
    assert barred_after("万道：“不下。”万道：") == {"“"}
    assert barred_after("七一丁三。七一丁") == {"三"}, "words alone are never a formula"
    assert barred_after("七道：“不下。”七道：“不下。") == {"”"}, "nor are runs twice as long"


def test_without_the_rule_greedy_writing_runs_in_a_circle() -> None:
    free = WritingOptions(words=100, no_repeat=0)
    ids = np.array([c.word_id for c in written(model_of(1), free, sampling=GREEDY)])

    assert repeated_share([ids], 8) > 0.5


# words that must occur, words that must not


@settings(deadline=None, max_examples=30)
@given(
    st.integers(0, 9),
    st.lists(st.sampled_from(WORDS[16:]), min_size=1, max_size=3, unique=True),
    st.sampled_from([GREEDY, PLAIN, HOT]),
    st.sampled_from(
        [{"words": 40}, {"words": 3}, {"sentences": 1}, {"paragraphs": 1}, {"until": WORDS[17]}]
    ),
)
def test_what_must_occur_occurs(
    seed: int, wanted: list[str], sampling: Sampling, ends: dict[str, Any]
) -> None:
    writing = WritingOptions(must_include=tuple(wanted), **ends)
    text = text_of(written(model_of(seed), writing, sampling=sampling))

    assert [word for word in wanted if word not in text] == []
    if "until" not in ends:
        assert text.rstrip("”’》）")[-1:] in {*ENDS, "…"}


def test_a_name_of_several_words_occurs_in_one_piece() -> None:
    name = WORDS[22] + WORDS[30] + WORDS[25]

    assert name in text_of(written(model_of(3), WritingOptions(words=30, must_include=(name,))))


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 9), st.lists(st.text(WORDS[18:24], min_size=1, max_size=3), min_size=1))
def test_what_is_banned_never_occurs(seed: int, banned: list[str]) -> None:
    text = text_of(
        written(model_of(seed), WritingOptions(words=60, ban=tuple(banned)), sampling=HOT)
    )

    # Not across two words either, nor across the seed phrase's end.
    assert [word for word in banned if word in WORDS[20] + text] == [
        word for word in banned if word == WORDS[20] and word not in text
    ]
    assert counted(text) >= 60


def test_a_longer_word_that_holds_a_banned_one_is_not_written() -> None:
    words = (PARAGRAPH_BREAK, "，", "。", "黛玉", "林黛玉", "宝玉", "笑道")
    for seed in range(5):
        writing = WritingOptions(words=30, ban=("黛玉",))
        text = text_of(written(model_of(seed, words=words), writing, seed_ids=[5], sampling=HOT))
        assert "黛玉" not in text


NOVEL = (PARAGRAPH_BREAK, "，", "。", "黛玉", "林", "宝玉", "笑道")


@pytest.mark.parametrize(
    ("writing", "message"),
    [
        (
            {"must_include": ("黛王", "宝玉", "悟空")},
            "--must-include: expected words of this novel, got 黛王 悟空; known are 黛玉",
        ),
        ({"ban": ("悟空",)}, "--ban: expected words of this novel, got 悟空"),
        ({"ban": NOVEL}, "--ban: expected to leave a word to write, got none"),
        (
            {"until": "悟空"},
            "--until: expected a text that the 7 words of the model can spell, got 悟空; "
            "none of them holds 悟 空, which the novel writes too seldom or never",
        ),
    ],
)
def test_words_that_the_novel_does_not_know_are_named(
    writing: dict[str, Any], message: str
) -> None:
    with pytest.raises(SettingsError) as error:
        written(model_of(1, words=NOVEL), WritingOptions(**writing), seed_ids=[5])
    assert str(error.value) == message


def test_a_part_of_a_known_word_can_be_banned() -> None:
    text = text_of(
        written(model_of(1, words=NOVEL), WritingOptions(words=30, ban=("玉",)), seed_ids=[4])
    )

    assert "玉" not in text


def test_paragraphs_of_a_novel_that_has_none_are_refused() -> None:
    with pytest.raises(SettingsError, match=r"^--paragraphs: expected a novel with paragraphs"):
        written(model_of(1, words=("甲", "乙")), WritingOptions(paragraphs=1), seed_ids=[0])


@pytest.mark.parametrize(
    ("writing", "message"),
    [
        ({"words": 0}, "--words: expected 1 to 1,000,000, got 0"),
        ({"sentences": 0}, "--sentences: expected 1 to 1,000,000, got 0"),
        ({"paragraphs": -1}, "--paragraphs: expected 1 to 1,000,000, got -1"),
        ({"no_repeat": 1}, "--no-repeat: expected 0 or a whole number of at least 2, got 1"),
        ({"max_copy": -1}, "--max-copy: expected a whole number of at least 0, got -1"),
        (
            {"must_include": ("林黛玉",), "ban": ("黛玉",)},
            "--must-include 林黛玉: expected a word that --ban 黛玉 allows",
        ),
    ],
)
def test_a_pen_that_cannot_be_is_refused(writing: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError) as error:
        WritingOptions(**writing)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["黛玉,宝钗"], ("黛玉", "宝钗")),
        (["黛玉，宝钗、 湘云", "黛玉"], ("黛玉", "宝钗", "湘云")),
        (["", " , "], ()),
    ],
)
def test_comma_lists(texts: list[str], words: tuple[str, ...]) -> None:
    assert split_list(texts) == words


def test_the_model_itself_is_what_a_bare_pen_leaves() -> None:
    # Greedy and bare: always the most probable word, save for an empty paragraph.
    choices = written(model_of(4), WritingOptions(**{**vars(BARE), "words": 30}), sampling=GREEDY)
    vectors: list[NDArray[np.float32]] = [choice.vector for choice in choices]

    assert len({choice.word_id for choice in choices}) >= 1
    assert all(vector.dtype == np.float32 for vector in vectors)
    assert all(choice.probability and 0 < choice.probability <= 1 for choice in choices)
    for choice in choices:
        assert sum(choice.shares.values()) == pytest.approx(choice.probability, rel=1e-4)
