"""The network: ê_t = W·LSTM(x_1..x_t) + c, a vector for the next word at every step.

B sequences, T steps, E embedding, H hidden, L layers, V vocabulary.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.artifacts.layers import Layer, pack_upper
from pipeline.learning.backend import keras, tf
from pipeline.learning.lstm import build_layer, run_layer

# Which word vectors are trained. `tied`: one table for input and output. Else there are two, from
# the same start, of which `both`, the `input` one, the `output` one, or none is trained.
Vectors = Literal["tied", "both", "input", "output", "frozen"]

_INITIAL_SCALE = 10.0


class Network(NamedTuple):
    """The variables of a network, built.

    `input_vectors` (V + 1, E), row V for an unknown word; `output_vectors` (V, E), or None where
    they are the input vectors; `word2vec` (V, E), the vectors before training, constant: what
    `mse`, `cosine` and `vmf` compare with.
    """

    input_vectors: keras.Variable
    output_vectors: keras.Variable | None
    word2vec: tf.Tensor
    layers: tuple[Layer[keras.Variable], ...]
    projection: keras.layers.Dense
    log_scale: keras.Variable
    prior_weight: keras.Variable
    log_prior: tf.Tensor


def build_network(
    vectors: NDArray[np.float32],
    log_prior: NDArray[np.float32],
    *,
    hidden: int,
    layers: int = 1,
    vectors_mode: Vectors,
    seed: int,
) -> Network:
    """Build a network whose tables start from `vectors` (V, E); `log_prior` is (V,).

    The row of the unknown word starts as the mean vector.
    """
    size = vectors.shape[1]
    table = np.concatenate([vectors, vectors.mean(axis=0, keepdims=True)])  # (V + 1, E)
    seeds = [int(n) for n in np.random.SeedSequence(seed).generate_state(2 * layers + 1)]
    projection = keras.layers.Dense(
        size, kernel_initializer=keras.initializers.GlorotUniform(seed=seeds[-1])
    )
    projection.build((None, hidden))
    trains_input = vectors_mode in ("tied", "both", "input")
    trains_output = vectors_mode in ("both", "output")
    return Network(
        input_vectors=keras.Variable(table, trainable=trains_input, name="input_vectors"),
        output_vectors=None
        if vectors_mode == "tied"
        else keras.Variable(vectors, trainable=trains_output, name="output_vectors"),
        word2vec=tf.constant(vectors),
        layers=tuple(
            build_layer(hidden if n else size, hidden, seeds=(seeds[2 * n], seeds[2 * n + 1]))
            for n in range(layers)
        ),
        projection=projection,
        log_scale=keras.Variable(np.float32(np.log(_INITIAL_SCALE)), name="log_scale"),
        prior_weight=keras.Variable(np.float32(1), name="prior_weight"),
        log_prior=tf.constant(log_prior),
    )


def predict(
    network: Network,
    inputs: tf.Tensor,
    input_mask: tf.Tensor,
    output_masks: tf.Tensor,
    recurrent_masks: tf.Tensor,
    states: tf.Tensor,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Return ê for the word after each input, (B · T, E), and the states after the last one.

    `inputs` int32 (B, T); the masks, as in `learning.batches.Batch`, drop the same units and
    weights at every step; `states` (L, 2, B, H) are each layer's hidden and cell states before the
    first input.
    """
    read = tf.gather(network.input_vectors.value, inputs) * input_mask  # (B, T, E)
    after = []
    for number, layer in enumerate(network.layers):
        weights = Layer(*(variable.value for variable in layer))
        weights = weights._replace(
            recurrent_kernel=weights.recurrent_kernel * recurrent_masks[number]
        )
        hidden, last = run_layer(read, weights, states[number])
        after.append(last)
        read = hidden * output_masks[:, number, tf.newaxis]  # (B, T, H)
    predicted = network.projection(tf.reshape(read, (-1, read.shape[-1])))  # (B · T, E)
    return predicted, tf.stack(after)


def output_table(network: Network) -> keras.Variable:
    """Return the table the targets' vectors come from: rows 0 to V − 1 are the words'."""
    return network.input_vectors if network.output_vectors is None else network.output_vectors


def named_variables(network: Network) -> dict[str, keras.Variable]:
    """Return the stored variables by their arrays' names; tied vectors appear once."""
    first, *upper = network.layers
    named = {
        "input_vectors": network.input_vectors,
        "output_vectors": network.output_vectors,
        **first._asdict(),
        **pack_upper(upper),
        "projection_kernel": network.projection.kernel,
        "projection_bias": network.projection.bias,
        "log_scale": network.log_scale,
        "prior_weight": network.prior_weight,
    }
    return {name: variable for name, variable in named.items() if variable is not None}


def trainable_variables(network: Network) -> list[keras.Variable]:
    """Return the variables that an optimizer may change, in a fixed order."""
    return [variable for variable in named_variables(network).values() if variable.trainable]


def export_weights(network: Network) -> dict[str, NDArray[np.float32]]:
    """Copy the network into arrays of `WEIGHT_SHAPES`."""
    weights: dict[str, Any] = {
        name: np.array(variable.numpy()) for name, variable in named_variables(network).items()
    }
    weights.setdefault("output_vectors", weights["input_vectors"][:-1].copy())
    return weights


def assign_weights(network: Network, weights: dict[str, NDArray[np.float32]]) -> None:
    """Copy arrays of `WEIGHT_SHAPES` into the network."""
    for name, variable in named_variables(network).items():
        variable.assign(weights[name])
