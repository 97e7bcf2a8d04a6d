"""Peak memory of the `window` stage, against windows that are materialised as floats.

Each figure is that of a fresh process: its peak less the peak it had reached with all modules
imported.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.compare import Bar, Comparison, Size, compare
from benchmarks.made_up import STEPS, VECTOR_SIZE
from benchmarks.novel import cut_novel, novel_path, quiet_context
from benchmarks.process import MEGABYTE, fresh, peak_megabytes
from pipeline.artifacts.embedding import Embedding, load_embedding, save_embedding
from pipeline.artifacts.segmentation import (
    Segmentation,
    load_segmentation,
    save_segmentation,
    section_words,
)
from pipeline.artifacts.windows import save_windows, window_view
from pipeline.stages.window import WindowConfig, window

MATERIALISED = {"tiny": 20 * MEGABYTE, "quick": 200 * MEGABYTE, "full": 1000 * MEGABYTE}  # bytes
ROUNDS = {"tiny": 1, "quick": 1, "full": 3}
LIMIT = 300  # MB above the interpreter for 红楼梦
MIN_COUNT = 5


def measure(size: Size) -> list[Comparison]:
    """Measure the stage against floats, and against itself with shorter windows and vectors."""
    path = novel_path(long=size != "tiny")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tokens = store_inputs(path, folder)
        budget = int(MATERIALISED[size])
        ours = fresh(partial(stage_peak, folder, STEPS, VECTOR_SIZE))
        comparisons = [
            compare(
                "windows memory",
                ours=ours,
                other=fresh(partial(materialised_peak, tokens - STEPS, budget)),
                rounds=ROUNDS[size],
                against=f"float32 (N, {STEPS}, {VECTOR_SIZE})",
                unit="MB",
                bar=Bar("ours", "≤", LIMIT),
                note=f"{path.name}, N = {tokens - STEPS:,}; above a process with the same imports; "
                f"floats: {budget / MEGABYTE:,.0f} MB measured, scaled to N",
                warm_up=False,
            )
        ]
        for steps, vector_size in ((1, VECTOR_SIZE), (STEPS, 2)):
            comparisons.append(
                compare(
                    "windows growth",
                    ours=ours,
                    other=fresh(partial(stage_peak, folder, steps, vector_size)),
                    rounds=ROUNDS[size],
                    against=f"ours with windows of {steps} × {vector_size}",
                    unit="MB",
                    note="the word vectors are read, but no window is made of them",
                    warm_up=False,
                )
            )
    return comparisons


def store_inputs(path: Path, folder: Path) -> int:
    """Store a novel's words, and random vectors of two sizes; return the number of tokens."""
    words = cut_novel(path)
    save_segmentation(words, folder)
    for vector_size in (VECTOR_SIZE, 2):
        vectors_folder = folder / str(vector_size)
        vectors_folder.mkdir()
        save_embedding(random_embedding(words, vector_size), vectors_folder)
    return sum(line.count(" ") + 2 for line in words.lines)  # with the paragraph break


def random_embedding(words: Segmentation, vector_size: int) -> Embedding:
    """Return random vectors for the words that training sections have five times or more."""
    counts = Counter(
        word
        for section in words.sections
        if section.part == "train"
        for word in section_words(words, section)
    )
    kept = [(word, count) for word, count in counts.most_common() if count >= MIN_COUNT]
    vectors = np.random.default_rng(0).standard_normal((len(kept), vector_size))  # (V, E)
    return Embedding(
        words=tuple(word for word, _ in kept),
        counts=np.array([count for _, count in kept], dtype=np.int64),  # (V,)
        vectors=vectors.astype(np.float32),
    )


def stage_peak(folder: Path, steps: int, vector_size: int) -> float:
    """Do what the runner does for `window`: load, run, save; return the MB that it took."""
    before = peak_megabytes()
    result = window(
        WindowConfig(steps=steps),
        segment=load_segmentation(folder),
        embed=load_embedding(folder / str(vector_size)),
        context=quiet_context(folder),
    )
    with tempfile.TemporaryDirectory() as target:
        save_windows(result, Path(target))
    return peak_megabytes() - before


def materialised_peak(count: int, budget: int) -> float:
    """Return the MB that `count` windows of vectors take, measured on `budget` bytes of them."""
    before = peak_megabytes()
    measured = min(count, budget // (STEPS * VECTOR_SIZE * 4))
    ids = np.arange(measured + STEPS, dtype=np.int32) % 100
    vectors = np.ones((100, VECTOR_SIZE), dtype=np.float32)
    windows = vectors[window_view(ids, steps=STEPS)[:, :-1]]  # (N, T, E) float32
    return (peak_megabytes() - before) * count / len(windows)
