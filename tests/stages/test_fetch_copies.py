"""Of books that hold each other one stays: the longer by its Chinese characters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.artifacts.book import ReadBook
from pipeline.artifacts.corpus import Corpus
from pipeline.stages.fetch_copies import find_copies


def book(text: str, prints: Sequence[int]) -> ReadBook:
    """Make a book of one paragraph whose passages are numbers."""
    corpus = Corpus((text,), (), "utf-8", 0, 0, "")
    return ReadBook(corpus, np.array(sorted(prints), dtype=np.int64))


def test_the_one_with_more_chinese_characters_stays_though_it_has_fewer_fingerprints() -> None:
    fewer, more = book("字" * 316 + ", abc" * 99, range(12)), book("字" * 564, range(10))
    assert find_copies({0: fewer, 1: more}) == {0: (1, 10 / 12)}
    assert find_copies({0: more, 1: fewer}) == {1: (0, 10 / 12)}


def test_of_equals_the_first_stays_whatever_was_left_out_before() -> None:
    same = book("字" * 9, range(8))
    assert find_copies({3: same, 5: same, 9: same}) == {5: (3, 1.0), 9: (3, 1.0)}


def test_a_part_goes_for_its_whole_and_not_the_whole_for_its_part() -> None:
    part, whole = book("字" * 40, range(4)), book("字" * 100, range(10))
    assert find_copies({0: part, 1: whole}) == {0: (1, 1.0)}
    repeated = book("字" * 400, range(4))  # the same passages again and again
    assert find_copies({0: repeated, 1: whole}) == {0: (1, 1.0)}


def test_half_is_no_copy_and_few_shared_passages_are_none() -> None:
    assert find_copies({0: book("字", range(4)), 1: book("字", range(2, 9))}) == {}
    assert find_copies({0: book("字", []), 1: book("字", [])}) == {}
    assert find_copies({}) == {}


def test_a_book_that_stands_in_two_others_is_told_of_the_one_that_holds_more() -> None:
    parts = book("字" * 9, range(10))
    first, second = book("字" * 50, range(6, 50)), book("字" * 40, [*range(6), *range(60, 100)])
    assert find_copies({0: first, 1: parts, 2: second}) == {1: (2, 0.6)}
