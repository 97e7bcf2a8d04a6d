"""Cutting a novel into words, against `jieba.lcut`: characters a second."""

from __future__ import annotations

import logging
import tempfile
import warnings
from collections.abc import Callable

from benchmarks.compare import Comparison, Size, compare, per_second
from benchmarks.novel import novel_path, read_novel
from pipeline.text.words.segment import make_cut

CHARACTERS = {"tiny": 2_000, "quick": 50_000, "full": 10_000_000}  # at most
ROUNDS = {"tiny": 1, "quick": 3, "full": 5}


def measure(size: Size) -> list[Comparison]:
    """Cut the same paragraphs by both; neither's loading of the dictionary counts."""
    path = novel_path(long=size != "tiny")
    paragraphs = first_paragraphs(read_novel(path).paragraphs, CHARACTERS[size])
    characters = sum(map(len, paragraphs))
    with tempfile.TemporaryDirectory() as folder:
        reference = load_jieba(folder)
    cut = make_cut("rjieba")
    return [
        compare(
            "segmentation",
            ours=per_second(lambda: [cut(paragraph) for paragraph in paragraphs], characters),
            other=per_second(lambda: [reference(p) for p in paragraphs], characters),
            rounds=ROUNDS[size],
            against="jieba.lcut",
            unit="characters/s",
            note=f"{characters:,} characters of {path.name}",
        )
    ]


def first_paragraphs(paragraphs: tuple[str, ...], characters: int) -> list[str]:
    """Return the first paragraphs, up to and with the one that reaches `characters`."""
    taken: list[str] = []
    total = 0
    for paragraph in paragraphs:
        if total >= characters:
            break
        taken.append(paragraph)
        total += len(paragraph)
    return taken


def load_jieba(folder: str) -> Callable[[str], list[str]]:
    """Return `jieba.lcut` with its dictionary loaded; its cache file goes into `folder`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # jieba 0.42.1 has invalid escapes and old imports
        import jieba
    jieba.setLogLevel(logging.WARNING)
    jieba.dt.tmp_dir = folder
    jieba.initialize()
    lcut: Callable[[str], list[str]] = jieba.lcut
    return lcut
