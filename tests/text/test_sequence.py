"""How the numbers of headings run."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.chapters.sequence import Counted, steps


def run(*numbers: int | None, apart: int = 1000) -> str:
    """The first letters of the steps of numbers that stand equally far from each other."""
    counted = [Counted(n, n, place * apart) for place, n in enumerate(numbers)]
    return " ".join(step[:3] for step in steps(counted))


def test_numbers_that_rise() -> None:
    assert run(1, 2, 3) == "beg fol fol"
    assert run(5, 6, None, 7) == "jum fol unc fol"
    assert run(1, 2, 5, 6) == "beg fol jum fol"


def test_merged_numbers_are_passed_over() -> None:
    merged = [Counted(1, 2, 0), Counted(3, 3, 9), Counted(4, 6, 18), Counted(7, 7, 27)]
    assert steps(merged) == ["begins", "follows", "follows", "follows"]


def test_numbers_that_begin_anew() -> None:
    assert run(1, 2, 3, 1, 2) == "beg fol fol beg fol"
    third = [*(Counted(n, n, n * 9) for n in (1, 2)), Counted(1, 1, 27, anew=True)]
    assert steps(third)[2] == "begins"


def test_a_list_between_two_numbers_is_inserted() -> None:
    places = [0, 1000, 2000, 2100, 2200, 2300, 3000]
    numbers = [1, 2, 3, 1, 2, 3, 4]
    counted = [Counted(n, n, place) for n, place in zip(numbers, places, strict=True)]
    assert steps(counted)[3:] == ["inserted"] * 3 + ["follows"]


def test_a_second_volume_is_no_insertion() -> None:
    """1 to 3, 1 and 2 with as much text each, then 4: too far from 3 to go on with it."""
    assert run(1, 2, 3, *[1, 2, 3, 4] * 2).split().count("ins") == 0


def test_strays_and_misprints() -> None:
    assert run(1, 2, 9, 3, 4) == "beg fol str fol fol"
    assert run(1, 2, 33, 4, 5) == "beg fol odd fol fol"
    assert run(1, 2, 2, 3) == "beg fol rep fol"


@given(st.lists(st.one_of(st.none(), st.integers(0, 9)), max_size=60))
def test_every_number_gets_a_step(numbers: list[int | None]) -> None:
    found = steps([Counted(n, n, place) for place, n in enumerate(numbers)])
    assert [step == "uncounted" for step in found] == [n is None for n in numbers]
