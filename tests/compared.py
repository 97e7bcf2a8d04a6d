"""Made-up books and models of them: in each book a letter has three successors of its own."""

from __future__ import annotations

import functools
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from commands import invoke
from made_up import made_up_words, random_network
from numpy.typing import NDArray

from pipeline.artifacts.memories import Memories
from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.engine.bundle.model import Card, Cutting, NovelModel, pack_words, save_model
from pipeline.engine.memories.ngram import train_kneser_ney

CHAPTERS, PARAGRAPHS, SENTENCE = 10, 8, 100
LETTERS = made_up_words(300)
WORDS = (PARAGRAPH_BREAK, "，", "。", *LETTERS)
NUMERALS = "一二三四五六七八九十"
TESTED = 8  # of ten chapters, by the default rule: 17 · 10 // 20


@functools.cache
def chapters_of(book: int) -> tuple[tuple[str, ...], ...]:
    """The chapters of a book, its paragraphs without headings."""
    generator = np.random.default_rng(book)
    after = generator.integers(0, len(LETTERS), size=(len(LETTERS), 3))
    chosen = generator.integers(0, 3, size=(CHAPTERS, PARAGRAPHS, SENTENCE))

    def paragraph(turns: NDArray[np.int64], place: int = 0) -> str:
        letters = [LETTERS[place := after[place, turn]] for turn in turns]
        return "".join(letters) + "。"

    return tuple(tuple(map(paragraph, chapter)) for chapter in chosen)


def write_book(path: Path, book: int, chapters: Sequence[int] = range(CHAPTERS)) -> str:
    """Write a book; return its digest."""
    lines = []
    for place, number in enumerate(chapters):
        lines += [f"第{NUMERALS[place]}章　夜雨", *chapters_of(book)[number]]
    data = ("\n".join(lines) + "\n").encode()
    path.write_bytes(data)
    return hashlib.sha256(data).hexdigest()


def model_of(
    book: int,
    digest: str,
    *,
    held_out: Sequence[int] = (3, TESTED),
    settings: Mapping[str, Any] | None = None,
    unseen: float = 0.01,
) -> NovelModel:
    """A model whose n-grams know all chapters of a book but those held out."""
    ids = {word: number for number, word in enumerate(WORDS)}
    read = [
        ids[word]
        for number, chapter in enumerate(chapters_of(book))
        for line in chapter
        for word in [*line, PARAGRAPH_BREAK]
        if number not in held_out
    ]
    text_ids = np.array(read, dtype=np.int32)
    spans = np.array([[0, len(read)]], dtype=np.int64)
    ngram = train_kneser_ney(text_ids, spans, vocabulary_size=len(WORDS), order=3)
    memories = Memories(
        weights={"network": 0.2, "ngram": 0.8},
        text_ids=text_ids,
        chapters=(("第一章", 0, len(read)),),
        held={"ngram": ngram},
    )
    return NovelModel(
        network=replace(random_network(book, words=WORDS), unseen=unseen),
        memories=memories,
        cutting=Cutting(),
        card=Card("夜雨", digest, "", settings=settings or {}),
        rare_text=pack_words([]),
    )


def put_model(artifacts: Path, name: str, model: NovelModel, age: int = 0) -> None:
    """Put a model on the shelf; the shelf lists the lowest `age` first."""
    folder = artifacts / "models"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.safetensors"
    save_model(model, path)
    os.utime(path, (1_700_000_000 - age, 1_700_000_000 - age))


class Shelf:
    """Two books, in a folder with a model of each."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.artifacts = folder, folder / "artifacts"
        self.first, self.second = folder / "甲.txt", folder / "乙.txt"
        self.digests = [write_book(self.first, 3), write_book(self.second, 7)]
        put_model(self.artifacts, "模甲", model_of(3, self.digests[0]), 0)
        put_model(self.artifacts, "模乙", model_of(7, self.digests[1]), 1)

    def call(self, *arguments: str | Path) -> tuple[int, str, str]:
        return invoke("compare", *map(str, arguments), "--artifacts", str(self.artifacts))

    def told(self, *arguments: str | Path) -> dict[str, Any]:
        code, output, errors = self.call(*arguments, "--json")
        assert code == 0, errors
        found: dict[str, Any] = json.loads(output)
        return found


def scores_of(text: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {own["model"]: own for own in text["scores"]}
