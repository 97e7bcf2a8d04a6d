"""Counting in blocks: the very model that counting all at once gives, and no more memory for more.

The reference is `benchmarks.in_memory_ngram`; what is pruned has one of its own, in dictionaries.
"""

from __future__ import annotations

import tracemalloc
from collections import Counter
from dataclasses import fields
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jobs import LastFirst
from numpy.typing import NDArray

from benchmarks.in_memory_ngram import train_in_memory
from benchmarks.made_up import zipf_ids
from pipeline.artifacts.ngram import KneserNey
from pipeline.column import Column
from pipeline.engine.memories.ngram import count_few, discounts, train_kneser_ney
from pipeline.engine.memories.ngram_probs import next_known, next_probabilities

Gram = tuple[int, ...]


@st.composite
def texts(draw: st.DrawFn) -> tuple[NDArray[np.int32], NDArray[np.int64], int]:
    """Ids with unknown ones among them, spans of any length with words between, and V."""
    vocabulary = draw(st.integers(1, 6))
    words = st.integers(0, vocabulary + 1)
    if draw(st.booleans()):  # one word nearly everywhere: long n-grams that recur
        words = st.one_of(st.just(0), st.just(0), st.just(0), words)
    pieces = draw(st.lists(st.lists(words, max_size=40), min_size=1, max_size=4))
    pieces[0] += [0, vocabulary]  # a pair at least
    ends = np.cumsum([len(piece) for piece in pieces])
    spans = np.stack([ends - [len(piece) for piece in pieces], ends], axis=1)
    kept = draw(st.lists(st.booleans(), min_size=len(pieces), max_size=len(pieces)))
    ids = np.array([word for piece in pieces for word in piece], dtype=np.int32)
    return ids, spans[[True, *kept[1:]]].astype(np.int64), vocabulary


def assert_same(found: KneserNey, expected: KneserNey) -> None:
    """Equal dtypes and bits."""
    np.testing.assert_array_equal(found.unigram, expected.unigram, strict=True)
    for own, other in zip(found.levels, expected.levels, strict=True):
        for field in fields(own):
            np.testing.assert_array_equal(
                getattr(own, field.name), getattr(other, field.name), field.name, strict=True
            )


@given(text=texts(), order=st.integers(2, 8), block=st.integers(1, 60))
@settings(max_examples=150, deadline=None)
def test_blocks_of_any_size_give_the_same_model(
    text: tuple[NDArray[np.int32], NDArray[np.int64], int], order: int, block: int
) -> None:
    ids, spans, vocabulary = text
    found = train_kneser_ney(ids, spans, vocabulary_size=vocabulary, order=order, block=block)
    assert_same(found, train_in_memory(ids, spans, vocabulary_size=vocabulary, order=order))


@pytest.mark.parametrize("least", [1, 2])
def test_whoever_counts_the_blocks_the_model_is_the_same(least: int) -> None:
    count = partial(
        train_kneser_ney,
        zipf_ids(4_000, vocabulary=50),
        np.array([[0, 1_500], [1_600, 4_000]]),
        vocabulary_size=50,
        min_count=least,
        block=200,  # the most frequent words have more places
    )
    workers = LastFirst()
    assert_same(count(workers=workers), count())
    assert workers.done > 20


def test_workers_that_do_not_last_are_not_started_for_counting() -> None:
    ids = zipf_ids(4_000, vocabulary=50)
    workers = LastFirst()
    workers.lasting = False
    train_kneser_ney(ids, np.array([[0, 4_000]]), vocabulary_size=50, block=200, workers=workers)
    assert workers.done == 0


@pytest.mark.parametrize("block", [40, 700, 1 << 17])
def test_counting_tells_how_far_it_is(block: int) -> None:
    ids = zipf_ids(4_000, vocabulary=50)
    told: list[tuple[float, float]] = []
    train_kneser_ney(
        ids,
        np.array([[0, 4_000]]),
        vocabulary_size=50,
        order=3,
        block=block,
        advance=lambda done, total: told.append((done, total)),
    )
    shares = [done / total for done, total in told]
    assert shares == sorted(shares)
    assert 0.99 < shares[-1] <= 1
    assert block > 4_000 or len({*shares}) > 4_000 // block


