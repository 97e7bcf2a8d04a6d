"""Intervals over chapters: against draws made one by one, and what they must and must not tell."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import chapters_of_noise, context_in, random_network, windows_of
from numpy.typing import NDArray

from pipeline.artifacts.segmentation import Part
from pipeline.artifacts.windows import evaluation_starts, target_sections
from pipeline.commands.results import ablation_lines, score_lines
from pipeline.engine.measures.bootstrap import (
    FEWEST,
    compare_intervals,
    draw_chapters,
    drawn,
    score_intervals,
)
from pipeline.engine.measures.metrics import summarise
from pipeline.engine.measures.score import Scores, allow_unseen
from pipeline.engine.memories.next_word import Model
from pipeline.engine.memories.ngram import train_kneser_ney
from pipeline.stages.evaluate import score_part
from pipeline.stages.remember import RememberConfig, remember

NAMES = ("bits_per_character", "top1", "mrr", "perplexity")


def random_scores(seed: int, count: int, *, best: float = 0.3) -> Scores:
    """Scores of so many targets, a fifth unknown; `best` is the share ranked first."""
    generator = np.random.default_rng(seed)
    known = generator.random(count) < 0.8
    ranks = np.where(generator.random(count) < best, 1, generator.integers(2, 50, count))
    return Scores(
        known=known,
        ranks=np.where(known, ranks, 51),
        log_probs=np.where(known, np.log(generator.uniform(0.001, 1, count)), 0.0),
        cosines=None,
    )


def lengths_of(count: int) -> NDArray[np.int64]:
    """Characters of so many targets: 1, 2, 3, 1, 2, …"""
    return np.arange(count) % 3 + 1


def rows_of(scores: Scores, rows: NDArray[np.int64]) -> Scores:
    own = Scores(scores.known[rows], scores.ranks[rows], scores.log_probs[rows], None)
    return replace(own, unseen=scores.unseen)


@settings(deadline=None)
@given(chapters=st.lists(st.integers(3, 7), min_size=2, max_size=40), seed=st.integers(0, 99))
def test_each_draw_scores_as_its_targets_written_out(chapters: list[int], seed: int) -> None:
    numbers = np.array(chapters)
    lengths = lengths_of(len(chapters))
    scores = allow_unseen(random_scores(seed, len(chapters)), 0.1)
    taken = draw_chapters(numbers, np.random.default_rng(seed), draws=5)
    if taken is None:
        assert len(set(chapters)) < FEWEST
        return
    found = drawn(scores, lengths, numbers, taken)
    for draw, times in enumerate(taken):
        copies = [
            np.flatnonzero(numbers == chapter)
            for chapter, count in zip(sorted(set(chapters)), times, strict=True)
            for _ in range(count)
        ]
        rows = np.concatenate(copies)
        expected = summarise(rows_of(scores, rows), lengths[rows])
        for name in NAMES:
            assert found[name][draw] == pytest.approx(expected[name])


def test_a_draw_takes_as_many_chapters_as_there_are_each_alike() -> None:
    taken = draw_chapters(
        np.repeat([2, 5, 7, 9], [1, 10, 3, 100]), np.random.default_rng(0), draws=4000
    )
    assert taken is not None
    assert set(taken.sum(axis=1)) == {4}
    # A chapter's count is binomial (4, 1/4), variance 3/4: the mean of 4,000 is within 4σ of 1.
    np.testing.assert_allclose(taken.mean(axis=0), 1, atol=4 * math.sqrt(3 / 4 / 4000))


def test_two_chapters_by_hand() -> None:
    """One chapter all right, one all wrong: a quarter of the draws takes either alone."""
    scores = Scores(
        known=np.ones(4, dtype=np.bool_),
        ranks=np.array([1, 1, 4, 4]),
        log_probs=np.log([0.5, 0.5, 0.125, 0.125]),
        cosines=None,
    )
    chapters = np.array([0, 0, 1, 1])
    taken = np.random.default_rng(0).multinomial(2, [0.5, 0.5], size=1000)
    found = score_intervals(scores, np.array([1, 1, 2, 1]), chapters, taken)
    assert found is not None
    assert found["bits_per_character"] == [1, 2]  # 2 bits over 2 characters, 6 over 3
    assert found["top1"] == [0, 1]
    assert found["mrr"] == [0.25, 1]
    assert found["perplexity"] == pytest.approx([2, 8])


def test_the_interval_is_that_of_a_normal_where_chapters_are_many() -> None:
    """400 chapters of 50 targets: the mean ± 1.96 standard errors of the chapters' means."""
    chapters = np.repeat(np.arange(400), 50)
    scores = random_scores(1, len(chapters))
    taken = draw_chapters(chapters, np.random.default_rng(2))
    found = score_intervals(scores, lengths_of(len(chapters)), chapters, taken)
    shares = (scores.known & (scores.ranks == 1)).reshape(400, 50).mean(axis=1)
    error = 1.96 * shares.std(ddof=1) / math.sqrt(400)
    assert found is not None
    # A percentile of 1,000 draws is itself uncertain by about a tenth of that half-width.
    expected = [shares.mean() - error, shares.mean() + error]
    assert found["top1"] == pytest.approx(expected, abs=error / 4)


