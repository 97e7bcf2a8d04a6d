"""`remember`: the memories it gathers, from which chapters, and the weights it fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jobs import LastFirst
from made_up import chapters_of_noise, context_in, random_network, toy_novel, windows_of

from pipeline.artifacts.memories import Memories
from pipeline.artifacts.segmentation import Part
from pipeline.artifacts.windows import (
    Windows,
    evaluation_starts,
    spread_targets,
    target_sections,
)
from pipeline.engine.memories.kinds.neighbours import training_starts
from pipeline.engine.memories.table import CODEC
from pipeline.stages.remember import RememberConfig, remember

WINDOWS = chapters_of_noise()
NETWORK = random_network(4)
SMALL = {"cache_words": 12, "topic_words": 15, "ngram_order": 3, "neighbours_count": 5}


def remembered(tmp_path: Path, windows: Windows = WINDOWS, **settings: Any) -> Memories:
    config = RememberConfig(**{**SMALL, **settings})
    return remember(config, window=windows, decode=NETWORK, context=context_in(tmp_path))


def test_the_text_is_that_of_the_training_chapters_alone(tmp_path: Path) -> None:
    memories = remembered(tmp_path)
    expected = WINDOWS.ids.copy()
    expected[600:700] = expected[720:] = -1  # the held-out chapters of `chapters_of_noise`
    np.testing.assert_array_equal(memories.text_ids, expected)
    assert memories.chapters == (("第0回", 0, 600), ("第2回", 700, 720))


def test_held_out_words_change_nothing_but_the_weights(tmp_path: Path) -> None:
    ids = WINDOWS.ids.copy()
    held_out = remembered(tmp_path).text_ids < 0
    ids[held_out] = (ids[held_out] + 7) % 31
    first, second = (
        remembered(tmp_path, replace(WINDOWS, ids=each), neighbours=True)
        for each in (WINDOWS.ids, ids)
    )
    folders = []
    for number, memories in enumerate((first, second)):
        folders.append(tmp_path / str(number))
        folders[-1].mkdir()
        alike = replace(memories, weights={"network": 1.0}, subsets=())
        CODEC.save(alike, folders[-1])
    contents = [[path.read_bytes() for path in sorted(folder.iterdir())] for folder in folders]
    assert contents[0] == contents[1]


def test_neighbours_read_no_window_that_reaches_into_a_held_out_chapter() -> None:
    # Windows of 5 words and a target in [0, 600) and in [700, 720).
    assert training_starts(WINDOWS).tolist() == [*range(595), *range(700, 715)]


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        ({}, ["network", "cache", "topic", "ngram"]),
        ({"neighbours": True}, ["network", "cache", "topic", "ngram", "neighbours"]),
        ({"cache": False}, ["network", "topic", "ngram"]),
        ({"cache": False, "topic": False, "ngram": False}, ["network"]),
    ],
)
def test_what_is_asked_for_is_there_and_nothing_else(
    settings: dict[str, Any], names: list[str], tmp_path: Path
) -> None:
    memories = remembered(tmp_path, **settings)
    assert list(memories.weights) == names
    assert sum(memories.weights.values()) == pytest.approx(1)
    assert list(memories.held) == names[1:]
    assert len(memories.subsets) == 2 ** (len(names) - 1) - 1
    folder = tmp_path / "saved"
    folder.mkdir()
    CODEC.save(memories, folder)
    assert CODEC.load(folder).weights == memories.weights


def test_rare_ngrams_are_left_out_when_asked(tmp_path: Path) -> None:
    whole, pruned = (remembered(tmp_path, ngram_min_count=least) for least in (1, 2))
    sizes = [[len(level.keys) for level in each.held["ngram"].levels] for each in (whole, pruned)]
    assert sizes[0][0] == sizes[1][0], "pairs are all kept"
    assert sizes[0][1] > sizes[1][1] > 0
    folder = tmp_path / "saved"
    folder.mkdir()
    CODEC.save(pruned, folder)
    assert CODEC.load(folder).held["ngram"].min_count == 2


def test_the_workers_that_the_run_has_count_the_ngrams(tmp_path: Path) -> None:
    workers = LastFirst()
    context = context_in(tmp_path, workers=workers)
    memories = remember(RememberConfig(**SMALL), window=WINDOWS, decode=NETWORK, context=context)
    assert workers.done == 1, "a short text is one block"
    assert memories.held["ngram"].levels[-1].keys.tolist() == (
        remembered(tmp_path).held["ngram"].levels[-1].keys.tolist()
    )


def test_a_novel_that_repeats_itself_is_left_to_the_ngrams(tmp_path: Path) -> None:
    # In the toy novel each word decides the next; the untrained network knows nothing of it.
    _, windows = toy_novel()
    config = RememberConfig.model_validate({"ngram_order": 3})
    network = random_network(4, words=tuple(map(chr, range(0x4E00, 0x4E0C))))
    memories = remember(config, window=windows, decode=network, context=context_in(tmp_path))
    assert memories.weights["ngram"] > 0.95


def test_without_a_validation_word_the_network_speaks_alone(tmp_path: Path) -> None:
    windows = windows_of(
        [("train", WINDOWS.ids[:600].tolist()), ("validation", [30] * 20), ("test", [1] * 20)],
        steps=5,
        vocabulary_size=30,
    )
    memories = remembered(tmp_path, windows)
    assert memories.weights == {"network": 1.0}
    assert memories.held == {}


def test_weights_are_fitted_on_so_many_targets(tmp_path: Path) -> None:
    # The validation chapter has 80 words, all of whose windows lie in the novel.
    assert remembered(tmp_path, fit_targets=80).weights == remembered(tmp_path).weights
    assert remembered(tmp_path, fit_targets=40).weights != remembered(tmp_path).weights


def test_few_targets_are_of_chapters_spread_over_all_books(tmp_path: Path) -> None:
    ids = WINDOWS.ids[:720].tolist()
    held_out: list[tuple[Part, list[int]]] = [
        ("validation", ids[start : start + 40]) for start in range(400, 560, 40)
    ]

    def weights(*changed: int) -> dict[str, float]:
        chapters = [
            (part, [(word + 7) % 30 for word in own] if number in changed else own)
            for number, (part, own) in enumerate(held_out)
        ]
        parts: list[tuple[Part, Sequence[int]]] = [("train", ids[:400]), *chapters]
        windows = windows_of([*parts, ("test", [1] * 20)], steps=5, vocabulary_size=30)
        return remembered(tmp_path, windows, fit_targets=80).weights

    assert weights() == weights(1), "of four chapters the first and the last are taken"
    assert weights() != weights(3)


@pytest.mark.parametrize("sizes", [[5, 5, 5, 70], [70, 5, 5, 5], [20] * 4], ids=str)
def test_one_long_chapter_does_not_leave_the_others_out(sizes: list[int]) -> None:
    parts: list[tuple[Part, Sequence[int]]] = [("train", [1] * 30)]
    parts += [("validation", [1] * size) for size in sizes]
    windows = windows_of([*parts, ("test", [1] * 20)], steps=5, vocabulary_size=30)
    every = evaluation_starts(windows, "validation")
    for most in (40, 60):
        starts = spread_targets(windows, every, most)
        chapters, taken = np.unique(target_sections(windows, starts), return_counts=True)
        assert most - 4 <= taken.sum() <= most
        assert len(chapters) >= 2
        assert (np.diff(starts) > 0).all()
    assert spread_targets(windows, every, len(every)).tolist() == every.tolist()
