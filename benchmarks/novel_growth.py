"""How the cost of cutting, embedding, windows and n-grams grows with the length of the novel."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.compare import Size
from benchmarks.growth import Growth, Work, grow
from benchmarks.long_novel import (
    Source,
    as_segmentation,
    known_ids,
    known_words,
    lengthen,
    read_source,
)
from benchmarks.novel import novel_path, quiet_context
from benchmarks.process import fresh
from pipeline.artifacts.corpus import Chapter, Corpus
from pipeline.artifacts.segmentation import load_segmentation, save_segmentation
from pipeline.engine.memories.ngram import train_kneser_ney
from pipeline.project import ROOT
from pipeline.stages.embed import EmbedConfig, embed
from pipeline.stages.segment import SegmentConfig, segment
from pipeline.stages.window import WindowConfig, window

SIZES = {
    "tiny": (2_000, 4_000),
    "quick": (100_000, 300_000),
    "full": (100_000, 1_000_000, 10_000_000),
}
ROW = "novel growth"


def measure(size: Size) -> list[Growth]:
    """Do each work on novels of every length."""
    path = novel_path(long=size != "tiny")
    source = read_source(path)
    works: tuple[tuple[str, Callable[[int], Work], tuple[int, ...], tuple[str, ...]], ...] = (
        ("the stage window", partial(making_windows, source), SIZES[size], ()),
        ("n-grams of order 5", partial(counting, source), SIZES[size], ()),
        ("the stage segment, one core", partial(cutting, source), SIZES[size], ("rjieba",)),
        ("the stage embed, one epoch", partial(embedding, source), SIZES[size], ("gensim",)),
    )
    return [
        grow(
            ROW,
            prepare,
            sizes,
            work=work,
            axis="words",
            modules=modules,
            alone=size != "tiny",
            note=f"{path.name}, repeated and shuffled; the novel is part of the memory",
        )
        for work, prepare, sizes, modules in works
    ]


def making_windows(source: Source, tokens: int) -> Work:
    """Return the `window` stage on a novel of so many words."""
    return partial(
        window,
        WindowConfig(),
        segment=as_segmentation(source, lengthen(source, tokens)),
        embed=known_words(source),
        context=quiet_context(ROOT),
    )


def counting(source: Source, tokens: int) -> Work:
    """Return the training of the n-gram model."""
    # Made elsewhere: shuffling the words takes more memory than counting them.
    ids, known = fresh(partial(known_novel, source, tokens))()
    span = np.array([[0, tokens]], dtype=np.int64)
    return partial(train_kneser_ney, ids, span, vocabulary_size=known)


def known_novel(source: Source, tokens: int) -> tuple[NDArray[np.int32], int]:
    """Return the ids of a novel of so many words, and V."""
    return known_ids(source, lengthen(source, tokens))


def cutting(source: Source, tokens: int) -> Work:
    """Return the `segment` stage on a novel of so many words."""
    cut = as_segmentation(source, lengthen(source, tokens))
    paragraphs = tuple(line.replace(" ", "") for line in cut.lines)
    bounds = [len(paragraphs) * chapter // 40 for chapter in range(41)]
    chapters = tuple(
        Chapter(str(number), bounds[number], bounds[number + 1]) for number in range(40)
    )
    corpus = Corpus(
        paragraphs=paragraphs,
        chapters=chapters,
        encoding="utf-8",
        replaced=0,
        rejoined_lines=0,
        source_digest="",
    )
    config = SegmentConfig(user_dictionary="", workers=1)
    return partial(segment, config, fetch=corpus, context=quiet_context(ROOT))


def embedding(source: Source, tokens: int) -> Work:
    """Return one epoch of the `embed` stage on a novel of so many words.

    The novel is made in another process: shuffling takes more memory than the stage.
    """
    with tempfile.TemporaryDirectory() as name:
        fresh(partial(store_novel, source, tokens, Path(name)))()
        cut = load_segmentation(Path(name))
    return partial(embed, EmbedConfig(epochs=1), segment=cut, context=quiet_context(ROOT))


def store_novel(source: Source, tokens: int, folder: Path) -> None:
    """Save a novel of so many words."""
    save_segmentation(as_segmentation(source, lengthen(source, tokens)), folder)
