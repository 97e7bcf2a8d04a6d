"""Writing on: how much, how reproducibly, and how it is spelt."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import random_network, words_with_break

from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.engine.memories.next_word import Model, begin
from pipeline.engine.memories.voice import foretell
from pipeline.engine.writing.generate import Choice, spell
from pipeline.engine.writing.options import BARE, WritingOptions
from pipeline.engine.writing.sampling import Sampling
from pipeline.engine.writing.writer import Writer
from pipeline.errors import SettingsError

WORDS = words_with_break(30)
WRITER = Writer(random_network(2, words=WORDS))
SEED = WRITER.understand(WORDS[5] + WORDS[6])
HOT = Sampling(temperature=3.0, top_p=1.0)


def written(writer: Writer = WRITER, **options: Any) -> list[Choice]:
    return list(writer.stream(writer.understand(WORDS[5] + WORDS[6]), **options))


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 60), st.integers(0, 2**32))
def test_so_many_words_are_written_and_breaks_come_on_top(words: int, seed: int) -> None:
    writing = WritingOptions(words=words, finish=False)
    chosen = [choice.word for choice in written(writing=writing, rng_seed=seed, sampling=HOT)]
    assert sum(word != PARAGRAPH_BREAK for word in chosen) == words
    pairs = pairwise(chosen)
    assert (PARAGRAPH_BREAK, PARAGRAPH_BREAK) not in list(pairs), "an empty paragraph"


def test_paragraphs_do_occur() -> None:
    choices = [choice for seed in range(5) for choice in written(rng_seed=seed, sampling=HOT)]
    assert PARAGRAPH_BREAK in {choice.word for choice in choices}, (
        "else the test above proves nothing"
    )


def test_equal_seeds_give_equal_texts_and_others_do_not() -> None:
    phrase = WORDS[5] + WORDS[6]
    first = WRITER.continue_text(phrase, words=50, rng_seed=3)
    assert first == WRITER.continue_text(phrase, words=50, rng_seed=3)
    assert first != WRITER.continue_text(phrase, words=50, rng_seed=4)
    fresh = {WRITER.continue_text(phrase, words=50) for _ in range(2)}
    assert len(fresh) == 2, "without a seed every text is another"


def test_a_longer_text_begins_like_a_shorter_one() -> None:
    by_word = Sampling(best_of=1)  # of sentences, the one that is kept may be another at its end
    short = [choice.word for choice in written(words=10, rng_seed=7, sampling=by_word)]
    longer = [choice.word for choice in written(words=40, rng_seed=7, sampling=by_word)]
    assert longer[:10] == short[:10]


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"words": 0}, "--words: expected 1 to 1,000,000, got 0"),
        ({"words": 10**400}, "--words: expected 1 to 1,000,000, got 1000"),
        ({"rng_seed": -1}, "--rng-seed: expected at least 0, got -1"),
    ],
)
def test_numbers_out_of_bounds_are_refused_at_once(options: dict[str, int], complaint: str) -> None:
    with pytest.raises(SettingsError, match=f"^{complaint}"):
        WRITER.stream(SEED, **options)  # type: ignore[arg-type]


def test_only_the_last_words_of_a_long_seed_matter_for_what_comes_next() -> None:
    greedy = Sampling(temperature=0, repetition_penalty=1)
    ends = "".join(WORDS[number] for number in (7, 8, 9, 10, 11))  # as many as `steps`

    def begin(start: str) -> list[str]:
        seed = WRITER.understand(start + ends)
        return [choice.word for choice in WRITER.stream(seed, words=8, sampling=greedy)]

    assert begin(WORDS[3] * 30) == begin("") == begin(WORDS[12])


def test_the_first_choice_has_the_probability_of_the_model() -> None:
    model = Model(WRITER.network)
    next_word = foretell(begin(model, [WRITER.tokenizer.ids[word] for word in SEED.words]), model)
    choice = next(WRITER.stream(SEED, rng_seed=1))
    number = WRITER.tokenizer.ids[choice.word]
    assert choice.probability == pytest.approx(float(np.exp(np.log(next_word.probs)[number])))
    assert choice.cosine == pytest.approx(next_word.cosine_of(number))


def test_candidates_are_the_best_words_best_first() -> None:
    for choice in written(words=30, rng_seed=5, candidates=4, sampling=HOT):
        probs = [candidate.probability for candidate in choice.candidates]
        assert len(probs) == 4
        assert probs == sorted(probs, reverse=True)
        if choice.word not in {candidate.word for candidate in choice.candidates}:
            assert choice.probability is not None
            assert choice.probability <= probs[-1]
    assert written(words=1, rng_seed=5)[0].candidates == ()
    everything = written(words=1, rng_seed=5, candidates=99)[0].candidates
    assert sum(candidate.probability for candidate in everything) == pytest.approx(1, abs=1e-5)


def test_the_repetition_penalty_spares_punctuation_and_turns_greedy_writing_off_its_circle() -> (
    None
):
    circle, freed = (
        written(
            writing=BARE, words=60, sampling=Sampling(temperature=0, repetition_penalty=penalty)
        )
        for penalty in (1, 1000.0)
    )
    assert len({choice.word for choice in circle}) < len({choice.word for choice in freed})
    # With a penalty that bars whatever can be barred, only punctuation may come back in time.
    recent: list[str] = [*SEED.words]
    heavy = Sampling(temperature=0, repetition_penalty=1e30, penalty_window=40)
    for choice in written(writing=BARE, words=40, sampling=heavy):
        fresh = [word for word in WORDS if word not in recent[-40:]]
        assert (
            choice.word in {PARAGRAPH_BREAK, "，", "。"} or choice.word in fresh or len(fresh) <= 3
        )
        recent.append(choice.word)


def test_a_prior_weight_takes_the_place_of_the_fitted_one() -> None:
    # So heavy a prior leaves no choice: the most frequent word is the paragraph break, and after
    # it, where it is barred, the next most frequent.
    chosen = [
        choice.word
        for choice in written(
            writing=BARE,
            words=3,
            prior_weight=1e4,
            sampling=Sampling(temperature=0, repetition_penalty=1),
        )
    ]
    assert chosen == [PARAGRAPH_BREAK, "，"] * 3


@pytest.mark.parametrize(
    ("words", "previous", "text"),
    [
        (["宝玉", "听了", "，", "笑道"], "", "宝玉听了，笑道"),
        (["Mr", "Pickwick", "说", "OK"], "", "Mr Pickwick说OK"),
        (["2", "3"], "1", "23"),
        (["club"], "宝玉", "club"),
        (["。", PARAGRAPH_BREAK, "Then", "他"], "end", "。\nThen他"),
        ([PARAGRAPH_BREAK, "a"], "b", "\na"),
        ([], "b", ""),
    ],
)
def test_spelling(words: list[str], previous: str, text: str) -> None:
    assert spell(words, previous) == text
