"""The network: ê_t = W·LSTM(x_1..x_t) + c, a vector for the next word at every step.

B sequences, T steps, E embedding, H hidden, V vocabulary.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

# `frozen`: word2vec's vectors stay as they are. `tied`: one trained table for input and output.
# `separate`: two trained tables that start from the same vectors.
Vectors = Literal["frozen", "tied", "separate"]

INITIAL_SCALE = 10.0


class Network(NamedTuple):
    """The variables of a network, built.

    `input_vectors` (V + 1, E), row V for an unknown word; `output_vectors` (V, E), or None where
    they are the input vectors; `word2vec` (V, E), constant, what `mse`,
    `cosine` and `vmf` compare with.
    """

    input_vectors: keras.Variable
    output_vectors: keras.Variable | None
    word2vec: tf.Tensor
    lstm: keras.layers.LSTM
    projection: keras.layers.Dense
    log_scale: keras.Variable
    prior_weight: keras.Variable
    log_prior: tf.Tensor


def build_network(
    vectors: NDArray[np.float32],
    log_prior: NDArray[np.float32],
    *,
    hidden: int,
    vectors_mode: Vectors,
    seed: int,
) -> Network:
    """Build a network whose tables start from `vectors` (V, E); `log_prior` is (V,).

    The row of the unknown word starts as the mean vector.
    """
    size = vectors.shape[1]
    table = np.concatenate([vectors, vectors.mean(axis=0, keepdims=True)])  # (V + 1, E)
    seeds = [int(number) for number in np.random.SeedSequence(seed).generate_state(3)]
    lstm = keras.layers.LSTM(
        hidden,
        return_sequences=True,
        kernel_initializer=keras.initializers.GlorotUniform(seed=seeds[0]),
        recurrent_initializer=keras.initializers.Orthogonal(seed=seeds[1]),
    )
    lstm.build((None, None, size))
    projection = keras.layers.Dense(
        size, kernel_initializer=keras.initializers.GlorotUniform(seed=seeds[2])
    )
    projection.build((None, hidden))
    frozen = vectors_mode == "frozen"
    return Network(
        input_vectors=keras.Variable(table, trainable=not frozen, name="input_vectors"),
        output_vectors=None
        if vectors_mode == "tied"
        else keras.Variable(vectors, trainable=not frozen, name="output_vectors"),
        word2vec=tf.constant(vectors),
        lstm=lstm,
        projection=projection,
        log_scale=keras.Variable(np.float32(np.log(INITIAL_SCALE)), name="log_scale"),
        prior_weight=keras.Variable(np.float32(1), name="prior_weight"),
        log_prior=tf.constant(log_prior),
    )


def predict(
    network: Network, inputs: tf.Tensor, input_mask: tf.Tensor, output_mask: tf.Tensor
) -> tf.Tensor:
    """Return ê for the word after each input, (B · T, E).

    `inputs` int32 (B, T); the masks (B, 1, E) and (B, 1, H) drop the same units at every step.
    """
    embedded = tf.gather(network.input_vectors.value, inputs) * input_mask  # (B, T, E)
    hidden = network.lstm(embedded) * output_mask  # (B, T, H)
    return network.projection(tf.reshape(hidden, (-1, hidden.shape[-1])))  # (B · T, E)


def output_table(network: Network) -> keras.Variable:
    """Return the table the targets' vectors come from: rows 0 to V − 1 are the words'."""
    return network.input_vectors if network.output_vectors is None else network.output_vectors


def all_variables(network: Network) -> dict[str, keras.Variable]:
    """Return the stored variables by the names of `WEIGHT_SHAPES`; tied vectors appear once."""
    cell = network.lstm.cell
    named = {
        "input_vectors": network.input_vectors,
        "output_vectors": network.output_vectors,
        "kernel": cell.kernel,
        "recurrent_kernel": cell.recurrent_kernel,
        "bias": cell.bias,
        "projection_kernel": network.projection.kernel,
        "projection_bias": network.projection.bias,
        "log_scale": network.log_scale,
        "prior_weight": network.prior_weight,
    }
    return {name: variable for name, variable in named.items() if variable is not None}


def trainable_variables(network: Network) -> list[keras.Variable]:
    """Return the variables that an optimizer may change, in a fixed order."""
    return [variable for variable in all_variables(network).values() if variable.trainable]


def export_weights(network: Network) -> dict[str, NDArray[np.float32]]:
    """Copy the network into arrays of `WEIGHT_SHAPES`."""
    weights: dict[str, Any] = {
        name: np.array(variable.numpy()) for name, variable in all_variables(network).items()
    }
    weights.setdefault("output_vectors", weights["input_vectors"][:-1].copy())
    return weights


def assign_weights(network: Network, weights: dict[str, NDArray[np.float32]]) -> None:
    """Copy arrays of `WEIGHT_SHAPES` into the network."""
    for name, variable in all_variables(network).items():
        variable.assign(weights[name])
