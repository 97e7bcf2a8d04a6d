"""The labs' LSTM, proved three ways: by Keras, by measured slopes, by the engine it shares."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.artifacts.layers import Layer
from pipeline.engine.network.lstm import last_hidden
from pipeline.labs.shared.gradient_check import central_difference, largest_difference
from pipeline.labs.shared.lstm import Gradients, Trace, backward, forward

Doubles = NDArray[np.float64]
Problem = tuple[Doubles, Layer[Doubles], Doubles, Doubles]

EMBEDDING, HIDDEN = 3, 4
NAMES = (*Layer._fields, "inputs", "states")
# Steps and sequences: one step, a batch at one step, one sequence, a batch of sequences.
SHAPES = [(1, 1), (1, 5), (6, 1), (4, 3)]


def random_problem(steps: int, size: int, *, dtype: type[np.floating] = np.float64) -> Problem:
    """Return inputs, layer, states and dLoss/dh of a loss Σ h∘d; no two gates alike."""
    generator = np.random.default_rng(11)
    shapes = (
        (steps, size, EMBEDDING),
        (EMBEDDING, 4 * HIDDEN),
        (HIDDEN, 4 * HIDDEN),
        (4 * HIDDEN,),
        (2, size, HIDDEN),
        (steps, size, HIDDEN),
    )
    inputs, *layer, states, d_hidden = (
        generator.normal(size=shape).astype(dtype) for shape in shapes
    )
    return inputs, Layer(*layer), states, d_hidden


def by_numpy(problem: Problem, *, squash_cell: bool = True) -> tuple[Trace, dict[str, Doubles]]:
    """Return the trace, and the gradients by name."""
    inputs, layer, states, d_hidden = problem
    trace = forward(inputs, layer, states, squash_cell=squash_cell)
    gradients = backward(trace, inputs, layer, states, d_hidden, squash_cell=squash_cell)
    return trace, named(gradients)


def named(gradients: Gradients) -> dict[str, Doubles]:
    return dict(zip(NAMES, (*gradients.layer, gradients.inputs, gradients.states), strict=True))


@pytest.mark.parametrize(("steps", "size"), SHAPES)
def test_values_and_gradients_are_those_of_keras(steps: int, size: int) -> None:
    from pipeline.learning.backend import keras, tf

    problem = random_problem(steps, size)
    inputs, layer, states, d_hidden = problem
    lstm = keras.layers.LSTM(
        HIDDEN, return_sequences=True, return_state=True, use_cudnn=False, dtype="float64"
    )
    lstm.build((size, steps, EMBEDDING))
    lstm.set_weights(list(layer))
    x = tf.constant(inputs.transpose(1, 0, 2))  # Keras has the sequences first
    first = [tf.constant(state) for state in states]
    with tf.GradientTape() as tape:
        tape.watch([x, *first])
        hidden, last, cell = lstm(x, initial_state=first)
        loss = tf.reduce_sum(hidden * d_hidden.transpose(1, 0, 2))
    *by_layer, by_x, by_hidden, by_cell = tape.gradient(
        loss, [*lstm.trainable_variables, x, *first]
    )
    trace, gradients = by_numpy(problem)
    np.testing.assert_allclose(trace.hidden, hidden.numpy().transpose(1, 0, 2), rtol=0, atol=1e-12)
    np.testing.assert_allclose(trace.hidden[-1], last, rtol=0, atol=1e-12)
    np.testing.assert_allclose(trace.cells[-1], cell, rtol=0, atol=1e-12)
    by_states = np.stack([by_hidden, by_cell])
    expected = [*by_layer, by_x.numpy().transpose(1, 0, 2), by_states]
    for name, gradient in zip(NAMES, expected, strict=True):
        assert np.abs(gradient).max() > 0.01, "gradients of zero would prove nothing"
        np.testing.assert_allclose(gradients[name], gradient, rtol=0, atol=1e-11, err_msg=name)


@pytest.mark.parametrize("squash_cell", [True, False])
@pytest.mark.parametrize(("steps", "size"), SHAPES)
def test_gradients_are_the_measured_slopes(steps: int, size: int, squash_cell: bool) -> None:
    problem = random_problem(steps, size)
    inputs, layer, states, d_hidden = problem

    def loss() -> float:
        hidden = forward(inputs, layer, states, squash_cell=squash_cell).hidden
        return float((hidden * d_hidden).sum())

    gradients = by_numpy(problem, squash_cell=squash_cell)[1]
    for name, array in zip(NAMES, (*layer, inputs, states), strict=True):
        assert gradients[name].shape == array.shape
        assert largest_difference(gradients[name], central_difference(loss, array)) < 1e-8, name


def test_the_unsquashed_cell_is_the_output_gate_times_the_cell() -> None:
    inputs, layer, states, _ = random_problem(3, 2)
    trace = forward(inputs, layer, states, squash_cell=False)
    np.testing.assert_allclose(trace.hidden, trace.gates[:, :, 3] * trace.cells)
    squashed = forward(inputs, layer, states)
    assert not np.allclose(trace.hidden, squashed.hidden, atol=0.01)


def test_the_forward_pass_is_the_engines() -> None:
    inputs, layer, states, _ = random_problem(5, 2, dtype=np.float32)
    trace = forward(inputs, layer, np.zeros_like(states))
    # A row for each step and sequence.
    table = inputs.reshape(10, EMBEDDING) @ layer.kernel + layer.bias
    ids = np.arange(10, dtype=np.int32).reshape(5, 2).T  # (N, T)
    by_engine = last_hidden(
        ids,
        gate_table=table.astype(np.float32),
        recurrent_kernel=layer.recurrent_kernel.astype(np.float32),
    )
    np.testing.assert_array_equal(trace.hidden[-1], by_engine)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_numbers_stay_as_exact_as_they_came(dtype: type[np.floating]) -> None:
    trace, gradients = by_numpy(random_problem(2, 2, dtype=dtype))
    assert {array.dtype for array in (*trace, *gradients.values())} == {np.dtype(dtype)}


def test_slopes_of_a_polynomial_by_hand() -> None:
    array = np.array([[1.0, -2.0], [0.5, 3.0]])
    before = array.copy()
    # d/dx Σ x³ = 3x²; central differences of a cubic are off by step².
    slopes = central_difference(lambda: float((array**3).sum()), array)
    np.testing.assert_allclose(slopes, 3 * before**2, atol=1e-8)
    np.testing.assert_array_equal(array, before)
    some = central_difference(lambda: float((array**3).sum()), array, places=np.array([3, 0]))
    np.testing.assert_allclose(some, [27, 3], atol=1e-8)


def test_differences_are_relative_to_the_steepest_slope() -> None:
    # By hand: off by 0.5 at most, the steepest slope is 10.
    assert largest_difference(np.array([1.5, -10.0]), np.array([1.0, -10.0])) == pytest.approx(0.05)
    nothing = np.zeros(3)
    assert largest_difference(nothing, nothing) == 0
    # Against nothing a difference of 1e-6 counts in full.
    assert largest_difference(nothing + 1e-6, nothing) == pytest.approx(1)
