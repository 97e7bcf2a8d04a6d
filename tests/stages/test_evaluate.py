"""What of the novel is measured beside written texts, and in which marks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jobs import LastFirst
from made_up import (
    chapters_of_noise,
    context_in,
    random_network,
    segmentation_of,
    windows_of,
)

from pipeline.artifacts.memories import Memories
from pipeline.artifacts.segmentation import PARAGRAPH_BREAK, Part, Section, Segmentation
from pipeline.artifacts.windows import evaluation_starts
from pipeline.engine.memories.next_word import Model
from pipeline.engine.memories.ngram import train_kneser_ney
from pipeline.stages.evaluate import (
    EvaluateConfig,
    _chosen_chapters,
    _compared_ngram,
    _has_kneser_ney,
    _measure_reading,
    _measure_writing,
    _parted,
    part_lines,
)

WORDS = (PARAGRAPH_BREAK, *"，。「」", "青棠", "道", "：", "好", "了", "\u201c", "\u201d")
MODEL = Model(random_network(words=WORDS), None)


def generator() -> np.random.Generator:
    return np.random.default_rng(1)


def nobody(done: float, total: float) -> None:
    """Hears of the progress."""


@pytest.mark.parametrize(
    ("openings", "length", "expected"),
    [
        ([0, 4, 9, 10, 19, 20], 10, [0, 10, 20]),
        ([0, 10, 20], 10, [0, 10, 20]),
        ([3], 10, [3]),
        ([], 10, []),
    ],
)
def test_stretches_of_the_novel_do_not_overlap(
    openings: list[int], length: int, expected: list[int]
) -> None:
    assert _parted(np.array(openings, dtype=np.int64), length) == expected


def test_of_many_held_out_chapters_whole_ones_are_scored_evenly_spread() -> None:
    parts: list[tuple[Part, Sequence[int]]] = [("train", [1] * 5)]
    for _ in range(8):
        parts += [("test", [1] * 10), ("train", [1] * 5)]
    window = windows_of(parts, steps=2, vocabulary_size=len(WORDS))
    starts = evaluation_starts(window, "test")
    assert len(starts) == 80
    firsts = np.arange(5, 125, 15)  # of the eight chapters

    for most, chapters in ((0, range(8)), (80, range(8)), (45, (0, 2, 4, 7)), (9, (0,))):
        targets = _chosen_chapters(window, starts, most) + window.steps
        expected = [first + place for first in firsts[list(chapters)] for place in range(10)]
        assert targets.tolist() == expected, most


def test_what_is_held_out_is_measured_once() -> None:
    # A test chapter of five paragraphs of twelve words, no two words alike in a paragraph: texts of
    # eleven words from each opening share none, and those of 30 would overlap.
    paragraph = [*range(1, 12), 0]
    parts: list[tuple[Part, Sequence[int]]] = [
        ("train", paragraph * 3),
        ("validation", paragraph * 2),
        ("test", paragraph * 6),
    ]
    window = windows_of(parts, steps=2, vocabulary_size=len(WORDS))
    config = EvaluateConfig(continuations=5, continuation_words=30)

    measures, written = _measure_writing(config, window, MODEL, generator(), nobody)

    # Of the openings, after each break but the last ones, the first alone has room: 30 words of
    # which 12 differ. Taken thrice, the share would be 12 / 90.
    assert measures["held_out"]["distinct1"] == 12 / 30
    assert len(written) > 1


def test_too_little_held_out_is_not_written_on() -> None:
    parts: list[tuple[Part, Sequence[int]]] = [
        (part, [1, 0, 2, 0]) for part in ("train", "validation", "test")
    ]
    window = windows_of(parts, steps=2, vocabulary_size=len(WORDS))

    assert _measure_writing(EvaluateConfig(), window, MODEL, generator(), nobody) == ({}, [])
    assert _measure_reading(segmentation_of([]), MODEL, []) == {}
    assert _measure_reading(segmentation_of([]), MODEL, [""]) == {}


def reading(line: str, *, held_out: int, written: str) -> dict[str, Any]:
    sections: list[tuple[Part, list[str]]] = [
        ("train", [line, "青棠 了"]),
        ("validation", [line] * held_out),
        ("test", [line] * held_out),
    ]
    return _measure_reading(segmentation_of(sections), MODEL, [written])


def test_the_whole_novel_is_looked_at_where_little_is_held_out() -> None:
    line, text = "青棠 道 ： 「 好 了 。 」", "青棠道：「好了。」\n青棠道：「"
    little = reading(line, held_out=20, written=text)
    enough = reading(line, held_out=1_000, written=text)

    assert (little["text"], enough["text"]) == ("whole novel", "held-out chapters")
    # Nine characters a paragraph; in the whole novel there is a shorter one too.
    assert enough["novel"]["paragraph_characters"] == pytest.approx(9, rel=0.01)
    assert little["novel"]["paragraph_characters"] < enough["novel"]["paragraph_characters"]
    assert enough["novel"]["common_words"] == enough["writer"]["common_words"] == 1


@pytest.mark.parametrize("marks", ["「」", "“”"])
def test_speech_is_found_in_the_marks_of_the_novel(marks: str) -> None:
    line, text = "青棠 道 ： 「 好 。 」", "青棠道：「好。」\n「好」\n青棠"
    own = str.maketrans("「」", marks)
    figures = reading(line.translate(own), held_out=9, written=text.translate(own))
    assert figures["writer"]["short_quotes"] == 1
    assert figures["novel"]["short_quotes"] == 1
    assert figures["writer"]["bare_quotes"] == 1
    assert figures["novel"]["bare_quotes"] == 0


@pytest.mark.parametrize(
    ("order", "min_count", "weights", "same"),
    [
        (5, 1, {"network": 0.5, "ngram": 0.5}, True),
        (5, 2, {"network": 0.5, "ngram": 0.5}, False),
        (4, 1, {"network": 0.5, "ngram": 0.5}, False),
        (5, 1, {"network": 1.0}, False),
    ],
)
def test_only_a_whole_model_of_order_five_is_compared_with(
    order: int, min_count: int, weights: dict[str, float], same: bool
) -> None:
    ids = np.array([1, 2, 1, 2, 3, 1], dtype=np.int32)
    model = train_kneser_ney(
        ids, np.array([[0, 6]]), vocabulary_size=4, order=order, min_count=min_count
    )
    memories = Memories(weights=weights, text_ids=ids, chapters=(), held={"ngram": model})
    assert _has_kneser_ney(memories) is same


def test_the_workers_that_the_run_has_count_the_ngrams_to_compare_with(tmp_path: Path) -> None:
    windows = chapters_of_noise()
    memories = Memories(weights={"network": 1.0}, text_ids=windows.ids, chapters=(), held={})
    workers = LastFirst()
    context = context_in(tmp_path, workers=workers)
    model = _compared_ngram(windows, memories, context)
    assert model is not None
    assert len(model.levels) == 4, "of order five"
    assert workers.done == 1, "a short text is one block"


def test_of_a_large_shelf_only_every_second_or_later_section_is_read() -> None:
    lines = tuple(f"第 {n} 回" for n in range(9))
    kinds: tuple[Part, ...] = ("train", "test", "test") * 3
    sections = tuple(Section(str(n), n, n + 1, part) for n, part in enumerate(kinds))
    segment = Segmentation(lines, sections, ())
    whole = ["第 1 回", "第 2 回", "第 4 回", "第 5 回", "第 7 回", "第 8 回"]

    assert part_lines(segment, ("test",), most=1_000) == whole
    assert part_lines(segment, (), most=1_000) == []
    assert part_lines(segment, ("test",), most=30) == whole
    assert part_lines(segment, ("test",), most=29) == whole[::2]
    assert part_lines(segment, ("test",), most=5) == whole[::6]
