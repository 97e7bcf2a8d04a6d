"""Batches: what competes with the targets, how likely, and what is dropped."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import falling_counts, windows_of

from pipeline.learning.batches import (
    Batch,
    Dropout,
    build_sampler,
    consecutive_starts,
    draw_candidates,
    drop_words,
    dropout_mask,
    epoch_batches,
    sequence_starts,
)

COUNTS = falling_counts(30)
STREAM = np.random.default_rng(1).integers(0, 31, size=203).tolist()  # 30 is unknown
WINDOWS = windows_of([("train", STREAM)], steps=5, vocabulary_size=30)


def one_epoch(seed: int, *, draws: int = 6, batch_size: int = 4) -> list[Batch]:
    generator = np.random.default_rng(seed)
    sampler = build_sampler(COUNTS, draws=draws, targets=20)
    return list(
        epoch_batches(
            WINDOWS,
            sequence_starts(WINDOWS, generator),
            sampler,
            generator,
            batch_size=batch_size,
            input_size=3,
            hidden=8,
            layers=2,
            dropout=Dropout(inputs=0.25, outputs=0.5),
        )
    )


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(1, 50))
def test_targets_are_the_words_after_the_inputs_and_all_are_candidates(
    seed: int, draws: int, batch_size: int
) -> None:
    stream = np.array(STREAM)
    epoch = one_epoch(seed, draws=draws, batch_size=batch_size)
    for batch in epoch:
        rows = len(batch.inputs)
        assert batch.inputs.shape == (rows, 5)
        assert (np.diff(batch.candidates) > 0).all(), "ascending and distinct"
        assert batch.candidates.max() < 30, "the unknown word never competes"
        assert batch.log_inclusion.shape == batch.candidates.shape
        known = batch.weights == 1
        words = np.where(known, batch.candidates[batch.targets], 30).reshape(rows, 5)
        for inputs, targets in zip(batch.inputs, words, strict=True):
            places = [
                s
                for s in range(198)
                if (stream[s : s + 5] == inputs).all() and (stream[s + 1 : s + 6] == targets).all()
            ]
            assert places, "the targets are the inputs moved on by one word"
        assert (batch.targets[~known] == 0).all()
    assert [len(batch.inputs) for batch in epoch[:-1]] == [batch_size] * (len(epoch) - 1)
    total = sum(len(batch.inputs) for batch in epoch)
    # 203 tokens hold (203 − 1 − phase) // 5 sequences with their targets, phase 0 to 4.
    assert total in {39, 40}
    assert len(epoch[-1].inputs) == total - batch_size * (len(epoch) - 1)


def test_equal_generators_give_equal_epochs() -> None:
    first, second, other = one_epoch(1), one_epoch(1), one_epoch(2)
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a.inputs, b.inputs)
        np.testing.assert_array_equal(a.candidates, b.candidates)
        np.testing.assert_array_equal(a.input_mask, b.input_mask)
    assert not np.array_equal(first[0].inputs, other[0].inputs)


def test_inclusion_is_as_likely_as_it_is_said_to_be() -> None:
    # A batch of 20 targets drawn by frequency and 10 words drawn ∝ count^0.75, simulated.
    generator = np.random.default_rng(0)
    sampler = build_sampler(COUNTS, draws=10, targets=20)
    trials = 4000
    included = np.zeros(30)
    for _ in range(trials):
        targets = generator.choice(30, size=20, p=COUNTS / COUNTS.sum()).astype(np.int32)
        included[draw_candidates(sampler, targets, generator)] += 1
    expected = np.exp(sampler.log_inclusion.astype(np.float64))
    error = np.sqrt(expected * (1 - expected) / trials)
    assert (np.abs(included / trials - expected) < 4.5 * error + 1e-9).all()
    assert expected.max() > 0.99
    assert expected.min() < 0.4


def test_words_are_drawn_in_proportion_to_their_count_to_the_three_quarters() -> None:
    generator = np.random.default_rng(0)
    sampler = build_sampler(np.array([16, 1, 1, 81]), draws=1, targets=1)
    none = np.empty(0, dtype=np.int32)
    drawn = np.concatenate([draw_candidates(sampler, none, generator) for _ in range(4000)])
    # 16^¾ = 8, 81^¾ = 27: shares 8, 1, 1, 27 of 37.
    shares = np.bincount(drawn, minlength=4) / 4000
    np.testing.assert_allclose(shares, np.array([8, 1, 1, 27]) / 37, atol=0.03)


def test_as_many_draws_as_words_make_every_word_a_candidate_for_certain() -> None:
    sampler = build_sampler(COUNTS, draws=30, targets=20)
    generator = np.random.default_rng(0)
    before = generator.bit_generator.state
    candidates = draw_candidates(sampler, np.array([3], np.int32), generator)
    np.testing.assert_array_equal(candidates, np.arange(30))
    assert generator.bit_generator.state == before, "nothing is drawn"
    np.testing.assert_array_equal(sampler.log_inclusion, np.zeros(30))


@pytest.mark.parametrize("dropout", [0.1, 0.5, 0.9])
def test_a_dropout_mask_keeps_the_mean(dropout: float) -> None:
    mask = dropout_mask((200, 1, 100), dropout=dropout, generator=np.random.default_rng(1))
    assert mask.shape == (200, 1, 100)
    assert mask.dtype == np.float32
    np.testing.assert_allclose(np.unique(mask), [0, 1 / (1 - dropout)], rtol=1e-6)
    # The mean of 20,000 values of variance p/(1−p), within 4.5 standard errors.
    error = np.sqrt(dropout / (1 - dropout) / 20_000)
    assert abs(mask.mean() - 1) < 4.5 * error


def test_no_dropout_is_a_mask_of_ones_and_draws_nothing() -> None:
    generator = np.random.default_rng(1)
    before = generator.bit_generator.state
    mask = dropout_mask((3, 1, 4), dropout=0.0, generator=generator)
    np.testing.assert_array_equal(mask, np.ones((3, 1, 4)))
    assert generator.bit_generator.state == before


@pytest.mark.parametrize("batch_size", [1, 4, 7, 39])
def test_consecutive_sequences_follow_each_other_row_by_row(batch_size: int) -> None:
    generator = np.random.default_rng(2)
    starts = consecutive_starts(WINDOWS, generator, batch_size=batch_size)
    rows = starts.reshape(-1, batch_size)  # a batch a line
    assert (np.diff(rows, axis=0) == 5).all(), "each row goes on where it stopped"
    assert len(np.unique(starts)) == len(starts)
    assert 39 - batch_size < len(starts) <= 40, "less than a batch is left out"


def test_a_batch_says_which_rows_go_on() -> None:
    # Two spans: the second stretch starts anew where the novel has a held-out gap.
    parts = [("train", STREAM[:52]), ("test", STREAM[:7]), ("train", STREAM[:52])]
    windows = windows_of(parts, steps=5, vocabulary_size=30)  # type: ignore[arg-type]
    generator = np.random.default_rng(3)
    starts = consecutive_starts(windows, generator, batch_size=1)
    batches = epoch_batches(
        windows,
        starts,
        build_sampler(COUNTS, draws=6, targets=5),
        generator,
        batch_size=1,
        input_size=3,
        hidden=8,
        dropout=Dropout(),
    )
    fresh = [bool(batch.fresh[0, 0]) for batch in batches]
    gap = int(np.flatnonzero(np.diff(starts) != 5)[0]) + 1
    assert [number for number, flag in enumerate(fresh) if flag] == [0, gap]


def test_dropped_words_become_the_unknown_word_as_often_as_said() -> None:
    generator = np.random.default_rng(1)
    inputs = np.zeros((400, 50), np.int32)
    dropped = drop_words(inputs, unknown=30, dropout=0.2, generator=generator)
    assert set(np.unique(dropped)) == {0, 30}
    # 20,000 draws of variance 0.2 · 0.8, within 4.5 standard errors.
    assert abs((dropped == 30).mean() - 0.2) < 4.5 * np.sqrt(0.16 / 20_000)
    before = generator.bit_generator.state
    np.testing.assert_array_equal(
        drop_words(inputs, unknown=30, dropout=0.0, generator=generator), inputs
    )
    assert generator.bit_generator.state == before
