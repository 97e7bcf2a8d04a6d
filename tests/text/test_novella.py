"""The bundled novella keeps what data/README.md promises."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from pipelines import MAIN_CAST, NOVELLA, ROOT

from pipeline.artifacts.corpus import Corpus
from pipeline.stage import Context
from pipeline.stages.fetch import FetchConfig, fetch

HAN = re.compile(r"[\u3400-\u9fff]")
SENTENCE_END = re.compile(r"[。！？…\n]|——")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """The novella as the fetch stage reads it."""
    context = Context(
        progress=lambda done, total, note="": None,
        generator=np.random.default_rng(0),
        scratch_path=tmp_path_factory.mktemp("scratch"),
    )
    return fetch(FetchConfig(source=str(NOVELLA)), context=context)


@pytest.fixture(scope="module")
def text() -> str:
    return NOVELLA.read_text(encoding="utf-8")


def test_it_is_long_enough(text: str) -> None:
    assert len(HAN.findall(text)) >= 40_000


def test_its_chapters_are_found(corpus: Corpus) -> None:
    headings = [c.title for c in corpus.chapters if c.title.startswith("第")]

    assert len(headings) >= 20
    assert all(re.fullmatch(r"第[一二三四五六七八九十]+章[\s\u3000]+\S+", h) for h in headings)
    assert len(set(headings)) == len(headings)


def test_it_is_read_as_it_is(corpus: Corpus, text: str) -> None:
    assert (corpus.encoding, corpus.replaced, corpus.cuts) == ("utf-8", 0, ())
    assert corpus.rejoined_lines == 0
    assert re.sub(r"\s", "", "".join(corpus.paragraphs)) == re.sub(r"\s", "", text)


def test_no_sentence_occurs_twice(text: str) -> None:
    sentences = (HAN.findall(sentence) for sentence in SENTENCE_END.split(text))
    counts = Counter("".join(characters) for characters in sentences if len(characters) >= 10)

    assert [sentence for sentence, count in counts.items() if count > 1] == []


def test_it_is_simplified_chinese_without_latin(text: str) -> None:
    from opencc import OpenCC

    assert re.findall(r"[A-Za-z]", text) == []
    converted = OpenCC("t2s").convert(text)
    changed = {a + b for a, b in zip(text, converted, strict=True) if a != b}
    assert changed == set()


@pytest.mark.parametrize("name", MAIN_CAST)
def test_the_cast_is_stable(corpus: Corpus, name: str) -> None:
    chapters = ["".join(corpus.paragraphs[c.start : c.stop]) for c in corpus.chapters]

    assert sum(name in chapter for chapter in chapters) >= 5


def test_it_has_dialogue_letters_and_verse(text: str) -> None:
    assert text.count("“") > 1000
    assert text.count("“") == text.count("”")


def test_its_licence_is_declared() -> None:
    declared = Path(ROOT / "data" / "README.md").read_text(encoding="utf-8")

    assert "novella.txt" in declared
    assert "https://creativecommons.org/publicdomain/zero/1.0/" in declared
