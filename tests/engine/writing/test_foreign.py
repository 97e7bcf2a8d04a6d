"""No name of a base's novels is written, unless the person wrote it first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from made_up import random_network

from pipeline.engine.writing.generate import spell
from pipeline.engine.writing.options import BARE
from pipeline.engine.writing.sampling import Sampling
from pipeline.engine.writing.session import open_session, text_of
from pipeline.engine.writing.turns import answer
from pipeline.engine.writing.writer import Writer

WORDS = ("宝", "玉", "行者", "行", "者", "。")
NAMES = ("宝玉", "行者行", "玉宝玉")
FLAT = Sampling(temperature=5.0, top_p=1.0, repetition_penalty=1.0)


def writer(*names: str) -> Writer:
    network = random_network(4, words=WORDS, unseen=0.01)
    return Writer(replace(network, foreign_names=names))


def texts(own: Writer, phrase: str, count: int = 30) -> list[str]:
    seed = own.understand(phrase)
    found = []
    for number in range(count):
        writing = replace(BARE, words=60, finish=False)
        choices = own.stream(seed, writing=writing, sampling=FLAT, rng_seed=number)
        found.append(phrase + spell([choice.word for choice in choices]))
    return found


def test_foreign_names_are_never_written() -> None:
    free = "".join(texts(writer(), "玉。"))
    assert all(name in free for name in NAMES)
    bound = texts(writer(*NAMES), "玉。")
    assert not any(name in text for name in NAMES for text in bound)
    assert all(len(text) >= 60 for text in bound), "and the text goes on"


def test_a_name_in_the_phrase_may_be_written_again() -> None:
    bound = "".join(texts(writer(*NAMES), "宝玉。"))
    assert bound.count("宝玉") > 30, "more often than in the phrases"
    assert "行者行" not in bound


def test_a_name_that_was_typed_in_a_session_may_be_written_after_it() -> None:
    own = writer(*NAMES)
    session, context = open_session(
        own, own.understand("玉。"), writing=BARE, sampling=FLAT, rng_seed=1
    )
    before = session
    for _ in range(80):
        before = answer(before, "", context).session
    assert not any(name in text_of(before) for name in NAMES)
    after = answer(session, "宝玉", context).session
    for _ in range(200):
        after = answer(after, "", context).session
    assert "宝玉" in text_of(after)[2:]
    assert "行者行" not in text_of(after)


def test_it_gives_way_rather_than_to_end_the_text() -> None:
    network = random_network(1, words=("宝", "玉"), unseen=0.01)
    own = Writer(replace(network, foreign_names=("宝玉", "宝宝")))
    choices = list(
        own.stream(
            own.understand("宝"),
            writing=replace(BARE, words=5, finish=False),
            sampling=FLAT,
            rng_seed=1,
        )
    )
    assert len(choices) == 5
    assert np.isfinite([choice.probability or 0 for choice in choices]).all()
