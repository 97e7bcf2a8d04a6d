"""A constraint is one entry of the table: made-up ones are obeyed wherever words are drawn."""

from __future__ import annotations

import copy
from typing import Self

import numpy as np
import pytest
from writers import HOT, WORDS, model_of, text_of, written

from pipeline.arrays import Floats
from pipeline.engine.writing.constraints.constraint import Constraint, Given, keep_only
from pipeline.engine.writing.constraints.draft import Draft
from pipeline.engine.writing.constraints.marks import id_array
from pipeline.engine.writing.constraints.table import CONSTRAINTS
from pipeline.engine.writing.options import WritingOptions
from pipeline.engine.writing.prompt import constraints_for
from pipeline.engine.writing.session import candidates_for, open_session
from pipeline.engine.writing.session import text_of as session_text
from pipeline.engine.writing.turns import answer
from pipeline.engine.writing.writer import Writer

A, B, C = WORDS[20], WORDS[21], WORDS[22]
FREE = WritingOptions(words=6, finish=False, no_repeat=0, max_copy=0)


class InTurn(Constraint):
    """A and B are written in turn: the least that a constraint by the recipe needs."""

    count = 0

    @classmethod
    def made_for(cls, given: Given) -> Self | None:
        return cls() if given.options.marks else None

    def constrain(self, weights: Floats, draft: Draft) -> bool:
        keep_only(weights, id_array([20 + self.count % 2]))
        return False

    def note(self, draft: Draft) -> None:
        self.count += 1

    def fork(self) -> Self:
        return copy.copy(self)


class OnlyC(InTurn):
    """C alone is written, if what stands before it in the table leaves it."""

    def constrain(self, weights: Floats, draft: Draft) -> bool:
        keep_only(weights, id_array([22]))
        return False


class NoB(InTurn):
    """The text ends instead of B."""

    def constrain(self, weights: Floats, draft: Draft) -> bool:
        return False

    def ends_with(self, word_id: int, draft: Draft) -> bool:
        return word_id == 21


def add(monkeypatch: pytest.MonkeyPatch, *kinds: type[Constraint]) -> None:
    monkeypatch.setattr(
        "pipeline.engine.writing.constraints.order.CONSTRAINTS", [*kinds, *CONSTRAINTS]
    )


def test_a_constraint_in_the_table_is_kept_to_by_every_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    free = text_of(written(model_of(1), FREE, sampling=HOT))
    add(monkeypatch, InTurn)
    # The seed phrase, one word, was noted.
    assert text_of(written(model_of(1), FREE, sampling=HOT)) == (B + A) * 3 != free


def test_it_is_off_where_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    off = WritingOptions(words=6, finish=False, marks=False)
    free = text_of(written(model_of(1), off, sampling=HOT))
    add(monkeypatch, InTurn)
    assert text_of(written(model_of(1), off, sampling=HOT)) == free


def test_of_two_the_later_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    add(monkeypatch, InTurn, OnlyC)
    assert text_of(written(model_of(1), FREE, sampling=HOT)) == (B + A) * 3
    add(monkeypatch, OnlyC, InTurn)
    assert text_of(written(model_of(1), FREE, sampling=HOT)) == C * 6


def test_it_may_end_the_text_instead_of_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    add(monkeypatch, InTurn, NoB)
    assert text_of(written(model_of(1), FREE, seed_ids=(20, 20), sampling=HOT)) == A


def test_sessions_keep_to_it_and_what_it_noted_is_undone_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add(monkeypatch, InTurn)
    writer = Writer(model_of(1).network)
    session, context = open_session(
        writer, writer.understand(A), writing=FREE, sampling=HOT, rng_seed=1
    )
    for line, text in (("", B), ("", B + A), ("u", B), ("r", B), ("1", B + A), ("", B + A + B)):
        session = answer(session, line, context).session
        candidates_for(session, context)
        assert session_text(session) == text


def test_the_index_of_the_novel_is_made_only_if_a_constraint_asks() -> None:
    model = model_of(1, text_ids=np.arange(20, 30, dtype=np.int32))

    def asked(writing: WritingOptions) -> bool:
        seen: list[Given] = []

        class Seeing(InTurn):
            @classmethod
            def made_for(cls, given: Given) -> Self | None:
                seen.append(given)
                return None

        with pytest.MonkeyPatch.context() as patch:
            add(patch, Seeing)
            constraints_for(model, writing)
        return "copies" in seen[0].learnt

    assert not asked(FREE)
    assert asked(WritingOptions(no_repeat=0))
    assert asked(WritingOptions(max_copy=0))
