"""Sentences drawn side by side: the one that its context speaks for most is written."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from made_up import random_network
from writers import IDS, PLAIN, WORDS, model_of, text_of

from pipeline.engine.memories.next_word import Model
from pipeline.engine.writing.constraints.marks import Role
from pipeline.engine.writing.generate import Choice, Position, begin_at
from pipeline.engine.writing.options import WritingOptions
from pipeline.engine.writing.prompt import constraints_for
from pipeline.engine.writing.sampling import Sampling, best_of
from pipeline.engine.writing.sentences import Written, finish_sentence, write_sentence
from pipeline.engine.writing.side_by_side import write
from pipeline.errors import SettingsError

CALM = Sampling(temperature=1.0, top_p=1.0, repetition_penalty=1.0)


def position_of(model: Model, **options: Any) -> Position:
    return begin_at(model, [20, 21], constraints_for(model, WritingOptions(**options)))


def drawn(model: Model, seeds: list[int], **options: Any) -> list[Choice]:
    """The sentence that is written of those with these seeds."""
    return written(position_of(model, **options), model, seeds)[0]


def written(position: Position, model: Model, seeds: list[int]) -> Written:
    generators = [np.random.default_rng(seed) for seed in seeds]
    sentence = write_sentence(position, model, sampling=CALM, generators=generators)
    return finish_sentence(sentence, model)


def score_of(choices: list[Choice], model: Model) -> float:
    """The score by its formula, from what the choices say of themselves."""
    network = model.network
    weights, fits = [], []
    for choice in choices:
        u = float(network.log_prior[choice.word_id])
        weight = min(max(-u - 3.0, 0.0), 6.0)
        if choice.word_id >= 16:  # a word, not a mark
            assert choice.probability is not None
            weights.append(weight)
            fits.append(weight * (np.log(choice.probability) - 0.3 * u))
    return sum(fits) / sum(weights) if sum(weights) > 6 else -np.inf


@pytest.mark.parametrize("seed", range(5))
def test_the_best_of_the_drawn_is_written(seed: int) -> None:
    model = Model(random_network(seed, words=WORDS, carry_state=True))
    assert constraints_for(model, WritingOptions()).marks.roles[16] is Role.WORD
    singly = [drawn(model, [number], marks=False) for number in range(6)]
    scores = [score_of(own, model) for own in singly]
    best = singly[int(np.argmax(scores))]
    assert text_of(drawn(model, [*range(6)], marks=False)) == text_of(best)
    assert len({text_of(own) for own in singly}) > 1


def test_a_sentence_ends_where_sentences_end() -> None:
    model = model_of(2)
    for seed in range(20):
        choices = drawn(model, [seed])
        assert len(choices) <= 70
        if len(choices) < 70:
            assert len(choices) >= 12
            assert choices[-1].word in "。！？…）》”’</s>"


def test_the_position_stays_where_it_is() -> None:
    model = model_of(4)
    position = position_of(model)
    before = list(position.state.draft.ids)
    first, second = (text_of(written(position, model, [1])[0]) for _ in range(2))
    assert position.state.draft.ids == before
    assert first == second


@pytest.mark.parametrize("count", [1, 5, 40])
def test_exactly_so_many_words_are_written(count: int) -> None:
    model = model_of(3)
    writing = WritingOptions(words=count, finish=False)
    choices = list(
        write(
            model,
            [20],
            constraints=constraints_for(model, writing),
            sampling=CALM,
            generator=np.random.default_rng(2),
        )
    )
    assert sum(choice.word_id != IDS["</s>"] for choice in choices) == count


def test_where_every_word_is_banned_the_text_ends() -> None:
    model = model_of(3)
    position = position_of(model)
    for constraint in position.state.constraints:
        object.__setattr__(constraint, "constrain", bar_all)
    assert written(position, model, [1, 1]) == ([], None)


def bar_all(weights: np.ndarray, draft: Any) -> bool:
    weights[:] = 0
    return True


def test_greedy_words_come_one_by_one() -> None:
    assert best_of(Sampling()) == 4
    assert best_of(replace(PLAIN, best_of=7)) == 7
    assert best_of(Sampling(temperature=0)) == best_of(Sampling(top_k=1)) == 1


@pytest.mark.parametrize("count", [0, 65])
def test_a_number_out_of_bounds_is_refused(count: int) -> None:
    with pytest.raises(SettingsError, match=rf"--best-of: expected 1 to 64, got {count}"):
        Sampling(best_of=count)
