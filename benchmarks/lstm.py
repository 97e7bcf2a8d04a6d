"""The labs' numpy LSTM against Keras' layer: forward and backward of a batch.

Both read the same inputs with the same weights and give the gradients of the same loss by weights
and inputs. Keras' is compiled once, uncounted.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from benchmarks.compare import Comparison, Size, compare, per_second
from pipeline.artifacts.layers import Layer
from pipeline.engine.threads import one_thread
from pipeline.labs.shared.lstm import Gradients, backward, forward

BATCH, STEPS, WIDTH = 64, 20, 200
REPEATS = {"tiny": 1, "quick": 5, "full": 30}
ROUNDS = {"tiny": 1, "quick": 3, "full": 7}

Floats = NDArray[np.float32]
Problem = tuple[Floats, Layer[Floats], Floats]


def measure(size: Size) -> list[Comparison]:
    """Go there and back with both."""
    repeats = REPEATS[size]
    problem = random_problem(BATCH, STEPS, WIDTH)
    ours, other = numpy_gradients(problem), keras_gradients(problem)
    other()  # compiles
    with one_thread():
        comparison = compare(
            "lstm",
            ours=per_second(repeated(ours, repeats), repeats),
            other=per_second(repeated(other, repeats), repeats),
            rounds=ROUNDS[size],
            against="Keras' LSTM layer, GradientTape in a tf.function",
            unit="batches/s",
            note=f"batches of {BATCH}, {STEPS} steps, {WIDTH} inputs, {WIDTH} units, float32; "
            "ours on one thread, as in the labs",
        )
    return [comparison]


def random_problem(batch: int, steps: int, width: int) -> Problem:
    """Return inputs (T, N, E), a layer and dLoss/dh (T, N, H); E = H."""
    generator = np.random.default_rng(0)
    shapes = (
        (steps, batch, width),
        (width, 4 * width),
        (width, 4 * width),
        (4 * width,),
        (steps, batch, width),
    )
    inputs, *layer, d_hidden = (
        generator.standard_normal(shape, dtype=np.float32) * np.float32(0.1) for shape in shapes
    )
    return inputs, Layer(*layer), d_hidden


def repeated(work: Callable[[], object], times: int) -> Callable[[], None]:
    """Return a function that does the work so many times."""

    def repeat() -> None:
        for _ in range(times):
            work()

    return repeat


def numpy_gradients(problem: Problem) -> Callable[[], Gradients]:
    """Return a function that gives the gradients by the labs' LSTM."""
    inputs, layer, d_hidden = problem
    states = np.zeros((2, *d_hidden.shape[1:]), dtype=np.float32)  # (2, N, H)
    return lambda: backward(forward(inputs, layer, states), inputs, layer, states, d_hidden)


def keras_gradients(problem: Problem) -> Callable[[], list[Floats]]:
    """Return a function that gives kernel's, recurrent kernel's, bias' and inputs' by Keras.

    The inputs' gradient is (N, T, E), as Keras has it.
    """
    from pipeline.learning.backend import keras, prepare_tensorflow, tf

    prepare_tensorflow()
    inputs, layer, d_hidden = problem
    lstm = keras.layers.LSTM(layer.recurrent_kernel.shape[0], return_sequences=True)
    x, weights = (tf.constant(array.transpose(1, 0, 2)) for array in (inputs, d_hidden))
    lstm.build(x.shape)
    lstm.set_weights(list(layer))

    @tf.function  # type: ignore[untyped-decorator]
    def go() -> list[tf.Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.reduce_sum(lstm(x) * weights)
        gradients: list[tf.Tensor] = tape.gradient(loss, [*lstm.trainable_variables, x])
        return gradients

    return lambda: [gradient.numpy() for gradient in go()]
