"""Novels of any length: one novel's paragraphs over and over, each time with their words shuffled.

Shuffled, repeated paragraphs do not repeat their n-grams, and long novels hold ever new ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.novel import cut_novel
from pipeline.artifacts.embedding import Embedding
from pipeline.artifacts.segmentation import (
    PARAGRAPH_BREAK,
    Part,
    Section,
    Segmentation,
    section_words,
)

MIN_COUNT = 5
PARTS: tuple[tuple[Part, float], ...] = (("train", 0.9), ("validation", 0.95), ("test", 1.0))


class Source(NamedTuple):
    """A novel's different words, the most frequent first, with counts, and the stream of them."""

    words: tuple[str, ...]
    counts: NDArray[np.int64]
    ids: NDArray[np.int32]  # (N,)
    break_id: int


def read_source(path: Path) -> Source:
    """Cut a novel and number its words."""
    cut = cut_novel(path)
    text = [word for section in cut.sections for word in section_words(cut, section)]
    ranking = Counter(text).most_common()
    words = tuple(word for word, _ in ranking)
    numbers = {word: number for number, word in enumerate(words)}
    return Source(
        words=words,
        counts=np.array([count for _, count in ranking], dtype=np.int64),
        ids=np.array([numbers[word] for word in text], dtype=np.int32),
        break_id=numbers[PARAGRAPH_BREAK],
    )


def lengthen(source: Source, tokens: int) -> NDArray[np.int32]:
    """Return so many ids (tokens,): the source's over and over, shuffled within paragraphs."""
    return shuffled(source, tokens, np.random.default_rng(0))


def shuffled(source: Source, tokens: int, generator: np.random.Generator) -> NDArray[np.int32]:
    """Return the same, shuffled by a generator."""
    repeated = np.resize(source.ids, tokens)
    is_break = repeated == source.break_id  # (tokens,)
    paragraphs = np.cumsum(is_break) - is_break  # (tokens,): a break is the last of its own
    order = generator.random(tokens, dtype=np.float32)
    order[is_break] = 2  # beyond all others
    found: NDArray[np.int32] = repeated[np.lexsort((order, paragraphs))]
    return found


def known_ids(source: Source, ids: NDArray[np.int32]) -> tuple[NDArray[np.int32], int]:
    """Return ids with V for each word of fewer than `MIN_COUNT` occurrences, and V."""
    known = int((source.counts >= MIN_COUNT).sum())
    return np.minimum(ids, known), known


def known_words(source: Source) -> Embedding:
    """Return the words of `MIN_COUNT` occurrences or more, with random vectors of two numbers."""
    known = int((source.counts >= MIN_COUNT).sum())
    vectors = np.random.default_rng(0).standard_normal((known, 2), dtype=np.float32)
    return Embedding(source.words[:known], source.counts[:known], vectors)


def as_segmentation(source: Source, ids: NDArray[np.int32]) -> Segmentation:
    """Return a stream as the result of `segment`: chapters to train on, then held-out ones."""
    lines = tuple(paragraph_lines(source, ids))
    bounds = [0, *(round(share * len(lines)) for _, share in PARTS)]
    sections = tuple(
        Section(part, start, stop, part)
        for (part, _), (start, stop) in zip(PARTS, pairwise(bounds), strict=True)
    )
    return Segmentation(lines=lines, sections=sections, unknown=())


def paragraph_lines(source: Source, ids: NDArray[np.int32]) -> Iterator[str]:
    """Yield the words of each paragraph, joined by spaces."""
    ends = np.flatnonzero(ids == source.break_id)
    for start, stop in pairwise([-1, *ends.tolist()]):
        if stop > start + 1:
            yield " ".join(source.words[number] for number in ids[start + 1 : stop].tolist())
