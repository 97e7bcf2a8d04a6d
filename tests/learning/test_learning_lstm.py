"""The LSTM that trains, forward and back, against Keras' layer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

E, H = 5, 7


@pytest.mark.parametrize(("batch", "steps"), [(1, 1), (1, 4), (2, 1), (3, 6), (8, 20)])
def test_values_and_gradients_are_those_of_keras_layer(batch: int, steps: int) -> None:
    from pipeline.artifacts.layers import Layer
    from pipeline.learning.backend import keras, tf
    from pipeline.learning.lstm import run_layer

    generator = np.random.default_rng(batch * steps)

    def tensor(*shape: int) -> tf.Tensor:
        return tf.constant(generator.standard_normal(shape), tf.float32)

    keras_layer = keras.layers.LSTM(H, return_sequences=True, return_state=True)
    keras_layer.build((None, None, E))
    weights = Layer(tensor(E, 4 * H), tensor(H, 4 * H), tensor(4 * H))
    keras_layer.set_weights([array.numpy() for array in weights])
    inputs, states = tensor(batch, steps, E), tensor(2, batch, H)
    towards_hidden, towards_states = tensor(batch, steps, H), tensor(2, batch, H)

    def by_keras() -> tuple[tf.Tensor, tf.Tensor]:
        hidden, *after = keras_layer(inputs, initial_state=[states[0], states[1]])
        return hidden, tf.stack(after)

    def values_and_gradients(run: Any, variables: list[tf.Tensor]) -> list[np.ndarray]:
        with tf.GradientTape() as tape:
            tape.watch([inputs, states, *variables])
            hidden, after = run()
            loss = tf.reduce_sum(hidden * towards_hidden) + tf.reduce_sum(after * towards_states)
        gradients = tape.gradient(loss, [inputs, *variables, states])
        return [array.numpy() for array in (hidden, after, *gradients)]

    ours = values_and_gradients(lambda: run_layer(inputs, weights, states), list(weights))
    keras_variables = [variable.value for variable in keras_layer.trainable_variables]
    theirs = values_and_gradients(by_keras, keras_variables)
    for own, other in zip(ours, theirs, strict=True):
        assert np.abs(other).max() > 1e-3, "all zero would prove nothing"
        np.testing.assert_allclose(own, other, rtol=1e-4, atol=1e-5)


def test_a_new_layer_starts_as_keras_starts_one() -> None:
    from pipeline.learning.lstm import build_layer

    kernel, recurrent_kernel, bias = (
        variable.numpy() for variable in build_layer(E, H, seeds=(1, 2))
    )
    assert np.abs(kernel).max() <= np.sqrt(6 / (E + 4 * H))
    np.testing.assert_allclose(recurrent_kernel @ recurrent_kernel.T, np.eye(H), atol=1e-5)
    np.testing.assert_array_equal(bias, [0] * H + [1] * H + [0] * 2 * H)
