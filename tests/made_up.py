"""Small made-up artifacts: random weights, writers, and toy novels a network can learn."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.artifacts.embedding import Embedding
from pipeline.artifacts.layers import upper_shapes
from pipeline.artifacts.network import Network
from pipeline.artifacts.segmentation import PARAGRAPH_BREAK, Part, Section, Segmentation
from pipeline.artifacts.training import WEIGHT_SHAPES
from pipeline.artifacts.windows import PARTS, Windows
from pipeline.engine.network.export import export_network
from pipeline.stage import Context, Progress
from pipeline.workers import HERE, Workers

Weights = dict[str, NDArray[np.float32]]

# A small vocabulary to cut text by: piece → log frequency.
PRIORS = {
    "宝玉": -3.0,
    "宝": -6.0,
    "玉": -5.0,
    "听了": -4.0,
    "听": -5.0,
    "，": -1.0,
    "。": -1.5,
    PARAGRAPH_BREAK: -2.0,
}

EXAMPLES = ("宝玉听了，", "黛玉笑道：", "次日清晨，")


def silent(done: float, total: float, note: str = "") -> None:
    """A progress callback that says nothing."""


def context_in(
    folder: Path, *, seed: int = 1, progress: Progress = silent, workers: Workers = HERE
) -> Context:
    """A stage's context with a fresh generator and `folder` for scratch."""
    generator = np.random.default_rng(seed)
    return Context(progress=progress, generator=generator, scratch_path=folder, workers=workers)


def made_up_words(count: int) -> tuple[str, ...]:
    """Distinct words of one Chinese character each, in the order of Unicode."""
    return tuple(chr(0x4E00 + number) for number in range(count))


def falling_counts(count: int) -> NDArray[np.int64]:
    """Word counts (V,) that fall as 1/rank, as in real text."""
    return np.maximum(1000 // np.arange(1, count + 1), 1).astype(np.int64)


def random_weights(
    seed: int = 0, *, vocabulary: int = 30, embedding: int = 6, hidden: int = 8, layers: int = 1
) -> Weights:
    """Normal random arrays in the shapes of `WEIGHT_SHAPES`, and those of upper layers."""
    generator = np.random.default_rng(seed)
    sizes = {
        "V": vocabulary,
        "V+1": vocabulary + 1,
        "E": embedding,
        "H": hidden,
        "4H": 4 * hidden,
    }
    shapes = {name: tuple(sizes[s] for s in letters) for name, letters in WEIGHT_SHAPES.items()}
    return {
        name: np.array(generator.normal(size=shape), np.float32)
        for name, shape in (shapes | upper_shapes(layers - 1, hidden)).items()
    }


def random_network(
    seed: int = 0,
    *,
    words: Sequence[str] = made_up_words(30),
    steps: int = 5,
    hidden: int = 8,
    layers: int = 1,
    unseen: float = 0.0,
    carry_state: bool = False,
) -> Network:
    """A writer with random weights; of an open vocabulary where `unseen` is above 0."""
    return export_network(
        random_weights(seed, vocabulary=len(words), hidden=hidden, layers=layers),
        words=tuple(words),
        counts=falling_counts(len(words)),
        steps=steps,
        examples=EXAMPLES,
        unseen=unseen,
        carry_state=carry_state,
    )


def random_embedding(seed: int = 0, *, words: Sequence[str] = made_up_words(30)) -> Embedding:
    """Random vectors (V, 6)."""
    vectors = np.random.default_rng(seed).normal(size=(len(words), 6)).astype(np.float32)
    return Embedding(words=tuple(words), counts=falling_counts(len(words)), vectors=vectors)


def windows_of(
    parts: Sequence[tuple[Part, Sequence[int]]], *, steps: int, vocabulary_size: int
) -> Windows:
    """Windows over stretches of ids, one a section; neighbouring sections of a part differ."""
    bounds = np.cumsum([0] + [len(ids) for _, ids in parts])
    spans: dict[Part, Any] = {part: [] for part in PARTS}
    sections = []
    for number, (part, _) in enumerate(parts):
        start, stop = int(bounds[number]), int(bounds[number + 1])
        spans[part].append((start, stop))
        sections.append({"title": f"第{number}回", "part": part, "start": start, "stop": stop})
    return Windows(
        ids=np.array([i for _, ids in parts for i in ids], dtype=np.int32),
        spans={part: np.array(spans[part], dtype=np.int64).reshape(-1, 2) for part in PARTS},
        steps=steps,
        vocabulary_size=vocabulary_size,
        sections=tuple(sections),
    )


def toy_novel(seed: int = 0, *, tokens: int = 600) -> tuple[Embedding, Windows]:
    """A text in which every word decides the next: learnable without a fault.

    Word 0 is followed by 1, 1 by 2 and so on; 11 by 0. The held-out text is as regular.
    """
    words = made_up_words(12)
    cycle = [number % 12 for number in range(tokens)]
    parts: list[tuple[Part, Sequence[int]]] = [
        ("train", cycle),
        ("validation", cycle[:60]),
        ("test", cycle[:60]),
    ]
    counts = np.bincount(cycle, minlength=12).astype(np.int64)
    vectors = np.random.default_rng(seed).normal(size=(12, 6)).astype(np.float32)
    return (
        Embedding(words=words, counts=counts, vectors=vectors),
        windows_of(parts, steps=5, vocabulary_size=12),
    )


def chapters_of_noise(seed: int = 2, *, vocabulary: int = 30) -> Windows:
    """Chapters of random words, unknown ones among them; some held-out ones stand side by side."""
    ids = np.random.default_rng(seed).integers(0, vocabulary + 1, size=1000, dtype=np.int32)
    parts: tuple[tuple[Part, int, int], ...] = (
        ("train", 0, 600),
        ("test", 600, 700),
        ("train", 700, 720),
        ("validation", 720, 800),
        ("test", 800, 900),
        ("test", 900, 1000),
    )
    return windows_of(
        [(part, ids[start:stop].tolist()) for part, start, stop in parts],
        steps=5,
        vocabulary_size=vocabulary,
    )


def segmentation_of(sections: Sequence[tuple[Part, Sequence[str]]]) -> Segmentation:
    """A segmentation whose sections hold the given lines of space-separated words."""
    lines: list[str] = []
    made = []
    for number, (part, own_lines) in enumerate(sections):
        made.append(Section(f"第{number}回", len(lines), len(lines) + len(own_lines), part))
        lines.extend(own_lines)
    return Segmentation(lines=tuple(lines), sections=tuple(made), unknown=())


def words_with_break(count: int) -> tuple[str, ...]:
    """The paragraph break, two punctuation marks, then made-up words: `count` in all."""
    return (PARAGRAPH_BREAK, "，", "。", *made_up_words(count - 3))
