"""The numpy LSTM against the formula written out by hand, and against Keras."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from made_up import falling_counts, made_up_words, random_embedding, random_weights

from pipeline.artifacts.embedding import log_frequencies
from pipeline.artifacts.network import NETWORK
from pipeline.engine.network.export import export_network
from pipeline.engine.network.lstm import last_hidden, lstm_step, project, squash
from pipeline.engine.network.predict import predict_vectors


def test_a_gate_is_the_logistic_function_and_never_overflows() -> None:
    x = np.array([-1e4, -30, -2, 0, 0.5, 30, 1e4], dtype=np.float32)
    expected = [logistic(v) if v > -700 else 0.0 for v in x.tolist()]
    gates = np.tile(x, (1, 4, 1))  # (1, 4, 7)
    with np.errstate(all="raise", under="ignore"):
        squash(gates)
    for number in (0, 1, 3):
        np.testing.assert_allclose(gates[0, number], expected, atol=1e-7)
    np.testing.assert_allclose(gates[0, 2], np.tanh(x), atol=1e-7)


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


@pytest.mark.parametrize(("mode", "layers"), [("tied", 1), ("both", 2), ("frozen", 3)])
def test_the_numpy_engine_predicts_what_keras_predicts(mode: str, layers: int) -> None:
    from pipeline.learning.network import assign_weights, build_network, export_weights, predict

    embedding = random_embedding()
    keras_network = build_network(
        embedding.vectors,
        log_frequencies(embedding.counts),
        hidden=8,
        layers=layers,
        vectors_mode=mode,  # type: ignore[arg-type]
        seed=3,
    )
    assign_weights(keras_network, random_weights(5, layers=layers))
    network = export_network(
        export_weights(keras_network), words=embedding.words, counts=embedding.counts, steps=5
    )
    generator = np.random.default_rng(7)
    for batch, steps in ((1, 1), (4, 2), (3, 5), (2, 23)):
        ids = generator.integers(0, 31, size=(batch, steps), dtype=np.int32)  # 30 is unknown
        ones = all_ones(batch, layers)
        zeros = np.zeros((layers, 2, batch, 8), np.float32)
        predicted, _ = predict(keras_network, ids, *ones, zeros)
        by_keras = np.array(predicted).reshape(batch, steps, 6)
        assert np.abs(by_keras).max() > 0.1, "an all-zero answer would prove nothing"
        for length in range(1, steps + 1):
            by_numpy = predict_vectors(ids[:, :length], network)
            np.testing.assert_allclose(by_numpy, by_keras[:, length - 1], atol=1e-5)


def all_ones(batch: int, layers: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The masks of `predict` that drop nothing."""
    shapes = (batch, 1, 6), (batch, layers, 8), (layers, 1, 1)
    return tuple(np.ones(shape, np.float32) for shape in shapes)  # type: ignore[return-value]


def test_a_recurrent_mask_is_as_a_network_with_those_weights_at_zero() -> None:
    from pipeline.learning.network import assign_weights, build_network, predict

    embedding = random_embedding()
    keras_network = build_network(
        embedding.vectors, log_frequencies(embedding.counts), hidden=8, vectors_mode="tied", seed=3
    )
    ids = np.array([[1, 2, 3]], dtype=np.int32)
    inputs, outputs, kernels = all_ones(1, 1)
    zeros = np.zeros((1, 2, 1, 8), np.float32)
    mask = np.random.default_rng(1).integers(0, 2, (1, 8, 32)).astype(np.float32)
    weights = random_weights(5)
    assign_weights(keras_network, weights)
    masked = np.array(predict(keras_network, ids, inputs, outputs, mask, zeros)[0])
    unmasked = np.array(predict(keras_network, ids, inputs, outputs, kernels, zeros)[0])
    thinned = weights | {"recurrent_kernel": weights["recurrent_kernel"] * mask[0]}
    assign_weights(keras_network, thinned)
    expected = np.array(predict(keras_network, ids, inputs, outputs, kernels, zeros)[0])
    np.testing.assert_allclose(masked, expected, atol=1e-6)
    assert not np.allclose(masked, unmasked, atol=1e-3)


def test_the_dropout_masks_reach_the_units_they_name() -> None:
    from pipeline.learning.network import assign_weights, build_network, predict

    embedding = random_embedding()
    keras_network = build_network(
        embedding.vectors, log_frequencies(embedding.counts), hidden=8, vectors_mode="tied", seed=3
    )
    weights = random_weights(5)
    assign_weights(keras_network, weights)
    ids = np.array([[1, 2, 3]], dtype=np.int32)
    everything, _, kernels = all_ones(1, 1)
    nothing = np.zeros((1, 1, 8), np.float32)
    zeros = np.zeros((1, 2, 1, 8), np.float32)
    dropped = np.array(predict(keras_network, ids, everything, nothing, kernels, zeros)[0])
    np.testing.assert_allclose(dropped, np.tile(weights["projection_bias"], (3, 1)), atol=1e-6)


def test_states_handed_on_are_as_if_the_text_had_been_read_in_one() -> None:
    from pipeline.learning.network import assign_weights, build_network, predict

    embedding = random_embedding()
    keras_network = build_network(
        embedding.vectors,
        log_frequencies(embedding.counts),
        hidden=8,
        layers=2,
        vectors_mode="tied",
        seed=3,
    )
    assign_weights(keras_network, random_weights(5, layers=2))
    ids = np.random.default_rng(7).integers(0, 31, size=(3, 10), dtype=np.int32)
    ones = all_ones(3, 2)
    zeros = np.zeros((2, 2, 3, 8), np.float32)
    whole, after_whole = predict(keras_network, ids, *ones, zeros)
    first, between = predict(keras_network, ids[:, :4], *ones, zeros)
    second, after = predict(keras_network, ids[:, 4:], *ones, between)
    joined = np.concatenate([np.reshape(first, (3, 4, 6)), np.reshape(second, (3, 6, 6))], axis=1)
    np.testing.assert_allclose(joined, np.reshape(whole, (3, 10, 6)), atol=1e-5)
    np.testing.assert_allclose(after, after_whole, atol=1e-5)


def test_last_hidden_and_project_take_a_batch_row_by_row() -> None:
    weights = random_weights(2)
    table = weights["input_vectors"] @ weights["kernel"] + weights["bias"]
    kernel = weights["recurrent_kernel"]
    ids = np.random.default_rng(1).integers(0, 31, size=(6, 9), dtype=np.int32)
    together = last_hidden(ids, gate_table=table, recurrent_kernel=kernel)
    apart = np.concatenate(
        [
            last_hidden(ids[row : row + 1], gate_table=table, recurrent_kernel=kernel)
            for row in range(6)
        ]
    )
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
    network = export_network(
        weights, words=made_up_words(30), counts=counts, steps=5, examples=("宝玉听了，",)
    )
    assert math.isclose(network.scale, math.exp(float(weights["log_scale"])), rel_tol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(network.output_vectors, axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(np.exp(network.log_prior), counts / counts.sum(), rtol=1e-5)
    NETWORK.save(network, tmp_path)
    loaded = NETWORK.load(tmp_path)
    assert (loaded.words, loaded.steps, loaded.examples) == (made_up_words(30), 5, ("宝玉听了，",))
    assert (loaded.scale, loaded.prior_weight) == (network.scale, network.prior_weight)
    np.testing.assert_array_equal(loaded.gate_table, network.gate_table)
