"""An unknown word is read as a word that it ends with, and is unknown in every other way."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up import (
    context_in,
    random_embedding,
    random_network,
    segmentation_of,
    windows_of,
)

from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.artifacts.tokens import read_as, token_id
from pipeline.artifacts.windows import WINDOWS
from pipeline.engine.measures.baselines import score_kneser_ney
from pipeline.engine.measures.diversity import measure_texts
from pipeline.engine.measures.score import score_windows
from pipeline.engine.measures.stream import score_words
from pipeline.engine.memories.next_word import Model, begin, next_word_distribution
from pipeline.engine.memories.ngram import train_kneser_ney
from pipeline.learning.batches import Dropout, build_sampler, epoch_batches
from pipeline.stages.window import WindowConfig, window

IDS = {"道": 0, "笑道": 1, "黛玉": 2}  # V = 3
NETWORK = random_network(3)  # 30 words, 5 of context
SIZE = 30


def unknown_read_as(word_id: int) -> int:
    return SIZE + 1 + word_id


@pytest.mark.parametrize(
    ("word", "expected"),
    [("黛玉", 2), ("唱道", 4), ("冷笑道", 5), ("道人", 3), ("鳖", 3), ("林黛玉", 6)],
)
def test_an_unknown_word_is_read_as_its_longest_known_ending(word: str, expected: int) -> None:
    assert token_id(word, IDS, suffixes=True) == expected
    assert token_id(word, IDS, suffixes=False) == IDS.get(word, 3)


def test_a_word_of_any_length_is_looked_up_at_once() -> None:
    assert token_id("x" * 1_000_000 + "道", IDS, suffixes=True) == 4


@given(st.integers(1, 50).flatmap(lambda v: st.tuples(st.just(v), st.integers(0, 2 * v + 9))))
def test_the_rows_are_the_words_the_unknown_one_and_the_stand_ins(case: tuple[int, int]) -> None:
    size, number = case
    if number <= size:
        row = number
    elif number <= 2 * size:
        row = number - size - 1  # the word that it ends with
    else:
        row = size + 1 + (number - 2 * size - 1)  # a seed phrase's stand-in
    assert int(read_as(number, size)) == row
    assert read_as(np.array([[number]], dtype=np.int32), size).tolist() == [[row]]


def test_the_stage_gives_endings_unless_told_not_to(tmp_path: Path) -> None:
    embedding = random_embedding(words=("一", "二", PARAGRAPH_BREAK, "三"))
    lines = ["一 二", "鳖三 鳖"]
    segmentation = segmentation_of(
        [("train", lines), ("validation", ["一 一"]), ("test", ["三 一"])]
    )
    for suffixes, expected in ((True, [0, 1, 2, 8, 4, 2]), (False, [0, 1, 2, 4, 4, 2])):
        windows = window(
            WindowConfig(steps=2, suffixes=suffixes),
            segment=segmentation,
            embed=embedding,
            context=context_in(tmp_path),
        )
        assert windows.ids.tolist()[:6] == expected
        assert WINDOWS.describe(windows)["coverage"] == round(10 / 12, 4)
        WINDOWS.save(windows, tmp_path)
        assert WINDOWS.load(tmp_path).suffixes == suffixes


def test_training_reads_the_ending_and_never_aims_at_it() -> None:
    text = [1, 2, unknown_read_as(7), 3, SIZE, 4]
    windows = windows_of([("train", text)], steps=5, vocabulary_size=SIZE)
    counts = np.full(SIZE, 3, dtype=np.int64)
    (batch,) = epoch_batches(
        windows,
        np.array([0]),
        build_sampler(counts, draws=SIZE, targets=5),
        np.random.default_rng(1),
        batch_size=1,
        input_size=2,
        hidden=2,
        dropout=Dropout(),
    )
    assert batch.inputs.tolist() == [[1, 2, 7, 3, SIZE]]
    assert batch.weights.tolist() == [1, 0, 1, 0, 1]


def test_the_network_reads_the_ending_and_the_target_stays_unknown() -> None:
    plain = np.array([1, 2, 7, 3, 4, 5, 7, 6], dtype=np.int32)
    rare = np.where(plain == 7, unknown_read_as(7), plain).astype(np.int32)
    starts = np.arange(len(plain) - NETWORK.steps)
    expected, found = (score_windows(ids, starts, NETWORK) for ids in (plain, rare))
    assert expected.known.tolist() == [True, True, True]
    assert found.known.tolist() == [True, False, True]
    np.testing.assert_array_equal(found.ranks[[0, 2]], expected.ranks[[0, 2]])
    model = Model(NETWORK)
    by_reader, same = (
        next_word_distribution(begin(model, ids.tolist()), model).vector for ids in (plain, rare)
    )
    np.testing.assert_array_equal(by_reader, same)


def test_a_text_to_score_is_read_as_the_novel_was() -> None:
    network = replace(NETWORK, suffixes=True)
    ending = next(word for word in network.words if len(word) == 1)
    words = [*network.words[:4], "鳖" + ending, *network.words[4:9]]
    plain = [ending if word == "鳖" + ending else word for word in words]
    found, expected = (list(score_words(text, network)) for text in (words, plain))
    assert [scored.known for scored in found] == [True] * 4 + [False] + [True] * 5
    assert [replace(a, word="") for a in found[5:]] == [replace(b, word="") for b in expected[5:]]
    blind = list(score_words(words, NETWORK))
    assert blind[5].log_probability != found[5].log_probability


def test_to_the_n_gram_model_all_unknown_words_are_one() -> None:
    generator = np.random.default_rng(2)
    rare = generator.integers(0, 2 * SIZE, size=400, dtype=np.int32)
    plain = np.minimum(rare, SIZE)
    spans, starts = np.array([[0, 300]]), np.arange(300, 380)
    model, same = (train_kneser_ney(ids, spans, vocabulary_size=SIZE) for ids in (plain, rare))
    np.testing.assert_array_equal(same.unigram, model.unigram)
    for ours, other in zip(same.levels, model.levels, strict=True):
        np.testing.assert_array_equal(ours.weights, other.weights)
    expected, found = (score_kneser_ney(ids, starts, model, steps=5) for ids in (plain, rare))
    np.testing.assert_array_equal(found["kneser_ney"].log_probs, expected["kneser_ney"].log_probs)


def test_unknown_words_are_no_copies_whatever_they_end_with() -> None:
    words = ("我", "说", "。")
    source = np.array([0, 1, 4, 5, 0, 1], dtype=np.int32)
    assert measure_texts([source], source, words)["longest_copy"] == 2
