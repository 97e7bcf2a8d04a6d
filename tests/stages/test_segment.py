"""What of a novel is held out, from its text to its sections."""

from __future__ import annotations

from collections import Counter

import pytest

from pipeline.artifacts.corpus import Corpus
from pipeline.stages.segment import SegmentConfig, with_parts
from pipeline.text.chapters.chapters import divide

SENTENCE = "她在灯下坐了很久，听见雨落在瓦上，一声一声，像有人在远处敲着什么。"


def corpus_of(paragraphs: list[str]) -> Corpus:
    division = divide(paragraphs)
    return Corpus(division.paragraphs, division.chapters, "utf-8", 0, 0, "0" * 64)


def chapter(number: int, paragraphs: int) -> list[str]:
    return [f"第{number}章\u3000雪", *[SENTENCE] * paragraphs]


@pytest.mark.parametrize(
    "paragraphs",
    [
        chapter(1, 60),
        [*chapter(1, 30), *chapter(2, 30)],
        [*chapter(1, 20), *chapter(2, 20), *chapter(3, 20)],
        [*chapter(1, 1), *chapter(2, 30), *chapter(3, 30)],
        [*chapter(1, 4), *chapter(2, 4), *chapter(3, 160)],
        [line for n in range(1, 5) for line in chapter(n, 15)],
        [line for n in range(1, 6) for line in chapter(n, 12)],
        [SENTENCE * 60],
        [SENTENCE * 30, SENTENCE * 30],
        [SENTENCE, SENTENCE * 58, SENTENCE],
        ["雪" * 2000],
    ],
    ids=[
        *("one", "two", "three", "a short first", "a giant", "four", "five"),
        *("a line", "two lines", "a long line", "no marks"),
    ],
)
def test_four_fifths_of_any_text_train(paragraphs: list[str]) -> None:
    corpus = corpus_of(paragraphs)

    found, sections = with_parts(SegmentConfig(), corpus)

    assert "".join(found.paragraphs) == "".join(paragraphs)
    shares: Counter[str] = Counter()
    for section in sections:
        shares[section.part] += sum(map(len, found.paragraphs[section.start : section.stop]))
    assert shares["train"] >= 0.8 * sum(shares.values())
    assert min(shares["validation"], shares["test"]) >= 0.02 * sum(shares.values())


def test_paragraphs_that_leave_enough_are_not_cut() -> None:
    corpus = corpus_of([line for n in range(1, 25) for line in chapter(n, 2)])

    assert with_parts(SegmentConfig(), corpus)[0] is corpus
