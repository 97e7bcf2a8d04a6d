"""Lab primes: its windows, its judgement, and that learning by heart is seen to be just that."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.commands.lab import open_lab, run_lab
from pipeline.errors import SettingsError
from pipeline.labs.primes.data import (
    DataConfig,
    circle_windows,
    line_windows,
    make_data,
    primes_below,
)
from pipeline.labs.primes.evaluate import LEARNT, answer, judge, repeat_last_gap
from pipeline.labs.primes.lab import LAB
from pipeline.labs.shared.first_unit import start_layer
from pipeline.stage import Context


def test_primes_are_the_numbers_with_two_divisors() -> None:
    by_division = [n for n in range(2, 500) if all(n % d for d in range(2, n))]
    assert primes_below(500).tolist() == by_division
    assert len(primes_below(100)) == 25  # as everybody knows
    assert primes_below(3).tolist() == [2]


def test_after_the_last_prime_of_the_circle_comes_the_first() -> None:
    circle = circle_windows(primes_below(12), 3)  # 2 3 5 7 11
    assert circle.tolist() == [
        [2, 3, 5, 7],
        [3, 5, 7, 11],
        [5, 7, 11, 2],
        [7, 11, 2, 3],
        [11, 2, 3, 5],
    ]


def test_primes_in_a_row_start_where_those_below_a_number_end() -> None:
    primes = primes_below(30)  # 2 3 5 7 11 13 17 …
    assert line_windows(primes, 3, 2, reach=2).tolist() == [[2, 3, 5, 7], [3, 5, 7, 11]]
    assert line_windows(primes, 3, 1, reach=12).tolist() == [[5, 7, 11, 13]]
    assert line_windows(primes, 3, 1, reach=13).tolist() == [[5, 7, 11, 13]]  # 13 is not under 13


@pytest.mark.parametrize(
    "setting",
    [{}, {"window": 10}, {"limit": 300}, {"limit": 11, "window": 2, "samples": 100}],
    ids=str,
)
def test_no_new_window_is_among_those_learnt(tmp_path: Path, setting: dict[str, int]) -> None:
    nothing = Context(lambda done, total, note="": None, np.random.default_rng(0), tmp_path)
    arrays = make_data(DataConfig(**setting), context=nothing).arrays
    samples = {tuple(window) for window in arrays["samples"].tolist()}
    circle = arrays["circle"][len(arrays["samples"]) :].tolist()
    assert samples.isdisjoint(map(tuple, circle))
    assert len(arrays["line"]) == len(arrays["samples"])
    assert samples.isdisjoint(map(tuple, arrays["line"].tolist()))


def test_fifty_of_twenty_five_primes_end_where_they_began() -> None:
    circle = circle_windows(primes_below(100), 50)
    assert circle.shape == (25, 51)
    np.testing.assert_array_equal(circle[:, -1], circle[:, 0])


def test_the_last_gap_and_the_judgement_by_hand() -> None:
    windows = np.array([[3, 5, 7], [7, 11, 13], [13, 17, 19]], dtype=np.int32)
    guesses = repeat_last_gap(windows)
    assert guesses.tolist() == [7, 15, 21]  # 5 + 2, 11 + 4, 17 + 4
    # 15 is as far from 13 as from 17: the smaller is taken; 21 is nearer to 19 than to 23 by none.
    right, off = judge(guesses, windows[:, -1], primes_below(100))
    assert right == 3
    assert off == pytest.approx(4 / 3)
    assert judge(guesses + 0.5, windows[:, -1], primes_below(100))[0] == 1  # 17 and 23 are nearer


def test_reading_alone_forgets_what_reading_in_order_knows() -> None:
    windows = circle_windows(primes_below(30), 5)
    layer = start_layer(5, 4, np.random.default_rng(0))
    how = {"layer": layer, "limit": 30, "squash_cell": False}
    in_order = answer(windows, in_order=True, **how)  # type: ignore[arg-type]
    alone = answer(windows, in_order=False, **how)  # type: ignore[arg-type]
    assert in_order.shape == alone.shape == (10,)
    assert in_order[0] == pytest.approx(alone[0])  # the first step starts from zero both ways
    assert np.abs(in_order - alone)[1:].min() > 1e-6
    one_by_one = [
        answer(windows[place : place + 1], in_order=True, **how)[0]  # type: ignore[arg-type]
        for place in range(10)
    ]
    np.testing.assert_allclose(alone, one_by_one)


@pytest.mark.slow
def test_ten_windows_are_learnt_by_heart_and_no_more(tmp_path: Path) -> None:
    result = run_lab(open_lab(LAB, tmp_path), force=False, quiet=True)
    facts = result["facts"]
    assert facts["loss_end"] < 1e-3 * facts["loss_start"]
    assert facts["loss_end"] <= 1.05172e-06  # the article's
    assert any("no higher than the article's" in note for note in result["notes"])
    assert facts["seed"] == 1
    learnt, alone, circle, line = facts["sets"]
    assert (learnt["right"], learnt["number"]) == (10, 10)
    assert alone["right"] < 5
    assert (circle["number"], line["number"]) == (15, 10)
    # What the lab is about: a rule of one line does better on windows that were not learnt.
    assert circle["right"] < circle["last gap right"]
    assert line["right"] < line["last gap right"]
    # The answers, which the picture shows, are those that the table was made of.
    wanted, answers = facts["wanted"][LEARNT], facts["answers"][LEARNT]
    assert wanted == [2, 3, 5, 7, 11, 13, 17, 19, 23, 29]  # after twice 25 primes the first again
    assert np.abs(np.subtract(answers, wanted)).mean() == pytest.approx(learnt["off by"], abs=0.005)


def test_a_loss_above_the_article_s_is_said(tmp_path: Path) -> None:
    opened = open_lab(LAB, tmp_path, overrides=["train.rounds=2", "train.hidden=3"])
    assert "HIGHER than the article's" in run_lab(opened, force=False, quiet=True)["notes"][0]


def test_a_whole_circle_that_is_learnt_leaves_nothing_new_in_it(tmp_path: Path) -> None:
    small = ["data.limit=12", "data.window=4", "data.samples=7", "train.rounds=2"]
    opened = open_lab(LAB, tmp_path, overrides=[*small, "train.hidden=3"])
    sets = run_lab(opened, force=False, quiet=True)["facts"]["sets"]
    # Five primes under 12; seven samples go round and two of them come twice.
    assert [(row["windows"], row["number"]) for row in sets] == [
        ("learnt, in order", 7),
        ("learnt, one at a time", 7),
        ("new: true primes in a row", 7),
    ]


@pytest.mark.parametrize(
    "setting",
    [
        "data.limit=9",
        "data.limit=1001",
        "data.window=1",
        "data.samples=0",
        "data.samples=101",
        "train.rounds=0",
        "train.learning_rate=-1",
    ],
)
def test_sizes_out_of_range_are_refused(tmp_path: Path, setting: str) -> None:
    with pytest.raises(SettingsError, match=setting.partition("=")[0]):
        open_lab(LAB, tmp_path, overrides=[setting])
