"""The novel that is measured on, and a writer of a given size that knows nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from pipeline.artifacts.bundle import WriterBundle
from pipeline.artifacts.corpus import Corpus
from pipeline.project import ROOT
from pipeline.stage import Context
from pipeline.stages.fetch import FetchConfig, fetch

NOVELLA = ROOT / "data" / "novella.txt"
LONG_NOVEL = ROOT.parent / "shared" / "corpora" / "hongloumeng.txt"

VOCABULARY = 7000  # about that of 红楼梦 at five occurrences or more
VECTOR_SIZE = 200
HIDDEN = 200
STEPS = 20


def novel_path(*, long: bool) -> Path:
    """Return where 红楼梦 lies if a long novel is asked for and there is one, else the novella."""
    return LONG_NOVEL if long and LONG_NOVEL.exists() else NOVELLA


def read_novel(path: Path) -> Corpus:
    """Return a novel as the `fetch` stage reads it."""
    context = Context(lambda *_: None, np.random.default_rng(0), path.parent)
    return fetch(FetchConfig(source=str(path)), context=context)


def random_bundle() -> WriterBundle:
    """Return a writer of 7,000 one-character words with H = E = 200 and random weights.

    What writing costs depends on the sizes alone. The words are the Chinese characters from 一 on.
    """
    generator = np.random.default_rng(0)

    def draw(*shape: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        return generator.standard_normal(shape, dtype=np.float32) * np.float32(0.1)

    vectors = draw(VOCABULARY, VECTOR_SIZE)
    return WriterBundle(
        words=tuple(chr(ord("一") + number) for number in range(VOCABULARY)),
        gate_table=draw(VOCABULARY + 1, 4 * HIDDEN),
        recurrent_kernel=draw(HIDDEN, 4 * HIDDEN),
        projection_kernel=draw(HIDDEN, VECTOR_SIZE),
        projection_bias=draw(VECTOR_SIZE),
        output_vectors=vectors / np.linalg.norm(vectors, axis=1, keepdims=True),
        log_prior=np.full(VOCABULARY, -np.log(VOCABULARY), dtype=np.float32),
        scale=10.0,
        prior_weight=1.0,
        steps=STEPS,
        examples=("一丁",),
    )
