from __future__ import annotations

from collections import Counter
from itertools import chain, pairwise

from hypothesis import given
from hypothesis import strategies as st

from pipeline.learning.stream import read_stream

STRETCHES = st.lists(st.lists(st.sampled_from(["春", "秋", "春雪", "花", "</s>", "大观园"])))


@given(STRETCHES, st.integers(1, 7))
def test_sentences_are_the_stretches_cut_and_nothing_is_lost(
    stretches: list[list[str]], longest: int
) -> None:
    stream = read_stream(map(iter, stretches))

    expected = [
        words[start : start + longest]
        for words in stretches
        for start in range(0, len(words), longest)
    ]
    assert list(stream.sentences(longest)) == expected
    assert list(stream.sentences(longest)) == expected  # as often as it is read
    assert [stop - start for start, stop in pairwise(stream.bounds)] == list(map(len, stretches))
    # Equal to the last: as they first occur, which decides how gensim orders equal counts.
    counts = Counter(chain.from_iterable(stretches))
    assert list(stream.counts().items()) == list(counts.items())


@given(STRETCHES)
def test_pieces_stand_where_their_words_stood(stretches: list[list[str]]) -> None:
    cuts = {"春雪": ("春", "雪"), "大观园": ("大", "观", "园"), "花": ()}
    parted = read_stream(stretches).parted(lambda word: cuts.get(word, (word,)))

    expected = [
        [piece for word in words for piece in cuts.get(word, (word,))] for words in stretches
    ]
    assert list(parted.sentences(1000)) == [words for words in expected if words]
    assert [stop - start for start, stop in pairwise(parted.bounds)] == list(map(len, expected))
    assert parted.counts() == Counter(chain.from_iterable(expected))


def test_a_long_text_is_parted_block_by_block() -> None:
    words = ["大观园", "春", "</s>"] * 100_000  # more than a block
    parted = read_stream([words]).parted(tuple)

    pieces = [*"大观园", "春", *"</s>"] * 100_000
    assert list(chain.from_iterable(parted.sentences(10_000))) == pieces
    assert max(map(len, parted.sentences(10_000))) == 10_000
