"""Of books that hold each other one stays: the longer by its Chinese characters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.artifacts.book import ReadBook
from pipeline.artifacts.corpus import Chapter, Corpus
from pipeline.stages.fetch_copies import (
    find_copies,
    find_known_chapters,
    overlaps,
    without_chapters,
)
from pipeline.text.shingles import fingerprints_within


def book(text: str, prints: Sequence[int]) -> ReadBook:
    """Make a book of one paragraph whose passages are numbers."""
    corpus = Corpus((text,), (Chapter("", 0, 1),), "utf-8", 0, 0, "")
    return ReadBook(corpus, (np.array(sorted(prints), dtype=np.int64),))


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


def chapters(*texts: str) -> ReadBook:
    """Make a book of chapters of one paragraph each, with the fingerprints of its text."""
    found = tuple(Chapter(f"第{n}章", n, n + 1) for n in range(len(texts)))
    prints = fingerprints_within(texts, [slice(n, n + 1) for n in range(len(texts))])
    return ReadBook(Corpus(texts, found, "utf-8", 0, 0, ""), prints)


def text_of(seed: int, characters: int = 4_000) -> str:
    """A chapter that shares no passage with one of another seed."""
    drawn = np.random.default_rng(seed).integers(0x4E00, 0x9000, size=characters)
    return "".join(map(chr, drawn.tolist()))


def known(*books: ReadBook) -> dict[int, list[tuple[int, int]]]:
    """Return book → (chapter, other book) of what `find_known_chapters` finds; no book goes."""
    found, whole = find_known_chapters(dict(enumerate(books)), least=1_000)
    assert whole == {}
    return {book: [(own.number, own.other) for own in each] for book, each in found.items()}


def test_of_volumes_that_overlap_the_shorter_loses_the_chapters_of_both() -> None:
    texts = [text_of(seed) for seed in range(9)]
    longer, shorter = chapters(*texts[:5]), chapters(*texts[3:7])
    assert find_copies({0: longer, 1: shorter}) == {}
    assert known(longer, shorter) == {1: [(0, 0), (1, 0)]}
    assert known(shorter, longer) == {0: [(0, 1), (1, 1)]}
    rest = without_chapters(shorter, {0, 1})
    assert rest.corpus.paragraphs == tuple(texts[5:7])
    assert [(own.start, own.stop) for own in rest.corpus.chapters] == [(0, 1), (1, 2)]
    assert known(longer, rest) == {}
    assert known(longer) == {}


def test_a_volume_with_chapters_of_its_own_is_no_copy_though_most_of_it_is_known() -> None:
    texts = [text_of(seed) for seed in range(12)]
    longer, shorter = chapters(*texts[:8]), chapters(*texts[4:10])
    assert find_copies({0: longer, 1: shorter}) == {}, "a third of it is new"
    assert known(longer, shorter) == {1: [(0, 0), (1, 0), (2, 0), (3, 0)]}
    assert list(find_copies({0: longer, 1: chapters(*texts[2:9])})) == [1], "a seventh of it is"


def test_another_edition_of_a_book_is_a_copy_though_characters_differ() -> None:
    texts = [text_of(seed) for seed in range(5)]
    changed = [
        text[:k] + "".join(c if n % 20 else "异" for n, c in enumerate(text[k:]))
        for k, text in enumerate(texts)
    ]
    assert list(find_copies({0: chapters(*texts), 1: chapters(*changed)})) == [1]


def test_a_chapter_that_is_part_of_a_longer_one_goes_and_never_from_both() -> None:
    whole, others = text_of(0, 8_000), [text_of(seed) for seed in range(1, 5)]
    long, short = chapters(whole[:2_000], *others), chapters(whole)
    assert known(long, short) == {0: [(0, 1)]}
    same = [chapters(text_of(0), text_of(seed)) for seed in (1, 2, 3)]
    assert known(*same) == {1: [(0, 0)], 2: [(0, 0)]}, "all tell of the one that has it still"


def test_a_book_of_which_little_is_left_goes_whole_and_nothing_is_lost_for_it() -> None:
    others = [chapters(text_of(seed), text_of(seed + 10, 19_000)) for seed in range(3)]
    last = text_of(5, 1_900)
    part = chapters(last[:1_000], text_of(6))
    short = chapters(*(text_of(seed) for seed in range(3)), last)
    books = dict(enumerate([short, part, *others]))
    found, whole = find_known_chapters(books, least=2_000)
    assert (found, whole) == ({}, {0: 3}), "what is part of its last chapter stays"
    found, whole = find_known_chapters(books, least=1_000)
    assert ([own.number for own in found[0]], whole) == ([0, 1, 2], {})
    assert [(own.number, own.other) for own in found[1]] == [(0, 0)]


def test_what_is_left_of_an_overlap_is_told() -> None:
    first, second = text_of(0), text_of(1)
    books = {0: chapters(first + second), 1: chapters(first[:1_600] + text_of(2))}
    assert known(*books.values()) == {}
    assert list(overlaps(books)) == [0, 1]
    assert overlaps({0: chapters(first), 1: chapters(second)}) == {}


def test_what_stands_in_a_chapter_that_goes_itself_stays_if_nobody_has_it() -> None:
    """Four fifths are in the next one each, three fifths in the one after it."""
    text = text_of(0, 10_000)
    first = chapters(text[:6_000], text_of(1, 2_100))
    second = chapters(text[1_200:7_200], text_of(2, 8_000))
    third = chapters(text[2_400:8_400], text_of(3, 20_000))
    found = known(first, second, third)
    assert found == {1: [(0, 2)]}, "what the first has alone would be lost"


@given(st.lists(st.sets(st.integers(0, 11), min_size=1, max_size=5), min_size=2, max_size=6))
@settings(max_examples=60, deadline=None)
def test_no_chapter_is_lost_to_all_and_none_is_left_twice(shelf: list[set[int]]) -> None:
    texts = [text_of(seed, 2_500 if seed % 3 else 900) for seed in range(12)]
    read = {n: chapters(*(texts[seed] for seed in sorted(own))) for n, own in enumerate(shelf)}
    copies = find_copies(read)
    read = {number: book for number, book in read.items() if number not in copies}
    found, whole = find_known_chapters(read, least=2_000)
    kept = [
        text
        for number, book in read.items()
        if number not in whole
        for place, text in enumerate(book.corpus.paragraphs)
        if place not in {own.number for own in found.get(number, ())}
    ]
    assert len(kept) == len(set(kept))
    short = {texts[seed] for seed in (0, 3, 6, 9)}  # may be all that was left of a book
    assert {text for book in read.values() for text in book.corpus.paragraphs} - set(kept) <= short
    for own in (own for each in found.values() for own in each):
        assert own.other in read
        assert own.other not in whole