def test_chapters_that_are_alike_leave_nothing_uncertain() -> None:
    one, lengths = allow_unseen(random_scores(3, 40), 0.1), lengths_of(40)
    chapters = np.repeat(np.arange(5), 40)
    found = score_intervals(
        rows_of(one, np.tile(np.arange(40), 5)),
        np.tile(lengths, 5),
        chapters,
        draw_chapters(chapters, np.random.default_rng(0)),
    )
    assert found is not None
    for name in NAMES:
        expected = summarise(one, lengths)[name]
        assert found[name] == pytest.approx([expected, expected])


@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_chapters_give_no_interval(count: int) -> None:
    scores, chapters = random_scores(0, 9), np.arange(9) % count
    assert draw_chapters(chapters, np.random.default_rng(0)) is None
    lengths = lengths_of(9)
    assert score_intervals(scores, lengths, chapters, None) is None
    assert compare_intervals(scores, scores, lengths, chapters, None) is None


def test_a_model_differs_in_nothing_from_itself() -> None:
    scores, chapters = random_scores(0, 60), np.repeat([0, 1, 2, 3], 15)
    taken = draw_chapters(chapters, np.random.default_rng(0))
    found = compare_intervals(scores, scores, lengths_of(60), chapters, taken)
    nothing = [0, 0]
    assert found == {"top1_difference": nothing, "perplexity_ratio": [1, 1]}
    scores = allow_unseen(scores, 0.1)
    found = compare_intervals(scores, scores, lengths_of(60), chapters, taken)
    assert found == {"bits_difference": nothing, "top1_difference": nothing} | {
        "perplexity_ratio": [1, 1]
    }


def test_a_comparison_is_paired() -> None:
    """Chapters differ greatly, the models by one half everywhere: that half is certain."""
    chapters = np.repeat(np.arange(6), 100)
    generator = np.random.default_rng(5)
    log = np.repeat(-np.arange(1.0, 7.0), 100) + generator.normal(0, 0.1, 600)
    known = np.ones(600, dtype=np.bool_)
    worse, better = (
        Scores(known, np.where(np.arange(600) % 10 < right, 1, 2), log + gain, None)
        for right, gain in ((2, 0.0), (3, math.log(2)))
    )
    taken = draw_chapters(chapters, np.random.default_rng(0))
    lengths = np.ones(600, dtype=np.int64)
    alone = score_intervals(better, lengths, chapters, taken)
    found = compare_intervals(better, worse, lengths, chapters, taken)
    assert alone is not None
    assert found is not None
    assert alone["perplexity"][1] > 2 * alone["perplexity"][0]
    assert found["perplexity_ratio"] == pytest.approx([0.5, 0.5])
    assert found["bits_difference"] == pytest.approx([-1, -1])
    assert found["top1_difference"] == pytest.approx([0.1, 0.1])


def test_nothing_known_is_no_division_by_zero() -> None:
    scores = Scores(np.zeros(4, dtype=np.bool_), np.full(4, 9), np.zeros(4), None)
    chapters = np.arange(4)
    with np.errstate(all="raise"):
        taken = draw_chapters(chapters, np.random.default_rng(0))
        found = score_intervals(scores, lengths_of(4), chapters, taken)
    assert found is not None
    # Nor are there bits per character, as no target has a probability.
    assert found == {"top1": [0, 0], "mrr": [0, 0], "perplexity": [1, 1]}


def test_a_target_belongs_to_the_section_it_stands_in() -> None:
    windows = chapters_of_noise()
    for part in ("test", "validation"):
        starts = evaluation_starts(windows, part)
        found = target_sections(windows, starts)
        expected = [
            number
            for number, section in enumerate(windows.sections)
            if section["part"] == part
            for _ in range(section["start"], section["stop"])
        ]
        assert found.tolist() == expected, "context reaches back, targets do not"


