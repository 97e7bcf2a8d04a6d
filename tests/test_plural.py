"""Counts as messages say them."""

from __future__ import annotations

from pipeline.plural import counted


def test_one_is_told_as_one_and_all_else_as_many() -> None:
    told = [counted(number, "more book") for number in (0, 1, 2, 1_001)]
    assert told == ["0 more books", "1 more book", "2 more books", "1,001 more books"]
