"""Writers and texts of a given size that know nothing: what work costs depends on sizes alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.artifacts.embedding import Embedding, log_frequencies
from pipeline.artifacts.memories import Memories
from pipeline.artifacts.network import Network
from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.artifacts.windows import Windows
from pipeline.engine.memories.kinds.cache import Cache
from pipeline.engine.memories.ngram import train_kneser_ney
from pipeline.engine.memories.topic import Topic

VOCABULARY = 7000  # about that of 红楼梦 at five occurrences or more
VECTOR_SIZE = 200
HIDDEN = 200
STEPS = 20
TOKENS = 500_000  # about those of 红楼梦
MARKS = (PARAGRAPH_BREAK, "，", "。", "“", "”", "：", "！", "？")  # the most frequent words
FIRST, LAST = ord("一"), ord("鿿")
SEED = "一丁"  # the first two words that are no marks


def made_up_words(count: int) -> tuple[str, ...]:
    """Return so many words: marks, the Chinese characters from 一 on, then pairs of them."""
    size = LAST - FIRST + 1
    singles = (chr(FIRST + number) for number in range(min(size, count)))
    pairs = (chr(FIRST + n // size) + chr(FIRST + n % size) for n in range(max(count - size, 0)))
    return (*MARKS, *singles, *pairs)[:count]


def zipf_ids(tokens: int, *, vocabulary: int = VOCABULARY, seed: int = 0) -> NDArray[np.int32]:
    """Draw ids (tokens,) by Zipf's law: word r has a chance in proportion to 1 / (r + 1)."""
    chances = 1 / np.arange(1, vocabulary + 1)  # (V,)
    generator = np.random.default_rng(seed)
    return generator.choice(vocabulary, size=tokens, p=chances / chances.sum()).astype(np.int32)


def made_up_embedding(vocabulary: int = VOCABULARY) -> Embedding:
    """Return random vectors of words counted by Zipf's law."""
    generator = np.random.default_rng(0)
    return Embedding(
        words=made_up_words(vocabulary),
        counts=vocabulary * 10 // np.arange(1, vocabulary + 1),
        vectors=generator.standard_normal((vocabulary, VECTOR_SIZE), dtype=np.float32),
    )


def made_up_windows(tokens: int, *, vocabulary: int = VOCABULARY) -> Windows:
    """Return a stream of words, all of it training text."""
    return Windows(
        ids=zipf_ids(tokens, vocabulary=vocabulary),
        spans={"train": np.array([[0, tokens]], dtype=np.int64)},
        steps=STEPS,
        vocabulary_size=vocabulary,
        sections=(),
    )


def made_up_network(vocabulary: int = VOCABULARY) -> Network:
    """Return a writer with H = E = 200, random weights and a prior by Zipf's law."""
    generator = np.random.default_rng(0)
    embedding = made_up_embedding(vocabulary)

    def draw(*shape: int) -> NDArray[np.float32]:
        return generator.standard_normal(shape, dtype=np.float32) * np.float32(0.1)

    lengths = np.linalg.norm(embedding.vectors, axis=1, keepdims=True)  # (V, 1)
    return Network(
        words=embedding.words,
        gate_table=draw(vocabulary + 1, 4 * HIDDEN),
        recurrent_kernel=draw(HIDDEN, 4 * HIDDEN),
        projection_kernel=draw(HIDDEN, VECTOR_SIZE),
        projection_bias=draw(VECTOR_SIZE),
        output_vectors=embedding.vectors / lengths,
        log_prior=log_frequencies(embedding.counts),
        scale=20.0,  # with which it is about as sure as a trained writer: perplexity 97
        prior_weight=1.0,
        steps=STEPS,
        examples=(SEED,),
        carry_state=True,
    )


def made_up_memories(vocabulary: int = VOCABULARY, *, tokens: int = TOKENS) -> Memories:
    """Return the default memories of a made-up text, with weights like those of a real one."""
    ids = zipf_ids(tokens, vocabulary=vocabulary)  # (tokens,)
    span = np.array([[0, tokens]], dtype=np.int64)
    return Memories(
        weights={"network": 0.3, "cache": 0.1, "topic": 0.4, "ngram": 0.2},
        text_ids=ids,
        chapters=(("第一回", 0, tokens),),
        held={
            "cache": Cache(words=1000, sharpness=10.0),
            "topic": Topic(words=1500, novel_words=2000.0, exponent=0.7),
            "ngram": train_kneser_ney(ids, span, vocabulary_size=vocabulary),
        },
    )
