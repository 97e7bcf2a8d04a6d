"""Counting runs of Chinese characters: how often each occurs, and what stands beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.arrays import Doubles, Integers
from pipeline.text.words.dictionary import JIEBA_CHINESE

_PARAGRAPH_END = "\n"


@dataclass(frozen=True)
class Text:
    """Paragraphs as numbers. C characters, A different ones.

    Attributes
    ----------
    ids : int64 (C,)
        Each character's place in `alphabet`; a paragraph end stands first, last and between.
    alphabet : uint32 (A,)
        Code points, ascending.
    joinable : bool (C,)
        Which characters the segmenter can join to words: the common Chinese ones.
    """

    ids: Integers
    alphabet: NDArray[np.uint32]
    joinable: NDArray[np.bool_]


@dataclass(frozen=True)
class Grams:
    """The runs of one length that occur often enough. G runs, P occurrences of any of them.

    Attributes
    ----------
    words : length G
    counts : int64 (G,)
    members : int64 (P,)
        Which run it is that occurs.
    starts : int64 (P,)
        Where it begins in `Text.ids`.
    length : int
        Characters in each.
    """

    words: tuple[str, ...]
    counts: Integers
    members: Integers
    starts: Integers
    length: int


def read_text(paragraphs: Sequence[str]) -> Text:
    """Return paragraphs with their characters numbered."""
    text = _PARAGRAPH_END + "".join(paragraph + _PARAGRAPH_END for paragraph in paragraphs)
    codes = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)  # (C,)
    alphabet, ids = np.unique(codes, return_inverse=True)
    first, last = map(ord, JIEBA_CHINESE.split("-"))
    chinese = (alphabet >= first) & (alphabet <= last)  # (A,)
    return Text(ids=ids.astype(np.int64), alphabet=alphabet, joinable=chinese[ids])


def count_grams(text: Text, *, least: int, longest: int) -> Iterator[Grams]:
    """Yield the runs of 1, 2, … `longest` Chinese characters that occur `least` times.

    A run is as rare as its rarest part, so each length starts from the places that the last one
    left: that keeps the arrays short, and a run's number fits 64 bits at any length.
    """
    starts: Integers = np.flatnonzero(text.joinable)
    members = text.ids[starts]
    for length in range(1, longest + 1):
        if length > 1:  # a paragraph end comes last, so that no place lies beyond the text
            goes_on = text.joinable[starts + length - 1]
            starts = starts[goes_on]
            members = members[goes_on] * len(text.alphabet) + text.ids[starts + length - 1]
        _, first, members, counts = np.unique(
            members, return_index=True, return_inverse=True, return_counts=True
        )
        frequent = counts >= least  # (G,)
        words = tuple(_spell_run(text, start, length) for start in starts[first[frequent]])
        kept = frequent[members]  # (P,)
        starts = starts[kept]
        members = (np.cumsum(frequent) - 1)[members[kept]]
        yield Grams(words, counts[frequent], members, starts, length)


def _spell_run(text: Text, start: int, length: int) -> str:
    """Return the characters that begin at a place."""
    return "".join(map(chr, text.alphabet[text.ids[start : start + length]]))


def left_neighbours(text: Text, grams: Grams) -> Integers:
    """Return the character before every occurrence, as its number: (P,)."""
    return text.ids[grams.starts - 1]


def right_neighbours(text: Text, grams: Grams) -> Integers:
    """Return the character after every occurrence, as its number: (P,)."""
    return text.ids[grams.starts + grams.length]


def branching_entropy(grams: Grams, neighbours: Integers) -> Doubles:
    """Return the entropy of each run's neighbours on one side, in bits: (P,) → (G,).

    Punctuation counts as the character it is: what is always followed by a colon is not free. The
    entropy of a part of one longer word is near 0 on the side where the word goes on.
    """
    letters = int(neighbours.max(initial=0)) + 1
    pairs, counts = np.unique(grams.members * letters + neighbours, return_counts=True)
    owners = pairs // letters
    probs = counts / grams.counts[owners]
    terms = -probs * np.log2(probs)
    return np.bincount(owners, weights=terms, minlength=len(grams.counts)).astype(np.float64)


def mean_weight(grams: Grams, neighbours: Integers, weights: Doubles) -> Doubles:
    """Return for each run the mean weight (A,) of its neighbours on one side: (P,) → (G,)."""
    sums = np.bincount(grams.members, weights=weights[neighbours], minlength=len(grams.counts))
    return sums / grams.counts
