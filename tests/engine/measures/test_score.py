"""Held-out scores: against a case by hand, and against brute force."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import falling_counts, random_network

from pipeline.arrays import Floats
from pipeline.artifacts.embedding import log_frequencies
from pipeline.engine.measures import score
from pipeline.engine.measures.baselines import score_unigram
from pipeline.engine.measures.metrics import summarise
from pipeline.engine.measures.score import Scores, score_places
from pipeline.engine.network import decode
from pipeline.engine.network.decode import cosines
from pipeline.engine.network.predict import BATCH, predict_vectors

NETWORK = random_network(3)
UNKNOWN = 30
IDS = np.random.default_rng(1).integers(0, 31, size=200, dtype=np.int32)  # 30 is unknown


def test_a_summary_by_hand() -> None:
    scores = Scores(
        known=np.array([True, True, True, False]),
        ranks=np.array([1, 4, 10, 31]),
        log_probs=np.log([0.5, 0.25, 0.125, 1.0]),
        cosines=np.array([0.9, 0.3, 0.0, 0.0], dtype=np.float32),
    )
    found = summarise(scores)
    assert (found["top1"], found["top5"], found["top10"]) == (1 / 4, 2 / 4, 3 / 4)
    assert found["mrr"] == pytest.approx((1 + 1 / 4 + 1 / 10) / 4)
    # Over the three known targets: (½·¼·⅛)^(−⅓) = 4.
    assert found["perplexity"] == pytest.approx(4)
    assert found["cosine"] == pytest.approx(0.4)
    assert (found["coverage"], found["targets"]) == (0.75, 4)


def test_nothing_known_is_no_division_by_zero() -> None:
    with np.errstate(all="raise"):
        found = summarise(score_unigram(np.array([30, 30], np.int32), log_prior=NETWORK.log_prior))
    assert (found["top10"], found["mrr"], found["coverage"], found["cosine"]) == (0, 0, 0, None)


def test_scores_equal_brute_force() -> None:
    starts = np.arange(len(IDS) - NETWORK.steps)
    found = score_places(IDS, starts, NETWORK)
    assert len(found.ranks) == len(starts)
    for number, start in enumerate(starts):
        target = IDS[start + 5]
        if target == UNKNOWN:
            assert not found.known[number]
            assert found.ranks[number] == 31, "below every word"
            continue
        vector = predict_vectors(IDS[None, start : start + 5], NETWORK)[0].astype(np.float64)
        cosine = NETWORK.output_vectors @ vector / np.linalg.norm(vector)
        scores = NETWORK.scale * cosine + NETWORK.prior_weight * NETWORK.log_prior
        assert found.ranks[number] == 1 + list(np.argsort(-scores)).index(target)
        probs = np.exp(scores) / np.exp(scores).sum()
        assert found.log_probs[number] == pytest.approx(math.log(probs[target]), abs=1e-3)
        assert found.cosines is not None
        assert found.cosines[number] == pytest.approx(cosine[target], abs=1e-5)


def test_probabilities_sum_to_one_over_all_targets() -> None:
    context = IDS[:5] % 30
    streams = np.concatenate([np.append(context, word) for word in range(30)]).astype(np.int32)
    found = score_places(streams, np.arange(0, 180, 6), NETWORK)
    assert np.exp(found.log_probs).sum() == pytest.approx(1, abs=1e-5)
    assert sorted(found.ranks.tolist()) == list(range(1, 31))


def test_unknown_targets_count_as_wrong() -> None:
    starts = np.arange(len(IDS) - 5)
    every = summarise(score_places(IDS, starts, NETWORK))
    known = starts[IDS[starts + 5] != UNKNOWN]
    only = summarise(score_places(IDS, known, NETWORK))
    share = len(known) / len(starts)
    assert 0 < share < 1
    assert every["coverage"] == pytest.approx(share)
    for name in ("top1", "top5", "top10", "mrr"):
        assert every[name] == pytest.approx(only[name] * share)  # type: ignore[operator]
    for name in ("perplexity", "cosine"):
        assert every[name] == pytest.approx(only[name])


def test_batches_change_nothing() -> None:
    starts = np.random.default_rng(2).integers(0, 190, size=BATCH + 10)
    found = score_places(IDS, starts, NETWORK)
    alone = score_places(IDS, starts[-1:], NETWORK)
    assert found.ranks[-1] == alone.ranks[0]
    assert found.log_probs[-1] == pytest.approx(alone.log_probs[0], abs=1e-5)


def test_a_large_vocabulary_is_scored_a_few_places_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    starts = np.random.default_rng(2).integers(0, 190, size=30)
    expected = score_places(IDS, starts, NETWORK)
    sizes: list[int] = []

    def watched(predicted: Floats, *, output_vectors: Floats) -> Floats:
        sizes.append(len(predicted))
        return cosines(predicted, output_vectors=output_vectors)

    monkeypatch.setattr(decode, "_MOST_SCORES", 11 * len(NETWORK.words))
    monkeypatch.setattr(score, "cosines", watched)
    found = score_places(IDS, starts, NETWORK)
    assert sizes == [11, 11, 8]
    np.testing.assert_array_equal(found.ranks, expected.ranks)
    np.testing.assert_allclose(found.log_probs, expected.log_probs, atol=1e-5)


@pytest.mark.parametrize(
    ("vocabulary", "rows"), [(300, 256), (10_000, 256), (100_000, 48), (10**7, 8)]
)
def test_arrays_of_scores_stay_small(vocabulary: int, rows: int) -> None:
    assert decode.rows_at_once(vocabulary, 256) == rows


@settings(deadline=None)
@given(
    st.lists(st.integers(1, 6), min_size=2, max_size=8),
    st.lists(st.integers(0, 8), min_size=1, max_size=10),
)
def test_the_unigram_baseline_equals_brute_force(counts: list[int], targets: list[int]) -> None:
    ids = np.array([min(target, len(counts)) for target in targets], dtype=np.int32)
    found = score_unigram(ids, log_prior=log_frequencies(np.array(counts)))
    for number, target in enumerate(ids.tolist()):
        if target == len(counts):
            assert not found.known[number]
            assert found.ranks[number] == len(counts) + 1
            continue
        more_frequent = sum(count > counts[target] for count in counts)
        assert found.ranks[number] == 1 + more_frequent
        expected = math.log(counts[target] / sum(counts))
        assert found.log_probs[number] == pytest.approx(expected, abs=1e-5)
    assert found.cosines is None


def test_the_network_with_nothing_but_its_prior_is_the_unigram_baseline() -> None:
    prior_only = replace(NETWORK, scale=0.0, prior_weight=1.0)
    starts = np.arange(len(IDS) - 5)
    network = summarise(score_places(IDS, starts, prior_only))
    unigram = summarise(score_unigram(IDS[starts + 5], log_prior=NETWORK.log_prior))
    for name in ("top1", "top5", "top10", "mrr", "perplexity"):
        assert network[name] == pytest.approx(unigram[name], rel=1e-4)


def test_log_frequencies_are_those_of_the_counts() -> None:
    counts = falling_counts(30)
    np.testing.assert_allclose(np.exp(log_frequencies(counts)).sum(), 1, rtol=1e-6)
