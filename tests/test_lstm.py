"""The numpy LSTM against the formula written out by hand, and against Keras."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from bundles import falling_counts, made_up_words, random_embedding, random_weights

from pipeline.artifacts.bundle import BUNDLE
from pipeline.engine.export import export_bundle, log_frequencies
from pipeline.engine.lstm import last_hidden, lstm_step, project, sigmoid
from pipeline.engine.score import predict_vectors


def test_sigmoid_is_the_logistic_function_and_never_overflows() -> None:
    x = np.array([-1e4, -30, -2, 0, 0.5, 30, 1e4], dtype=np.float32)
    expected = [logistic(v) if v > -700 else 0.0 for v in x.tolist()]
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_allclose(sigmoid(x), expected, atol=1e-7)


def logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def test_a_step_follows_the_formula_gate_by_gate() -> None:
    # One unit: each gate has its own number, so that no two can be exchanged unseen.
    i, f, g, o = (0.3, -0.7, 1.1, -0.2)
    kernel = np.array([[0.5, -0.4, 0.9, 0.1]], dtype=np.float32)
    h, c = 0.6, -0.8
    cell = logistic(f - 0.4 * h) * c + logistic(i + 0.5 * h) * math.tanh(g + 0.9 * h)
    hidden = logistic(o + 0.1 * h) * math.tanh(cell)
    new_hidden, new_cell = lstm_step(
        np.array([[i, f, g, o]], dtype=np.float32),
        np.array([[h]], dtype=np.float32),
        np.array([[c]], dtype=np.float32),
        recurrent_kernel=kernel,
    )
    np.testing.assert_allclose([new_hidden[0, 0], new_cell[0, 0]], [hidden, cell], rtol=1e-6)


@pytest.mark.parametrize("mode", ["tied", "separate", "frozen"])
def test_the_numpy_engine_predicts_what_keras_predicts(mode: str) -> None:
    from pipeline.learning.network import assign_weights, build_network, export_weights, predict

    embedding = random_embedding()
    network = build_network(
        embedding.vectors,
        log_frequencies(embedding.counts),
        hidden=8,
        vectors_mode=mode,  # type: ignore[arg-type]
        seed=3,
    )
    assign_weights(network, random_weights(5))
    bundle = export_bundle(
        export_weights(network), words=embedding.words, counts=embedding.counts, steps=5
    )
    generator = np.random.default_rng(7)
    for batch, steps in ((1, 1), (4, 2), (3, 5), (2, 23)):
        ids = generator.integers(0, 31, size=(batch, steps), dtype=np.int32)  # 30 is unknown
        ones = np.ones((batch, 1, 6), np.float32), np.ones((batch, 1, 8), np.float32)
        by_keras = np.array(predict(network, ids, *ones)).reshape(batch, steps, 6)
        assert np.abs(by_keras).max() > 0.1, "an all-zero answer would prove nothing"
        for length in range(1, steps + 1):
            by_numpy = predict_vectors(ids[:, :length], bundle)
            np.testing.assert_allclose(by_numpy, by_keras[:, length - 1], atol=1e-5)


def test_the_dropout_masks_reach_the_units_they_name() -> None:
    from pipeline.learning.network import assign_weights, build_network, predict

    embedding = random_embedding()
    network = build_network(
        embedding.vectors, log_frequencies(embedding.counts), hidden=8, vectors_mode="tied", seed=3
    )
    weights = random_weights(5)
    assign_weights(network, weights)
    ids = np.array([[1, 2, 3]], dtype=np.int32)
    everything = np.ones((1, 1, 6), np.float32)
    nothing = np.zeros((1, 1, 8), np.float32)
    dropped = np.array(predict(network, ids, everything, nothing))
    np.testing.assert_allclose(dropped, np.tile(weights["projection_bias"], (3, 1)), atol=1e-6)


def test_last_hidden_and_project_take_a_batch_row_by_row() -> None:
    weights = random_weights(2)
    table = weights["input_vectors"] @ weights["kernel"] + weights["bias"]
    arrays = {"gate_table": table, "recurrent_kernel": weights["recurrent_kernel"]}
    ids = np.random.default_rng(1).integers(0, 31, size=(6, 9), dtype=np.int32)
    together = last_hidden(ids, **arrays)
    apart = np.concatenate([last_hidden(ids[row : row + 1], **arrays) for row in range(6)])
    np.testing.assert_allclose(together, apart, atol=1e-6)
    vectors = project(
        together,
        projection_kernel=weights["projection_kernel"],
        projection_bias=weights["projection_bias"],
    )
    expected = together @ weights["projection_kernel"] + weights["projection_bias"]
    np.testing.assert_allclose(vectors, expected, atol=1e-6)
    assert vectors.dtype == np.float32


def test_exported_weights_say_what_they_were(tmp_path: Path) -> None:
    weights = random_weights(4)
    counts = falling_counts(30)
    bundle = export_bundle(
        weights, words=made_up_words(30), counts=counts, steps=5, examples=("宝玉听了，",)
    )
    assert math.isclose(bundle.scale, math.exp(float(weights["log_scale"])), rel_tol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(bundle.output_vectors, axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(np.exp(bundle.log_prior), counts / counts.sum(), rtol=1e-5)
    BUNDLE.save(bundle, tmp_path)
    loaded = BUNDLE.load(tmp_path)
    assert (loaded.words, loaded.steps, loaded.examples) == (made_up_words(30), 5, ("宝玉听了，",))
    assert (loaded.scale, loaded.prior_weight) == (bundle.scale, bundle.prior_weight)
    np.testing.assert_array_equal(loaded.gate_table, bundle.gate_table)