@pytest.mark.parametrize("vocabulary", [300, 70_000, 1 << 20])
@pytest.mark.parametrize("block", [700, 1 << 17])
def test_large_vocabularies_give_the_same_model(vocabulary: int, block: int) -> None:
    # Of 9 bits a word, of 17 and of 21 different numbers of words fit into a key of 64.
    ids = zipf_ids(12_000, vocabulary=300) * np.int32(vocabulary // 300)
    spans = np.array([[0, 5_000], [5_000, 5_003], [6_000, 12_000]])
    found = train_kneser_ney(ids, spans, vocabulary_size=vocabulary, order=8, block=block)
    assert_same(found, train_in_memory(ids, spans, vocabulary_size=vocabulary, order=8))


def slow_pruned(ids: list[int], order: int, least: int) -> list[dict[Gram, dict[int, float]]]:
    """Each order's histories from 2 on: history → word → share, and under −1 the backoff.

    As KenLM prunes: by occurrences, after the discounts, whose mass and the pruned counts go to
    the lower order.
    """
    seen = [
        Counter(tuple(ids[i : i + k]) for i in range(len(ids) - k + 1)) for k in range(1, order + 1)
    ]
    levels = []
    for k in range(2, order + 1):
        counts = dict(seen[k - 1])
        if k < order:
            before = Counter(gram[1:] for gram in seen[k])
            counts = {gram: before[gram] for gram in counts}
        discount = discounts(count_few(np.array(list(counts.values()))))
        level: dict[Gram, dict[int, float]] = {}
        for history in {gram[:-1] for gram in counts}:
            own = {gram[-1]: count for gram, count in counts.items() if gram[:-1] == history}
            kept = {w: c for w, c in own.items() if k < 3 or seen[k - 1][*history, w] >= least}
            total = sum(own.values())
            taken = {w: c - discount[min(c, 3)] for w, c in kept.items()}
            level[history] = {w: c / total if total else 0.0 for w, c in taken.items()}
            level[history][-1] = (total - sum(taken.values())) / total if total else 1.0
        levels.append(level)
    return levels


def histories_of(model: KneserNey) -> list[dict[Gram, dict[int, float]]]:
    """The same of a model, with the histories that are there."""
    base, levels = len(model.unigram), []
    grams: list[Gram] = [(word,) for word in range(base)]
    for level in model.levels:
        rows = [slice(*level.offsets[h : h + 2].tolist()) for h in range(len(grams))]
        levels.append(
            {
                history: {
                    **dict(zip(level.keys[row] % base, level.weights[row].tolist(), strict=True)),
                    -1: float(level.backoff[number]),
                }
                for number, (history, row) in enumerate(zip(grams, rows, strict=True))
            }
        )
        grams = [(*grams[key // base], key % base) for key in level.keys.tolist()]
    return levels


@pytest.mark.parametrize("block", [3, 40, 1 << 17])
@pytest.mark.parametrize("least", [2, 3, 7])
def test_rare_ngrams_are_dropped_and_leave_their_mass(least: int, block: int) -> None:
    ids = np.random.default_rng(least).choice(5, size=400, p=[0.5, 0.2, 0.1, 0.1, 0.1])
    model = train_kneser_ney(
        ids.astype(np.int32),
        np.array([[0, 400]]),
        vocabulary_size=5,
        order=4,
        min_count=least,
        block=block,
    )
    expected = slow_pruned(ids.tolist(), 4, least)
    for found, wanted in zip(histories_of(model), expected, strict=True):
        for history, words in found.items():
            want = wanted.get(history, {-1: 1.0})  # nothing follows the unknown word
            assert set(words) == set(want)
            assert words == pytest.approx(want, abs=1e-6), history
    kept = [len(level.keys) for level in model.levels]
    everything = train_kneser_ney(
        ids.astype(np.int32), np.array([[0, 400]]), vocabulary_size=5, order=4
    )
    assert kept[0] == len(everything.levels[0].keys), "pairs are all kept"
    assert 0 < kept[2] < len(everything.levels[2].keys)


@given(
    text=texts(),
    least=st.integers(1, 9),
    block=st.integers(1, 60),
    context=st.lists(st.integers(0, 7), min_size=1, max_size=5),
)
@settings(max_examples=100, deadline=None)
def test_pruned_probabilities_sum_to_one(
    text: tuple[NDArray[np.int32], NDArray[np.int64], int],
    least: int,
    block: int,
    context: list[int],
) -> None:
    ids, spans, vocabulary = text
    model = train_kneser_ney(
        ids, spans, vocabulary_size=vocabulary, min_count=least, block=block, order=4
    )
    history = [min(word, vocabulary) for word in context]
    found = next_probabilities(model, np.array([history], dtype=np.int32))
    assert (found >= 0).all()
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-5)
    alone = next_known(model, [history]).whole(np.zeros((1, vocabulary), dtype=np.float32))
    np.testing.assert_allclose(alone.sum(), 1, rtol=1e-5)


def test_a_text_four_times_as_long_takes_no_more_memory(tmp_path: Path) -> None:
    peaks = []
    for tokens in (150_000, 600_000):
        ids = zipf_ids(tokens, vocabulary=2000)
        tracemalloc.start()
        train_kneser_ney(
            ids,
            np.array([[0, tokens]]),
            vocabulary_size=2000,
            scratch_path=tmp_path,
            block=1 << 14,
        )
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0]
    assert peaks[1] < 1 << 23, "a stretch and a block, about 4 MB"
    assert not list(tmp_path.iterdir()), "the arrays' files have no names"


def test_a_column_is_read_in_parts_and_mapped_as_a_whole(tmp_path: Path) -> None:
    column = Column(np.int64, tmp_path)
    assert column.mapped().dtype == np.int64, "empty as well"
    for start in (0, 4, 4, 7):
        column.append(np.arange(start, start + 3, dtype=np.int32))
        assert column.read(0, 1).tolist() == [0], "between appends"
    assert len(column) == 12
    assert column.read(2, 5).tolist() == [2, 4, 5]
    whole = column.mapped()
    assert whole.tolist() == [0, 1, 2, 4, 5, 6, 4, 5, 6, 7, 8, 9]
    assert not whole.flags.writeable
    with pytest.raises(EOFError, match="expected values 10 to 13, got 12"):
        column.read(10, 13)
    column.put(14, np.array([8]))
    column.put(1, np.array([9, 9]))
    assert column.mapped()[[0, 1, 2, 3, 12, 13, 14]].tolist() == [0, 9, 9, 4, 0, 0, 8]
