"""Counting the n-grams of a long novel in blocks, against all of them in memory at once."""

from __future__ import annotations

import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.compare import Bar, Comparison, Size, compare
from benchmarks.in_memory_ngram import train_in_memory
from benchmarks.long_novel import known_ids, lengthen, read_source
from benchmarks.novel import novel_path
from benchmarks.process import fresh, peak_megabytes
from pipeline.engine.memories.ngram import train_kneser_ney

TOKENS = {"tiny": 3_000, "quick": 1_000_000, "full": 10_000_000}
ROUNDS = {"tiny": 1, "quick": 3, "full": 2}
BARS = (("processor s", 0.5), ("MB", 0.25))  # and what the ratio may be


def measure(size: Size) -> list[Comparison]:
    """Count in turns, each time in a process of its own."""
    path = novel_path(long=size != "tiny")
    with tempfile.TemporaryDirectory() as folder:
        ids_path = Path(folder, "ids.npy")
        known = fresh(partial(save_novel, path, TOKENS[size], ids_path))()
        ours, other = (
            fresh(partial(count, ids_path, known, in_memory=in_memory))
            for in_memory in (False, True)
        )
        rounds = [
            (ours(), other()) if number % 2 else (other(), ours())[::-1]
            for number in range(ROUNDS[size])
        ]
    return [
        compare(
            "n-grams of order 5",
            ours=partial(next, iter([mine[figure] for mine, _ in rounds])),
            other=partial(next, iter([theirs[figure] for _, theirs in rounds])),
            rounds=len(rounds),
            against="all in memory at once",
            unit=unit,
            note=f"{TOKENS[size]:,} words of {path.name}, part of the memory; V = {known:,}",
            bar=Bar("ratio", "≤", most) if size == "full" else None,
            warm_up=False,
        )
        for figure, (unit, most) in enumerate(BARS)
    ]


def save_novel(path: Path, tokens: int, ids_path: Path) -> int:
    """Save the ids of a novel of so many words, and return V."""
    source = read_source(path)
    ids, known = known_ids(source, lengthen(source, tokens))
    np.save(ids_path, ids)
    return known


def count(ids_path: Path, known: int, *, in_memory: bool) -> tuple[float, float]:
    """Return the seconds of the processor that training took, and the MB, the novel's included."""
    before = peak_megabytes()
    ids = np.load(ids_path)
    spans = np.array([[0, len(ids)]], dtype=np.int64)
    began = time.process_time()
    if in_memory:
        train_in_memory(ids, spans, vocabulary_size=known)
    else:
        train_kneser_ney(ids, spans, vocabulary_size=known)
    return time.process_time() - began, peak_megabytes() - before
