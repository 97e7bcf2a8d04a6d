"""What a text copies from a source, and how it is divided by that."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.engine.copy_index import CopyIndex, copied_stretches, index_text
from pipeline.engine.measures.copies import longest_copy
from pipeline.engine.writing.pieces import divide_runs, divide_text

# Three words, so that runs are common.
IDS = st.lists(st.integers(0, 2), max_size=20)


def ids_of(numbers: list[int]) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    return np.array(numbers, dtype=np.int32)


def index_of(numbers: list[int]) -> CopyIndex:
    return index_text(ids_of(numbers), 10)


def copied_runs(text: list[int], source: list[int], least: int) -> list[tuple[int, int]]:
    return [(start, stop) for start, stop, _ in copied_stretches(index_of(source), text, least)]


def naive_runs(text: list[int], source: list[int], least: int) -> list[tuple[int, int]]:
    """Every stretch that stands in the source and lies in no longer one that does."""
    stretches = [
        (start, stop)
        for start in range(len(text))
        for stop in range(start + 1, len(text) + 1)
        if any(source[p : p + stop - start] == text[start:stop] for p in range(len(source)))
    ]
    return [
        (start, stop)
        for start, stop in stretches
        if stop - start >= least
        and not any(a <= start and stop <= b and (a, b) != (start, stop) for a, b in stretches)
    ]


@given(IDS, IDS, st.integers(1, 5))
def test_the_runs_are_those_that_a_naive_search_finds(
    text: list[int], source: list[int], least: int
) -> None:
    found = copied_runs(text, source, least)

    assert found == naive_runs(text, source, least)


@given(IDS, IDS)
def test_the_longest_copy_is_the_longest_of_all_runs(text: list[int], source: list[int]) -> None:
    runs = naive_runs(text, source, 1)

    assert longest_copy(ids_of(text), index_of(source)) == max((b - a for a, b in runs), default=0)


def test_runs_from_different_places_overlap() -> None:
    # 1 2 3 stands at the source's beginning, 2 3 4 at its end, 1 2 3 4 nowhere.
    found = copied_runs([1, 2, 3, 4], [1, 2, 3, 9, 2, 3, 4], 3)

    assert found == [(0, 3), (1, 4)]


def test_a_run_does_not_reach_across_a_seam() -> None:
    assert copied_runs([1, 2, 3, 4], [1, 2, -1, 3, 4], 2) == [(0, 2), (2, 4)]
    assert copied_runs([1, 2, -1, 3, 4], [1, 2, -1, 3, 4], 2) == [(0, 2), (3, 5)]


def test_a_text_is_divided_into_paragraphs_and_pieces() -> None:
    words = ["他", "来", "。", PARAGRAPH_BREAK, "她", "也", "来", "。"]

    paragraphs = divide_text(words, [(1, 5), (6, 8)])

    assert paragraphs == (
        (("他", False), ("来。", True)),
        (("她", True), ("也", False), ("来。", True)),
    )


def test_runs_that_meet_are_told_apart_and_the_first_keeps_what_both_have() -> None:
    assert divide_text(["一", "二", "三", "四"], [(0, 3), (1, 4)]) == (
        (("一二三", True), ("四", True)),
    )


def test_a_text_that_begins_with_a_break_keeps_its_first_paragraph_for_the_seed() -> None:
    assert divide_text([PARAGRAPH_BREAK, "他"], []) == ((), (("他", False),))


def test_latin_words_keep_their_distance_across_pieces() -> None:
    assert divide_text(["of", "law"], [(1, 2)], previous="rule") == (
        ((" of", False), (" law", True)),
    )


def test_a_mark_stays_with_what_it_opens_or_closes() -> None:
    # 道 ： “ and 你 来 了 were copied from two places; by length the border would stand after “.
    words = ["道", "：", "“", "你", "来", "了", "。", "”", "他", "说", "好"]

    assert divide_text(words, [(0, 3), (3, 7)])[0][:2] == (("道：", True), ("“你来了。", True))
    assert divide_text(words, [(2, 7), (7, 11)]) == (
        (("道：", False), ("“你来了。”", True), ("他说好", True)),
    )


def test_what_two_runs_have_in_common_is_divided_outside_quotation_marks() -> None:
    words = ["他", "笑", "道", "：", "“", "你", "来", "了"]

    # Both have 道 ： “ 你; without the mark the first would keep all four.
    assert divide_text(words, [(0, 6), (2, 8)]) == ((("他笑道：", True), ("“你来了", True)),)


@given(
    st.lists(st.sampled_from(["他", "来", "“", "”", "。", PARAGRAPH_BREAK]), max_size=20),
    st.data(),
)
def test_every_copied_word_is_in_one_run(words: list[str], data: st.DataObject) -> None:
    starts = sorted(data.draw(st.sets(st.integers(0, max(0, len(words) - 1)), max_size=5)))
    stops = sorted(
        data.draw(st.sets(st.integers(0, len(words)), min_size=len(starts), max_size=len(starts)))
        if len(words) >= len(starts)
        else set()
    )
    runs = [run for run in zip(starts, stops, strict=False) if run[0] < run[1]]

    divided = divide_runs(words, runs)

    covered = [place for start, stop in divided for place in range(start, stop)]
    assert sorted({p for start, stop in runs for p in range(start, stop)}) == covered
    assert len(divided) == len(runs)
    assert all(start < stop for start, stop in divided)
