"""Windows are views; every target once; training never touches a held-out word."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import context_in, random_embedding, segmentation_of, windows_of

from pipeline.artifacts.segmentation import PARAGRAPH_BREAK, Part, Section
from pipeline.artifacts.windows import PARTS, WINDOWS, Windows, evaluation_starts, window_view
from pipeline.errors import DataError
from pipeline.learning.batches import sequence_starts
from pipeline.stages.window import WindowConfig, merge_spans, window

parts_and_lengths = st.lists(
    st.tuples(st.sampled_from(PARTS), st.integers(1, 30)), min_size=1, max_size=8
)


def made(sections: list[tuple[Part, int]], *, steps: int) -> Windows:
    """Windows whose ids are their own positions, neighbouring sections of a part joined."""
    bounds = np.cumsum([0] + [length for _, length in sections])
    owners = [Section("", 0, 0, part) for part, _ in sections]
    return Windows(
        ids=np.arange(bounds[-1], dtype=np.int32),
        spans={part: merge_spans(owners, bounds, part) for part in PARTS},
        steps=steps,
        vocabulary_size=int(bounds[-1]),
        sections=(),
    )


def positions(windows: Windows, part: Part) -> list[int]:
    return [i for start, stop in windows.spans[part] for i in range(start, stop)]


def test_the_parts_are_all_there_are() -> None:
    assert get_args(Part) == PARTS


@given(parts_and_lengths)
def test_spans_join_neighbours_and_cover_every_token_once(
    sections: list[tuple[Part, int]],
) -> None:
    windows = made(sections, steps=3)
    covered = sorted(i for part in PARTS for i in positions(windows, part))
    assert covered == list(range(len(windows.ids)))
    for part in PARTS:
        spans = windows.spans[part]
        assert spans.shape == (len(spans), 2)
        assert spans.dtype == np.int64
        assert (spans[1:, 0] > spans[:-1, 1]).all(), "two spans that touch are one"


@given(parts_and_lengths, st.integers(1, 12))
def test_every_target_is_scored_exactly_once_with_full_context(
    sections: list[tuple[Part, int]], steps: int
) -> None:
    windows = made(sections, steps=steps)
    for part in PARTS:
        starts = evaluation_starts(windows, part)
        assert starts.dtype == np.int64
        targets = (starts + steps).tolist()
        assert targets == [i for i in positions(windows, part) if i >= steps]
        if len(starts):
            view = window_view(windows.ids, steps=steps)[starts]
            assert view.shape == (len(starts), steps + 1)
            np.testing.assert_array_equal(view[:, -1], targets)
            np.testing.assert_array_equal(view[:, 0], np.array(targets) - steps)


def test_windows_are_views_of_the_stream() -> None:
    ids = np.arange(1000, dtype=np.int32)
    view = window_view(ids, steps=20)
    assert view.shape == (980, 21)
    assert np.shares_memory(view, ids)
    assert view.base is not None
    assert not view.flags.writeable


def test_windows_of_a_mapped_file_are_views_too(tmp_path: Path) -> None:
    WINDOWS.save(made([("train", 50), ("test", 50)], steps=4), tmp_path)
    loaded = WINDOWS.load(tmp_path)
    assert isinstance(loaded.ids, np.memmap)
    assert np.shares_memory(window_view(loaded.ids, steps=4), loaded.ids)


@settings(deadline=None)
@given(parts_and_lengths, st.integers(1, 8), st.integers(0, 2**32 - 1))
def test_training_sequences_stay_in_training_text_and_never_overlap(
    sections: list[tuple[Part, int]], steps: int, seed: int
) -> None:
    windows = made(sections, steps=steps)
    starts = sequence_starts(windows, np.random.default_rng(seed))
    allowed = set(positions(windows, "train"))
    targets = [int(s) + 1 + i for s in starts for i in range(steps)]
    assert set(targets) | set(starts.tolist()) <= allowed
    assert len(set(targets)) == len(targets), "no target twice in an epoch"
    for start, stop in windows.spans["train"]:
        inside = sum(start <= s < stop for s in starts)
        if stop - start > steps:
            assert inside >= max(1, (stop - start - 1) // steps - 1), "at most one is lost"
        else:
            assert inside == 0


def test_every_phase_occurs_and_epochs_are_shuffled() -> None:
    windows = made([("train", 103)], steps=5)
    generator = np.random.default_rng(3)
    epochs = [sequence_starts(windows, generator) for _ in range(80)]
    assert {int(starts.min()) for starts in epochs} == {0, 1, 2, 3, 4}
    targets = {int(s) + i for starts in epochs for s in starts for i in range(1, 6)}
    assert targets == set(range(1, 103)), "over the epochs every word is a target but the first"
    assert any((np.diff(starts) < 0).any() for starts in epochs)


def test_the_stage_turns_words_into_ids_and_sections_into_spans(tmp_path: Path) -> None:
    embedding = random_embedding(words=("一", "二", PARAGRAPH_BREAK, "三"))
    segmentation = segmentation_of(
        [
            ("train", ["一 二", "三 鳖"]),
            ("train", ["二"]),
            ("validation", ["一"]),
            ("test", ["三 一"]),
        ]
    )
    windows = window(
        WindowConfig(steps=2), segment=segmentation, embed=embedding, context=context_in(tmp_path)
    )
    # 一 二 ¶ 三 ? ¶ | 二 ¶ | 一 ¶ | 三 一 ¶, where ? is unknown: id V = 4.
    assert windows.ids.tolist() == [0, 1, 2, 3, 4, 2, 1, 2, 0, 2, 3, 0, 2]
    assert {part: spans.tolist() for part, spans in windows.spans.items()} == {
        "train": [[0, 8]],
        "validation": [[8, 10]],
        "test": [[10, 13]],
    }
    assert [(s["start"], s["stop"]) for s in windows.sections] == [
        (0, 6),
        (6, 8),
        (8, 10),
        (10, 13),
    ]
    assert (windows.steps, windows.vocabulary_size) == (2, 4)
    facts = WINDOWS.describe(windows)
    assert (facts["train"], facts["validation"], facts["test"]) == (6, 2, 3)
    assert facts["coverage"] == round(12 / 13, 4)


def test_a_part_without_a_window_is_refused(tmp_path: Path) -> None:
    segmentation = segmentation_of(
        [("validation", ["一"]), ("train", ["二 一 二 一 二"]), ("test", ["一"])]
    )
    with pytest.raises(DataError, match=r"windows of 5 words .* none for validation; lower") as e:
        window(
            WindowConfig(steps=5),
            segment=segmentation,
            embed=random_embedding(words=("一", "二")),
            context=context_in(tmp_path),
        )
    assert "\n" not in str(e.value)


def test_windows_of_the_helper_agree_with_the_stage_s_spans() -> None:
    windows = windows_of([("train", [0, 1]), ("test", [2])], steps=1, vocabulary_size=3)
    assert windows.spans["validation"].shape == (0, 2)
    assert len(evaluation_starts(windows, "validation")) == 0
