"""A text's parts: each window once, in ascending order from part to part, so many at once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.engine.memories.ngram_blocks import Begin, End, Followers, Windows, part_text

Window = tuple[int, ...]


def windows_of(text: list[int], order: int) -> list[Window]:
    """The windows at all words of a text, with zeros from where it ends on."""
    found = []
    for place in np.flatnonzero(text).tolist():
        own = text[place : place + order]
        length = own.index(0) if 0 in own else order
        found.append((*own[:length], *[0] * (order - length)))
    return found


@given(
    words=st.lists(st.integers(0, 4), min_size=1, max_size=60),
    order=st.integers(2, 5),
    block=st.integers(1, 30),
)
@settings(max_examples=150, deadline=None)
def test_each_window_comes_once_and_in_its_turn(words: list[int], order: int, block: int) -> None:
    text = [0, *words, *[0] * order]
    parts = part_text(
        np.array(text, dtype=np.uint32), base=4, order=order, block=block, folder=None
    )
    prefix: Window = ()
    begun: list[Window] = []
    found: list[Window] = []
    for part in parts:
        match part:
            case Begin(word, _, occurrences):
                prefix = (*prefix, word)
                begun.append(prefix)
                assert occurrences > block
            case End():
                prefix = prefix[:-1]
            case Windows(rows):
                assert rows.shape == (1 + order - len(prefix), rows.shape[1])
                assert 0 < rows.shape[1] <= block
                found += sorted((*prefix, *column) for column in rows[1:].T.tolist())
            case Followers(last, counts):
                for word, count in zip(last.tolist(), counts.tolist(), strict=True):
                    found += [(*prefix, word)] * count
    assert prefix == (), "what begins ends"
    # Of a frequent n-gram that the text ends with nothing is left to count.
    ended = {(*own, *[0] * (order - len(own))) for own in begun}
    assert found == [own for own in sorted(windows_of(text, order)) if own not in ended]


@pytest.mark.parametrize("order", [2, 3])
def test_a_text_without_words_has_no_windows(order: int) -> None:
    text = np.zeros(order + 1, dtype=np.uint32)
    assert list(part_text(text, base=4, order=order, block=7, folder=None)) == []
