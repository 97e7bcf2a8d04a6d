"""Texts written side by side are those that are written one after the other."""

from __future__ import annotations

import numpy as np
import pytest
from made_up import random_network
from writers import IDS, PLAIN, WORDS, model_of

from pipeline.engine.memories.next_word import Model
from pipeline.engine.writing.generate import TOGETHER, Choice, begin_at
from pipeline.engine.writing.options import WritingOptions
from pipeline.engine.writing.prompt import Prompt, constraints_for
from pipeline.engine.writing.side_by_side import write_side_by_side

SEEDS = range(TOGETHER + 4)


def prompt_of(model: Model, writing: WritingOptions) -> Prompt:
    return Prompt(model, (20, IDS["，"]), constraints_for(model, writing))


def spelled(text: list[Choice]) -> list[str]:
    return [choice.word for choice in text]


def words_of(model: Model, writing: WritingOptions) -> tuple[list[list[str]], list[list[str]]]:
    """The texts of all seeds, written one after the other and side by side."""
    prompt = prompt_of(model, writing)
    singly = [list(prompt.stream(sampling=PLAIN, rng_seed=seed)) for seed in SEEDS]
    together = [list(own) for own in prompt.streams(sampling=PLAIN, rng_seeds=SEEDS)]
    return [spelled(text) for text in singly], [spelled(text) for text in together]


@pytest.mark.parametrize("carry_state", [False, True])
def test_each_text_is_that_of_its_seed_alone(carry_state: bool) -> None:
    model = Model(random_network(5, words=WORDS, carry_state=carry_state))
    for writing in (
        WritingOptions(words=30),
        WritingOptions(sentences=2),
        WritingOptions(until="。"),
    ):
        singly, together = words_of(model, writing)
        assert together == singly
        assert len({len(text) for text in singly}) > 1, "some end before others"


def test_a_text_that_has_ended_already_is_empty() -> None:
    model = model_of(3)
    constraints = constraints_for(model, WritingOptions(words=1, finish=False))
    done = begin_at(model, [20], constraints)
    (stream,) = write_side_by_side(
        model, [done], sampling=PLAIN, generators=[np.random.default_rng(1)]
    )
    assert len(list(stream)) == 1
    (stream,) = write_side_by_side(
        model, [done], sampling=PLAIN, generators=[np.random.default_rng(1)]
    )
    assert list(stream) == [], "the position that was given has been written on"


def test_a_stream_may_be_left_in_the_middle() -> None:
    model = model_of(3)
    prompt = prompt_of(model, WritingOptions(words=9))
    singly = [list(prompt.stream(sampling=PLAIN, rng_seed=seed)) for seed in (1, 2)]
    first, second = prompt.streams(sampling=PLAIN, rng_seeds=(1, 2))
    taken = [next(first), next(second), next(second)]
    assert [c.word for c in taken] == [singly[0][0].word, *(c.word for c in singly[1][:2])]
    assert [c.word for c in second] == [c.word for c in singly[1][2:]]
    assert [c.word for c in first] == [c.word for c in singly[0][1:]]
