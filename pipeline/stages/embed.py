"""embed: the vocabulary and its vectors, learnt from the training chapters alone."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Self

from pydantic import Field, field_validator, model_validator

from pipeline.artifacts.embedding import EMBEDDING, Embedding, read_word2vec
from pipeline.artifacts.segmentation import Segmentation, section_words
from pipeline.errors import ArtifactDamaged, DataError
from pipeline.filenames import named_file, on_disk
from pipeline.shown import shown
from pipeline.stage import Context, Stage, StageConfig

if TYPE_CHECKING:
    from pipeline.learning.stream import WordStream
    from pipeline.text.words.vocabulary import Vocabulary


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
    characters: bool = Field(
        True,
        description="every character is in the vocabulary, and rarer words are parted into pieces; "
        "false leaves them out",
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
        path = named_file("embed.pretrained", self.pretrained)
        return {"pretrained": path} if path else {}

    def check_files(self) -> None:
        """Refuse vectors that are not there."""
        for path in self.files().values():
            if not os.access(path, os.R_OK):
                raise DataError(
                    f"embed.pretrained: {shown(str(path))}: expected a word2vec file that can be "
                    "read, got none; check the path"
                )


def _training_stream(segmentation: Segmentation) -> WordStream:
    """Return the words of every training section, paragraph breaks included."""
    from pipeline.learning.stream import read_stream

    return read_stream(
        section_words(segmentation, section)
        for section in segmentation.sections
        if section.part == "train"
    )


def _part_words(stream: WordStream, min_count: int) -> tuple[WordStream, Vocabulary]:
    """Return the stream with its rare words parted, and the vocabulary of the pieces."""
    from pipeline.text.words.vocabulary import open_vocabulary

    vocabulary = open_vocabulary(stream.counts(), min_count=min_count)
    return stream.parted(vocabulary.tokenizer.pieces), vocabulary


def _take_pretrained(path: Path, counts: Mapping[str, int]) -> Embedding:
    """Return the vectors of a word2vec binary file for words of the novel, most frequent first.

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

    rows: dict[str, int] = {}
    for row, word in enumerate(words):
        rows.setdefault(word, row)  # of a word that stands twice the first, as gensim takes it
    ordered = sorted(counts, key=lambda word: (-counts[word], word))
    kept = [word for word in ordered if counts[word] and word in rows]
    if len(kept) < 2:
        raise DataError(
            f"embed.pretrained: expected vectors for words of the novel, {shown(path.name)} has "
            f"{len(kept)} of them; was it trained on a text cut into words?"
        )
    return Embedding(
        words=tuple(kept),
        counts=np.array([counts[word] for word in kept], dtype=np.int64),  # (V,)
        vectors=vectors[[rows[word] for word in kept]],  # (V, E)
    )


def _complete(embedding: Embedding, vocabulary: Vocabulary) -> Embedding:
    """Return the vectors of all pieces: those that lack one get it from words that hold them."""
    import numpy as np

    from pipeline.learning.composed import compose_vectors

    vectors = dict(zip(embedding.words, embedding.vectors, strict=True))
    missing = [piece for piece in vocabulary.counts if piece not in vectors]
    words = (*embedding.words, *missing)
    return Embedding(
        words=words,
        counts=np.array([max(vocabulary.counts[word], 1) for word in words], dtype=np.int64),
        vectors=np.concatenate(
            [embedding.vectors, compose_vectors(missing, vocabulary.counts, vectors)]
        ),
        unseen=vocabulary.unseen,
    )


def embed(config: EmbedConfig, *, segment: Segmentation, context: Context) -> Embedding:
    """Choose the pieces, and train their vectors or take them from a file."""
    stream, vocabulary = _training_stream(segment), None
    if config.characters:
        stream, vocabulary = _part_words(stream, config.min_count)
    least = 1 if config.characters else config.min_count
    if config.pretrained:
        frequent = {word: count for word, count in stream.counts().items() if count >= least}
        found = _take_pretrained(Path(on_disk(config.pretrained)), frequent)
    else:
        found = _train(config, stream, least, context)
    return found if vocabulary is None else _complete(found, vocabulary)


def _train(config: EmbedConfig, stream: WordStream, min_count: int, context: Context) -> Embedding:
    """Train the vectors of all pieces that occur `min_count` times."""
    from pipeline.learning.word2vec import train_word2vec

    settings = config.model_dump(exclude={"reproducible", "pretrained", "characters"})
    return train_word2vec(
        stream,
        **{**settings, "min_count": min_count},
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
