"""Models times texts: scores, what is nearest, distances and trees, by hand."""

from __future__ import annotations

from math import log
from typing import Any

import numpy as np
import pytest
from made_up import random_network
from writers import WORDS

from pipeline.engine.measures.cross import (
    Apart,
    Cell,
    Cross,
    Scored,
    cross,
    cross_tree,
    distances,
    nearest,
    score_chapter,
    tree_of,
)
from pipeline.engine.measures.stream import Tally, score_words
from pipeline.engine.memories.next_word import Model


def cell(*bits: float | None, learnt: bool = False, reads: bool = False) -> Cell:
    """A text of chapters of ten characters each."""
    return Cell(tuple(Scored(own, 10, 0) for own in bits), 0.0, learnt, reads)


def found_in(*rows: list[Cell], own: Any = (0, 1)) -> Cross:
    return cross(rows, own, [np.random.default_rng(number) for number in range(len(rows))])


def test_a_chapter_has_the_bits_that_score_gives_it() -> None:
    model = Model(random_network(3, words=WORDS, unseen=0.01), None)
    words = [WORDS[5], "龘", WORDS[7], "，", "</s>", WORDS[9]]
    tally = Tally()
    for word in score_words(words, model):
        tally.add(word)
    found = score_chapter(words, model)
    assert found.characters == tally.characters == 6
    assert found.bits == pytest.approx(-tally.log_probability / log(2))
    assert found.strange == 1


def test_without_marks_words_alone_count() -> None:
    """What is read is the same, what is added up is not."""
    model = Model(random_network(3, words=WORDS, unseen=0.01), None)
    words = ["，", WORDS[25], "。", "</s>", "龘", "，", "7", "</s>", "OK"]
    scored = list(score_words(words, model))
    found = score_chapter(words, model, marks=False)
    assert found.characters == 2
    told = [scored[place].log_probability for place in (1, 4)]
    assert found.bits == pytest.approx(-sum(own for own in told if own) / log(2))
    assert found.strange == 1


def test_without_marks_all_cuts_count_the_same_characters() -> None:
    model = Model(random_network(3, words=WORDS, unseen=0.01), None)
    cuts = (
        ["在", "2049", "年", "，", "7", "。"],
        ["在2049年", "，", "7", "。"],
        ["在", "2049年", "，", "7"],
    )
    assert [score_chapter(cut, model, marks=False).characters for cut in cuts] == [6, 6, 6]


def test_a_word_without_a_probability_leaves_a_text_without_bits() -> None:
    closed = Model(random_network(3, words=WORDS), None)
    assert score_chapter([WORDS[5], "龘"], closed).bits is None
    found = found_in([cell(50, None, reads=True), cell(60, 70)], [cell(50, 50), cell(40, 40)])
    assert np.isnan(found.bits[0, 0])
    assert [own.model for own in nearest(found, 0)] == [1]
    assert distances(found) == []


def test_bits_are_over_all_characters_and_intervals_over_chapters() -> None:
    short, long = Scored(30, 5, 0), Scored(100, 25, 0)
    found = found_in([Cell((short, long, short, long), 0, False)], own=(0,))
    assert found.bits[0, 0] == pytest.approx(260 / 60)
    # a draw of four has so many short ones
    drawn = {round((30 * n + 100 * (4 - n)) / (5 * n + 25 * (4 - n)), 9) for n in range(5)}
    assert set(found.drawn[0, 0].round(9)) == drawn


@pytest.mark.parametrize("chapters", [1, 2, 3])
def test_a_text_of_few_chapters_has_no_interval(chapters: int) -> None:
    few = [cell(*[50] * chapters, reads=True), cell(*[60] * chapters)]
    found = found_in(few, [cell(*[60] * 4), cell(*[50] * 4)])
    (near,) = nearest(found, 0)
    assert (near.model, near.bits, near.lead) == (1, 6.0, None)
    assert distances(found)[0].interval is None


def test_the_nearest_are_models_of_other_texts_and_none_that_has_learnt_it() -> None:
    rows = [
        [
            cell(*[40] * 4, reads=True),
            cell(*[60] * 4),
            cell(*[50] * 4),
            cell(*[10] * 4, learnt=True),
        ],
        [cell(*[60] * 4), cell(*[40] * 4), cell(*[60] * 4), cell(*[60] * 4)],
    ]
    found = found_in(*rows, own=(0, 1, None, None))
    first, second = nearest(found, 0)
    assert (first.model, second.model) == (2, 1)
    assert first.lead == pytest.approx(1.0)
    assert first.interval == pytest.approx([1.0, 1.0])  # in every draw: chapters are drawn for all


def test_a_better_model_and_a_harder_text_make_no_distance() -> None:
    """Model 1 is better by a bit everywhere, text 1 harder by two: .3 and .5 are left, mean .4."""
    rows = [
        [cell(*[50] * 4), cell(*[50 - 10 + 3] * 4)],
        [cell(*[70 + 5] * 4), cell(*[70 - 10] * 4)],
    ]
    (apart,) = distances(found_in(*rows))
    assert apart.models == (0, 1)
    assert apart.bits == pytest.approx(0.4)
    assert apart.interval == pytest.approx([0.4, 0.4])


def test_of_several_models_of_a_novel_the_best_stands_for_it() -> None:
    rows = [[cell(50), cell(40), cell(70), cell(90)], [cell(80), cell(90), cell(60), cell(90)]]
    found = found_in(*rows, own=(0, 0, 1, None))
    (apart,) = distances(found)
    assert apart.models == (1, 2)
    assert apart.bits == pytest.approx((7 - 4 + 9 - 6) / 2)


def test_a_tree_joins_the_nearest_first_and_groups_by_their_average() -> None:
    far = np.array([[0, 1, 4], [1, 0, 6], [4, 6, 0]], dtype=np.float64)
    first, second = tree_of([7, 8, 9], far)
    assert (set(first.left + first.right), first.height) == ({7, 8}, 1.0)
    assert (set(second.left + second.right), second.height) == ({7, 8, 9}, 5.0)
    assert tree_of([7], np.zeros((1, 1))) == []


def test_a_model_that_lacks_distances_is_left_out_of_the_tree() -> None:
    apart = [Apart(pair, 1.0, None) for pair in ((0, 1), (0, 2), (1, 2), (2, 3))]
    merges = cross_tree(apart)
    assert set(merges[-1].left + merges[-1].right) == {0, 1, 2}
    assert cross_tree([]) == []
