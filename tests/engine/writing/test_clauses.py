"""Clauses end as often as the novel's after the same words, and no more."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from writers import IDS, PLAIN, WORDS, ids_of, model_of, written

from pipeline.engine.writing.constraints.clauses import NovelClauses
from pipeline.engine.writing.constraints.constraint import hold
from pipeline.engine.writing.constraints.draft import Draft, follow
from pipeline.engine.writing.constraints.marks import find_marks, id_array
from pipeline.engine.writing.options import WritingOptions

A, B, C, D = WORDS[18:22]
OPTIONS = WritingOptions(words=60, finish=False, no_repeat=0, max_copy=0)


def text(*lines: str) -> NDArray[np.int32]:
    """The lines as ids, a gap between two."""
    return np.array([i for line in lines for i in (*ids_of(line), -1)], dtype=np.int32)


def draft_of(written_so_far: str) -> Draft:
    draft = Draft(WORDS, find_marks(WORDS), OPTIONS)
    for word_id in ids_of(written_so_far):
        follow(draft, word_id)
    return draft


def clauses_of(novel: NDArray[np.int32]) -> NovelClauses:
    return NovelClauses(find_marks(WORDS, novel), novel)


def log_odds(share: float) -> float:
    return math.log(share / (1 - share))


def test_what_each_word_says_is_counted_at_each_place_after_it() -> None:
    found = clauses_of(text(f"。{A}{B}，", f"{B}{C}"))
    # A→B, B→，, B→C: one end of three places; two are added to them, one of them an end.
    mean = log_odds((1 + 1) / (3 + 2))
    assert found.mean == pytest.approx(mean)
    # Five more places with the mean share of 2/5 are counted to each word.
    assert found.evidence[0, IDS[A]] == pytest.approx(math.log(2 / (1 + 3)) - mean)
    assert found.evidence[0, IDS[B]] == pytest.approx(math.log((1 + 2) / (1 + 3)) - mean)
    # Two after 。 and after the gap it goes on, two after A it ends: one of three again.
    assert found.evidence[1, IDS["。"]] == pytest.approx(math.log(2 / (1 + 3)) - mean)
    assert found.evidence[1, IDS[A]] == pytest.approx(math.log((1 + 2) / 3) - mean)
    # Three after 。 it ends, at the only place there is: the mean of two of three is 2/3.
    third = math.log((1 + 5 * 2 / 3) / (5 / 3)) - log_odds(2 / 3)
    assert found.evidence[2, IDS["。"]] == pytest.approx(third)
    assert found.evidence[2, IDS[A]] == pytest.approx(0)
    assert not found.evidence[:, len(WORDS)].any(), "an unknown word says nothing"


def test_brackets_and_opening_marks_end_no_clause_and_quotations_do() -> None:
    ends = {WORDS[i] for i in clauses_of(text(f"{A}。")).ends}
    assert ends == {*"，。：！？”’…—", WORDS[0]}


def test_straight_quotation_marks_end_clauses_where_the_novel_has_no_others() -> None:
    words = ('"', "，", "「", "」", *WORDS[18:])
    found = NovelClauses(find_marks(words), np.array([4, 0, 5, 3], dtype=np.int32))
    assert {words[i] for i in found.ends} == {'"', "，", "」"}


def opener_novel() -> NDArray[np.int32]:
    """A is followed by one or two words more; B ends clauses."""
    return text(*[f"{B}{A}{C}{D}{B}，{D}{A}{D}{C}{B}。"] * 40)


def test_a_word_that_ends_no_clause_there_ends_none_here() -> None:
    found = clauses_of(opener_novel())
    assert found.share(draft_of(f"。{C}{A}")) < 0.03
    assert found.share(draft_of(f"。{B}{A}{C}")) < 0.03, "nor does the word after it"
    assert found.share(draft_of(f"{A}{C}{D}{B}")) > 0.5


def test_marks_are_held_to_the_share_and_words_keep_their_odds() -> None:
    found = clauses_of(opener_novel())
    draft = draft_of(f"。{C}{A}")
    before = np.linspace(1, 3, len(WORDS), dtype=np.float32)
    after = before.copy()
    assert found.constrain(after, draft) is False
    assert after[found.ends].sum() / after.sum() == pytest.approx(found.share(draft), rel=1e-3)
    assert after[IDS["，"]] / after[IDS["。"]] == pytest.approx(
        before[IDS["，"]] / before[IDS["。"]]
    )
    words = [i for i in range(len(WORDS)) if i not in found.ends]
    assert (after[words] == before[words]).all()


def test_after_marks_and_below_the_share_nothing_is_held() -> None:
    found = clauses_of(opener_novel())
    for so_far, marks in ((f"{C}{A}，", 0.9), (f"{C}{A}", 1e-6)):
        weights = np.full(len(WORDS), (1 - marks) / len(WORDS), dtype=np.float32)
        weights[found.ends] = marks / len(found.ends)
        before = weights.copy()
        found.constrain(weights, draft_of(so_far))
        assert (weights == before).all()


def test_hold_gives_way_where_nothing_else_is_left() -> None:
    weights = np.zeros(len(WORDS), dtype=np.float32)
    weights[[3, 4]] = 0.5
    hold(weights, id_array([3, 4, 5]), 0.1)
    assert weights[3] == weights[4] == 0.5
    hold(weights, id_array([5]), 0.1)
    assert weights[5] == 0


@pytest.mark.parametrize("marks", [True, False])
def test_written_text_keeps_to_it_unless_marks_are_free(marks: bool) -> None:
    options = WritingOptions(words=4000, finish=False, marks=marks, no_repeat=0, max_copy=0)
    model = model_of(1, text_ids=opener_novel())
    ends = set(clauses_of(opener_novel()).ends.tolist())
    ids = [choice.word_id for choice in written(model, options, sampling=PLAIN)]
    after_a = [b for a, b in pairwise(ids) if a == IDS[A]]
    ended = sum(b in ends for b in after_a) / len(after_a)
    # This random model ends a clause at one place of ten, the novel never does after A.
    assert (ended < 0.03) is marks


def test_a_writer_without_a_novel_has_no_habits_to_keep() -> None:
    assert len(written(model_of(1), OPTIONS)) >= 60
