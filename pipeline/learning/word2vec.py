"""Word vectors by gensim, with the settings of the original C tool."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from gensim.models import Word2Vec
from gensim.models.callbacks import CallbackAny2Vec

from pipeline.artifacts.embedding import Embedding
from pipeline.errors import DataError
from pipeline.learning.stream import WordStream

# gensim silently cuts longer sentences.
_LONGEST_SENTENCE = 10_000


class _Sentences:
    """The stream in sentences that gensim takes whole, for it to read once an epoch."""

    def __init__(self, stream: WordStream) -> None:
        self.stream = stream

    def __iter__(self) -> Iterator[list[str]]:
        return self.stream.sentences(_LONGEST_SENTENCE)


class _EpochReport(CallbackAny2Vec):  # type: ignore[misc]
    """Reports the end of every epoch; gensim takes callbacks only as objects of its own class."""

    def __init__(self, progress: Callable[[float, float, str], None], epochs: int) -> None:
        self.progress = progress
        self.epochs = epochs
        self.done = 0

    def on_epoch_end(self, model: Any) -> None:
        """Count the epoch and pass the count on."""
        self.done += 1
        self.progress(self.done, self.epochs, f"epoch {self.done}/{self.epochs}")


def train_word2vec(
    stream: WordStream,
    *,
    epochs: int,
    progress: Callable[[float, float, str], None],
    **settings: float,
) -> Embedding:
    """Train CBOW vectors with negative sampling (Mikolov et al. 2013).

    Parameters
    ----------
    stream : stretches of words
        Contexts never cross from one stretch into the next.
    epochs : int
    progress : called after each epoch with (epochs done, epochs in all, note)
    settings
        Further arguments of gensim's `Word2Vec`. One of its `workers` gives equal bytes for equal
        input and seed; more are quicker and do not.

    Returns
    -------
    Embedding
        Words by falling count.

    Raises
    ------
    DataError
        No word occurs `min_count` times.
    """
    model = Word2Vec(sg=0, hs=0, cbow_mean=1, shrink_windows=True, **settings)
    corpus = _Sentences(stream)
    model.build_vocab(corpus)
    if len(model.wv) < 2:
        raise DataError(
            f"embed: expected words that occur {model.min_count} times or more, found "
            f"{len(model.wv)}; "
            "lower embed.min_count or bring a longer text"
        )
    model.train(
        corpus,
        total_examples=model.corpus_count,
        epochs=epochs,
        callbacks=[_EpochReport(progress, epochs)],
    )
    words = tuple(model.wv.index_to_key)
    counts = np.array([model.wv.get_vecattr(word, "count") for word in words], dtype=np.int64)
    return Embedding(words=words, counts=counts, vectors=model.wv.vectors.astype(np.float32))