def test_an_evaluation_has_intervals_where_a_part_has_chapters(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    ids = chapters_of_noise().ids.tolist()
    parts: list[Part] = ["train", "validation", "test", "test", "train", "test", "test"]
    windows = windows_of(
        [(part, ids[100 * n : 100 * n + 100]) for n, part in enumerate(parts)],
        steps=5,
        vocabulary_size=30,
    )
    network, regress = random_network(unseen=0.05), random_network(1)
    context = context_in(tmp_path_factory.mktemp("scratch"))
    model = Model(
        network, remember(RememberConfig(), window=windows, decode=network, context=context)
    )
    ngram = train_kneser_ney(
        windows.ids, windows.spans["train"], vocabulary_size=windows.vocabulary_size
    )
    heard: tuple[Any, ...] = ([], np.random.default_rng(1), lambda done, total: None)
    test, ablation, books = score_part(windows, "test", model, ngram, regress, *heard)
    assert books == [], "a novel by itself"
    assert list(test) == ["unigram", "kneser_ney", "article", "network", "writer"]
    assert [row["name"] for row in ablation] == [
        "network",
        "network+cache",
        "network+topic",
        "network+ngram",
        "all",
    ]
    for row, same in ((ablation[0], test["network"]), (ablation[-1], test["writer"])):
        assert [row[name] for name in NAMES] == [same[name] for name in NAMES]
    assert ablation[-1]["weights"] == model.weights
    for row in test.values():
        for name in NAMES:
            low, high = row["interval"][name]
            assert low < row[name] < high, "three unlike chapters on both sides of their mean"
    for name in ("network", "writer"):
        low, high = test[name]["against_kneser_ney"]["perplexity_ratio"]
        assert low < test[name]["perplexity"] / test["kneser_ney"]["perplexity"] < high
        low, high = test[name]["against_kneser_ney"]["bits_difference"]
        bits = (test[own]["bits_per_character"] for own in (name, "kneser_ney"))
        assert low < next(bits) - next(bits) < high
        low, high = test[name]["against_kneser_ney"]["top1_difference"]
        assert low <= test[name]["top1"] - test["kneser_ney"]["top1"] <= high
    validation, *_ = score_part(windows, "validation", model, ngram, regress, *heard)
    assert {row["interval"] for row in validation.values()} == {None}
    assert validation["network"]["against_kneser_ney"] is None


def row_of(perplexity: float) -> dict[str, float | None]:
    names = ("bits_per_character", "top1", "top5", "top10", "mrr", "coverage")
    return {**dict.fromkeys(names, 0.25), "cosine": None, "perplexity": perplexity}


def test_lines_show_intervals_below_the_table() -> None:
    interval = {"top1": [0.225, 0.2412], "bits_per_character": [5.5, 6.0625]}
    lead = {"top1_difference": [-0.015, -0.0021], "bits_difference": [-0.5, 0.25]}
    lines = list(
        score_lines(
            {
                "network": {**row_of(90), "interval": interval, "against_kneser_ney": lead},
                "kneser_ney": {**row_of(150), "interval": interval},
            }
        )
    )
    assert lines[4:] == [
        "kneser_ney       bits/char 5.5000 to 6.0625   top1 0.2250 to 0.2412",
        "network          bits/char 5.5000 to 6.0625   top1 0.2250 to 0.2412",
        "against kneser_ney:",
        "network          bits/char by -0.5000 to 0.2500   top1 by -0.0150 to -0.0021",
    ]
    assert max(map(len, lines)) <= 100


def test_an_ablation_is_a_line_a_mixture() -> None:
    row = {"name": "network+cache", "bits_per_character": 6.0625, "top1": 0.2362, "mrr": 0.3148}
    row["perplexity"] = 78.4357
    lines = list(ablation_lines([{**row, "weights": {"network": 0.8866, "cache": 0.1134}}]))
    assert lines == [
        "mixture        bits/char    top1  perplexity  network  cache",
        "network+cache     6.0625  0.2362        78.4    0.887  0.113",
    ]


def test_lines_without_intervals_are_the_table_alone() -> None:
    rows = {"network": {**row_of(90), "interval": None, "against_kneser_ney": None}}
    assert len(list(score_lines(rows))) == 2
