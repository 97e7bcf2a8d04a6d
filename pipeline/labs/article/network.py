"""The network of `article`: an LSTM predicts the next word's vector; how good that is.

N windows, T steps, E embedding, H hidden, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.arrays import Floats
from pipeline.engine.network.decode import cosines, unit_rows
from pipeline.engine.network.lstm import last_hidden, project
from pipeline.labs.shared.divergence import refuse_divergence
from pipeline.stage import Progress

_CHUNK = 50  # epochs between reports
AT_ONCE = 1024  # windows that are asked at a time
_NAMES = ("kernel", "recurrent_kernel", "bias", "projection_kernel", "projection_bias")
_TINY = 1e-12  # below any variance; for vectors that are all the same


def fit(
    inputs: Floats,
    targets: Floats,
    *,
    hidden: int,
    epochs: int,
    learning_rate: float,
    seed: int,
    progress: Progress,
) -> tuple[dict[str, Floats], list[float]]:
    """Train on windows (N, T, E) and their targets (N, E), all in one batch.

    Returns
    -------
    weights : dict
        kernel (E, 4H), recurrent_kernel (H, 4H), bias (4H,), projection_kernel (H, E),
        projection_bias (E,), float32; gates in Keras' order i, f, g, o.
    losses : list of float, length `epochs`
        Mean squared error before each step.

    Raises
    ------
    StageFailed
        The loss is no finite number any more.
    """
    from pipeline.learning.backend import keras, prepare_tensorflow

    prepare_tensorflow()
    keras.utils.set_random_seed(seed)
    layers = [keras.layers.LSTM(hidden), keras.layers.Dense(inputs.shape[-1])]
    network = keras.Sequential([keras.Input(inputs.shape[1:]), *layers])
    run = _compile_steps(network, inputs, targets, learning_rate)
    losses: list[float] = []
    while len(losses) < epochs:
        losses += run(min(_CHUNK, epochs - len(losses)))
        weights = dict(zip(_NAMES, network.get_weights(), strict=True))
        refuse_divergence(losses, weights.values())
        progress(len(losses), epochs, f"MSE {losses[-1]:.4f}")
    return weights, losses


def _compile_steps(
    network: Any, inputs: Floats, targets: Floats, learning_rate: float
) -> Callable[[int], list[float]]:
    """Return a function that takes so many steps of plain SGD and gives the loss before each."""
    from pipeline.learning.backend import tf

    x, y = tf.constant(inputs), tf.constant(targets)  # (N, T, E), (N, E)
    weights = network.trainable_variables

    @tf.function  # type: ignore[untyped-decorator]
    def run(steps: Any) -> Any:
        losses = tf.TensorArray(tf.float32, size=steps)
        for step in tf.range(steps):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.square(network(x, training=True) - y))
            for weight, gradient in zip(weights, tape.gradient(loss, weights), strict=True):
                weight.assign_sub(learning_rate * gradient)
            losses = losses.write(step, loss)
        return losses.stack()

    return lambda steps: run(tf.constant(steps)).numpy().tolist()


def predict(ids: NDArray[np.int32], vectors: Floats, weights: dict[str, NDArray[Any]]) -> Floats:
    """Return ê, float32 (N, E), for windows (N, T), by the engine that the writer uses too.

    `vectors` (V, E), `weights` as `fit` names them.
    """
    gate_table = vectors @ weights["kernel"] + weights["bias"]  # (V, 4H)
    predicted = np.empty((len(ids), vectors.shape[1]), dtype=np.float32)  # (N, E)
    for rows in _pieces(len(ids)):
        hidden = last_hidden(
            ids[rows], gate_table=gate_table, recurrent_kernel=weights["recurrent_kernel"]
        )  # (n, H)
        predicted[rows] = project(
            hidden,
            projection_kernel=weights["projection_kernel"],
            projection_bias=weights["projection_bias"],
        )
    return predicted


def _pieces(count: int) -> list[slice]:
    """Return slices that part so many rows, so that what is made of a row is never made of all."""
    return [slice(start, start + AT_ONCE) for start in range(0, count, AT_ONCE)]


def nearest_words(predicted: Floats, vectors: Floats) -> NDArray[np.int64]:
    """Return the word nearest in cosine, int64 (N,), of predictions (N, E) among (V, E)."""
    unit = unit_rows(vectors)  # (V, E)
    words = np.empty(len(predicted), dtype=np.int64)  # (N,)
    for rows in _pieces(len(predicted)):
        words[rows] = cosines(predicted[rows], output_vectors=unit).argmax(axis=1)
    return words


def row_cosines(predicted: Floats, targets: Floats) -> Floats:
    """Return the cosine of each prediction with its own target, (N,), of two (N, E)."""
    found: Floats = np.sum(unit_rows(predicted) * unit_rows(targets), axis=1)
    return found


def judge(
    predicted: Floats, target_ids: NDArray[np.int32], vectors: Floats, *, unit: Floats
) -> dict[str, float]:
    """Measure predictions (N, E) of the words `target_ids` (N,), given all vectors (V, E).

    Returns
    -------
    dict
        `top1`, the share of targets that are the word nearest in cosine; `cosine` and `mse`, means
        over the targets; `mse_by_variance` and `mse_by_mean_square`, the latter relative to the
        variance and the mean square of the vectors `unit` (M, E).
    """
    targets = vectors[target_ids]  # (N, E)
    mse = float(np.mean((predicted - targets) ** 2))
    return {
        "top1": float(np.mean(nearest_words(predicted, vectors) == target_ids)),
        "cosine": float(row_cosines(predicted, targets).mean()),
        "mse": mse,
        "mse_by_variance": mse / max(variance(unit), _TINY),
        "mse_by_mean_square": mse / max(float(np.mean(unit**2)), _TINY),
    }


def variance(vectors: Floats) -> float:
    """Return the mean squared distance, a dimension, of vectors (N, E) from their mean."""
    return float(np.mean((vectors - vectors.mean(axis=0)) ** 2))
