"""Nearest-cosine decoding is gensim's `similar_by_vector`, word by word."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from made_up import random_network

from pipeline.artifacts.network import Network
from pipeline.engine.network.decode import cosines, softmax, unit_rows, word_scores
from pipeline.engine.network.predict import predict_vectors
from pipeline.engine.writing.sampling import Sampling
from pipeline.engine.writing.seed import Seed
from pipeline.engine.writing.writer import Writer
from pipeline.errors import SettingsError

NEAREST = Sampling(temperature=0, repetition_penalty=1)


def gensim_ranking(network: Network, predicted: np.ndarray) -> list[str]:
    from gensim.models import KeyedVectors

    keyed = KeyedVectors(vector_size=predicted.shape[-1])
    # Rows of any length: gensim is to do the scaling to unit length itself.
    lengths = np.random.default_rng(0).uniform(0.5, 3, size=(len(network.words), 1))
    keyed.add_vectors(list(network.words), (network.output_vectors * lengths).astype(np.float32))
    return [word for word, _ in keyed.similar_by_vector(predicted, topn=len(network.words))]


@pytest.mark.parametrize("seed", range(5))
def test_without_the_prior_words_rank_as_in_gensim(seed: int) -> None:
    network = random_network(seed)
    ids = np.random.default_rng(seed).integers(0, 30, size=(1, 5), dtype=np.int32)
    predicted = predict_vectors(ids, network)  # (1, E)
    cosine = cosines(predicted, output_vectors=network.output_vectors)
    scores = word_scores(cosine, log_prior=network.log_prior, scale=network.scale, prior_weight=0.0)
    ours = [network.words[i] for i in np.argsort(-scores[0], kind="stable")]
    assert ours == gensim_ranking(network, predicted[0])


@pytest.mark.parametrize("seed", range(5))
def test_greedy_writing_without_the_prior_takes_the_nearest_word(seed: int) -> None:
    network = random_network(seed)
    text = [network.words[i] for i in (3, 14, 15, 9, 2, 6)]
    written = Writer(network).stream(
        Seed(tuple(text), ()), words=4, sampling=NEAREST, prior_weight=0, candidates=30
    )
    for choice in written:
        context = [[network.words.index(word) for word in text[-network.steps :]]]
        ranking = gensim_ranking(network, predict_vectors(np.array(context, np.int32), network)[0])
        assert choice.word == ranking[0]
        assert [candidate.word for candidate in choice.candidates] == ranking
        text.append(choice.word)


def test_the_prior_changes_the_ranking() -> None:
    network = random_network(1)
    cosine = np.zeros((1, 30), dtype=np.float32)
    scores = word_scores(cosine, log_prior=network.log_prior, scale=5.0, prior_weight=1.0)
    assert int(scores.argmax()) == 0, "the first word has the greatest count"


def test_scores_by_hand() -> None:
    # s·cos + β·b with s = 2, β = 0.5: 2·0.1 + 0.5·(−1) and 2·(−0.3) + 0.5·(−4)
    scores = word_scores(
        np.array([[0.1, -0.3]], np.float32),
        log_prior=np.array([-1.0, -4.0], np.float32),
        scale=2.0,
        prior_weight=0.5,
    )
    np.testing.assert_allclose(scores, [[-0.3, -2.6]], rtol=1e-6)


@settings(max_examples=60, deadline=None)
@given(arrays(np.float32, (3, 4), elements=st.floats(-1e4, 1e4, width=32)))
def test_probabilities_sum_to_one_and_keep_the_order(scores: np.ndarray) -> None:
    probs = softmax(scores)
    np.testing.assert_allclose(probs.astype(np.float64).sum(axis=1), 1, atol=1e-5)
    best = np.take_along_axis(probs, scores.argmax(axis=1)[:, None], axis=1)[:, 0]
    np.testing.assert_array_equal(best, probs.max(axis=1))


@settings(max_examples=60, deadline=None)
@given(arrays(np.float32, (4, 3), elements=st.floats(-100, 100, width=32)))
def test_cosine_is_bounded_and_blind_to_length(vectors: np.ndarray) -> None:
    units = unit_rows(vectors)
    assert np.isfinite(units).all()
    cosine = cosines(vectors, output_vectors=units)
    assert np.abs(cosine).max() <= 1 + 1e-5
    long_enough = np.linalg.norm(vectors, axis=1) > 1e-3
    tripled = cosines(3 * vectors, output_vectors=units)
    np.testing.assert_allclose(tripled[long_enough], cosine[long_enough], atol=1e-5)
    np.testing.assert_allclose(np.diag(cosine)[long_enough], 1, atol=1e-5)


def test_a_prior_weight_must_be_a_number() -> None:
    writer = Writer(random_network())
    for bad in (float("nan"), float("inf")):
        with pytest.raises(SettingsError, match="prior-weight"):
            writer.stream(Seed(("一",), ()), prior_weight=bad)
