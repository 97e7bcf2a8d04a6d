"""embed: the vocabulary and word vectors, learnt from the training chapters alone."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Self

from pydantic import Field, field_validator, model_validator

from pipeline.artifacts.embedding import EMBEDDING, Embedding, read_word2vec
from pipeline.artifacts.segmentation import Segmentation, section_words
from pipeline.errors import ArtifactDamaged, DataError
from pipeline.filenames import on_disk
from pipeline.regular import why_unreadable
from pipeline.shown import shown
from pipeline.stage import Context, Stage, StageConfig


class EmbedConfig(StageConfig):
    """Settings of `embed`: by default those of the C tool's CBOW with negative sampling."""

    vector_size: int = Field(200, ge=2, le=2000, description="dimensions of a word vector")
    window: int = Field(8, ge=1, le=100, description="words of context on either side")
    negative: int = Field(25, ge=1, le=100, description="noise words for each true word")
    sample: float = Field(
        1e-4,
        ge=0,
        description="frequency above which words are thinned out, below 1; 0 thins none",
    )
    epochs: int = Field(15, ge=1, le=1000, description="passes over the text")
    alpha: float = Field(0.05, gt=0, le=1, description="learning rate at the start")
    min_alpha: float = Field(5e-6, gt=0, le=1, description="learning rate at the end")
    min_count: int = Field(
        5, ge=1, le=1000, description="occurrences in the training chapters that a word needs"
    )
    seed: int = Field(1, ge=0, lt=2**31, description="seed of the random numbers")
    reproducible: bool = Field(
        True, description="equal bytes for equal input, on one core; false uses all cores"
    )
    pretrained: str = Field(
        "",
        description="word2vec binary file to take vectors from instead of training; empty trains",
        json_schema_extra={"path": True},
    )

    @field_validator("sample")
    @classmethod
    def check_sample(cls, sample: float) -> float:
        """Refuse what gensim would take for a number of occurrences."""
        if sample >= 1:
            raise ValueError(
                f"expected a frequency below 1, got {sample:g}; 0.0001 is usual, 0 thins none"
            )
        return sample

    @model_validator(mode="after")
    def check_learning_rates(self) -> Self:
        """Refuse a learning rate that would grow."""
        if self.min_alpha > self.alpha:
            raise ValueError(
                f"expected min_alpha of at most alpha ({self.alpha:g}), got {self.min_alpha:g}; "
                "lower min_alpha or raise alpha"
            )
        return self

    def files(self) -> dict[str, Path]:
        """Return the pretrained vectors, if any."""
        files = {"pretrained": Path(on_disk(self.pretrained))} if self.pretrained else {}
        for path in files.values():
            if why := why_unreadable(path):
                raise DataError(f"embed.pretrained: {shown(str(path))}: expected a file, {why}")
        return files

    def check_files(self) -> None:
        """Refuse vectors that are not there."""
        for path in self.files().values():
            if not os.access(path, os.R_OK):
                raise DataError(
                    f"embed.pretrained: {shown(str(path))}: expected a word2vec file that can be "
                    "read, got none; check the path"
                )


def _training_stretches(segmentation: Segmentation) -> list[list[str]]:
    """Return the words of every training section, paragraph breaks included."""
    return [
        list(section_words(segmentation, section))
        for section in segmentation.sections
        if section.part == "train"
    ]


def _take_pretrained(path: Path, stretches: list[list[str]], *, min_count: int) -> Embedding:
    """Return the vectors of a word2vec binary file for the words that the training text uses.

    Raises
    ------
    DataError
        The file cannot be read, or shares fewer than two words with the text.
    """
    try:
        words, vectors = read_word2vec(path)
    except (OSError, ArtifactDamaged) as error:
        raise DataError(f"embed.pretrained: {error}") from error
    import numpy as np

    counts = Counter(word for words in stretches for word in words)
    rows = {word: row for row, word in enumerate(words)}
    kept = [
        (word, count)
        for word, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        if count >= min_count and word in rows
    ]
    if len(kept) < 2:
        raise DataError(
            f"embed.pretrained: expected vectors for words of the novel, {shown(path.name)} has "
            f"{len(kept)} of them; was it trained on a text cut into words?"
        )
    return Embedding(
        words=tuple(word for word, _ in kept),
        counts=np.array([count for _, count in kept], dtype=np.int64),  # (V,)
        vectors=vectors[[rows[word] for word, _ in kept]],  # (V, E)
    )


def embed(config: EmbedConfig, *, segment: Segmentation, context: Context) -> Embedding:
    """Train word vectors, or take them from a file."""
    stretches = _training_stretches(segment)
    if config.pretrained:
        return _take_pretrained(
            Path(on_disk(config.pretrained)), stretches, min_count=config.min_count
        )
    from pipeline.learning.word2vec import train_word2vec

    settings = config.model_dump(exclude={"reproducible", "pretrained"})
    return train_word2vec(
        stretches,
        **settings,
        workers=1 if config.reproducible else os.cpu_count() or 1,
        progress=context.progress,
    )


STAGE = Stage(
    name="embed",
    inputs=("segment",),
    config=EmbedConfig,
    run=embed,
    codec=EMBEDDING,
    libraries=("gensim", "numpy"),
)
