"""Cutting a novel into words, against `jieba.lcut` and with two processes against one."""

from __future__ import annotations

import logging
import tempfile
import warnings
from collections.abc import Callable
from itertools import cycle, islice

from benchmarks.compare import Bar, Comparison, Size, compare, per_second
from benchmarks.novel import novel_path, read_novel
from pipeline.processes import Processes
from pipeline.text.words.paragraphs import cut_paragraphs
from pipeline.text.words.segment import make_cut

CHARACTERS = {"tiny": 2_000, "quick": 50_000, "full": 10_000_000}  # at most
REPEATED = {"tiny": 1, "quick": 30, "full": 18}  # times: quick 1.5, full some 15 million characters
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
        ),
        two_against_one(size, paragraphs, path.name),
    ]


def two_against_one(size: Size, paragraphs: list[str], name: str) -> Comparison:
    """Cut a long text, the paragraphs over and over, by two processes and by this one."""
    text = [*islice(cycle(paragraphs), REPEATED[size] * len(paragraphs))]
    characters = sum(map(len, text))
    return compare(
        "segmentation, two processes",
        ours=per_second(lambda: cut_paragraphs(text, workers=Processes(2)), characters),
        other=per_second(lambda: cut_paragraphs(text), characters),
        rounds=ROUNDS[size],
        against="one process",
        unit="characters/s",
        bar=Bar("ratio", "≥", 1.7),
        note=f"{characters:,} characters, {name} over and over; their start counts",
    )


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
