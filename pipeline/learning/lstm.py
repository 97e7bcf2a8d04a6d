"""An LSTM layer in TensorFlow, with its own way back through time.

Per step (Hochreiter & Schmidhuber 1997; Gers et al. 2000), gates in the order i, f, g, o:

    a = x·W + h·U + b              i, f, o = σ(a)      g = tanh(a)
    c' = f∘c + i∘g                 h' = o∘tanh(c')

Only h·U has to wait for the step before. All other matrix products are taken over all steps at
once, forward and back, which is quicker than to let TensorFlow differentiate step by step.

B sequences, T steps, E inputs, H hidden.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from pipeline.artifacts.layers import Layer
from pipeline.learning.backend import keras, tf


class _Trace(NamedTuple):
    """What the way forward leaves for the way back, step by step."""

    hidden: tf.Tensor  # (T, B, H)
    cells: tf.Tensor  # (T, B, H)
    gates: tf.Tensor  # (T, B, 4H): i, f, g, o


class _Factors(NamedTuple):
    """What gradients are multiplied with on their way back through a step."""

    gates: tf.Tensor  # (T, B, 3H): da_i, da_f and da_g for dc = 1
    output: tf.Tensor  # (T, B, H): da_o for q = 1
    cell: tf.Tensor  # (T, B, H): dc for q = 1
    forget: tf.Tensor  # (T, B, H): dc of the step before for dc = 1


def build_layer(size: int, hidden: int, *, seeds: tuple[int, int]) -> Layer[keras.Variable]:
    """Build the variables of a layer that reads vectors of `size`.

    The kernel starts as Glorot & Bengio (2010) have it, the recurrent one orthogonal, the bias at 0
    but for the forget gates, which start open.
    """
    return Layer(
        keras.Variable(keras.initializers.GlorotUniform(seeds[0])((size, 4 * hidden))),
        keras.Variable(keras.initializers.Orthogonal(seed=seeds[1])((hidden, 4 * hidden))),
        keras.Variable(tf.repeat([0.0, 1.0, 0.0, 0.0], hidden)),
    )


def run_layer(
    inputs: tf.Tensor, weights: Layer[tf.Tensor], states: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """Read B sequences; the layer's weights are given as tensors.

    Parameters
    ----------
    inputs : (B, T, E)
    weights : tensors (E, 4H), (H, 4H), (4H,)
    states : (2, B, H)
        Hidden and cell states before the first step.

    Returns
    -------
    hidden : (B, T, H)
    states : (2, B, H)
        After the last step.
    """
    # A step is too small to be shared among cores; but TensorFlow works on both halves at a time.
    middle = tf.shape(inputs)[0] // 2
    first = _unroll(inputs[:middle], *weights, states[:, :middle])
    second = _unroll(inputs[middle:], *weights, states[:, middle:])
    return tf.concat([first[0], second[0]], axis=0), tf.concat([first[1], second[1]], axis=1)


@tf.custom_gradient  # type: ignore[untyped-decorator]
def _unroll(
    inputs: tf.Tensor,
    kernel: tf.Tensor,
    recurrent_kernel: tf.Tensor,
    bias: tf.Tensor,
    states: tf.Tensor,
) -> tuple[tuple[tf.Tensor, tf.Tensor], Callable[..., tuple[tf.Tensor, ...]]]:
    """Return what `run_layer` returns, and a function that gives the arguments' gradients."""
    size = recurrent_kernel.shape[0]
    shape = tf.shape(inputs)
    by_step = tf.reshape(tf.transpose(inputs, (1, 0, 2)), (-1, kernel.shape[0]))  # (T · B, E)
    given = tf.reshape(tf.matmul(by_step, kernel) + bias, (shape[1], shape[0], 4 * size))
    trace, after = _go_forward(given, recurrent_kernel, states)

    def gradients(d_hidden: tf.Tensor, d_after: tf.Tensor) -> tuple[tf.Tensor, ...]:
        d_by_step = tf.transpose(d_hidden, (1, 0, 2))  # (T, B, H)
        d_sums, d_states = _go_back(trace, recurrent_kernel, states, d_by_step, d_after)
        d_sums = tf.reshape(d_sums, (-1, 4 * size))  # (T · B, 4H)
        d_inputs = tf.reshape(
            tf.matmul(d_sums, kernel, transpose_b=True), (shape[1], shape[0], shape[2])
        )
        before = tf.reshape(_shifted(trace.hidden, states[0]), (-1, size))  # (T · B, H)
        return (
            tf.transpose(d_inputs, (1, 0, 2)),
            tf.matmul(by_step, d_sums, transpose_a=True),
            tf.matmul(before, d_sums, transpose_a=True),
            tf.reduce_sum(d_sums, axis=0),
            d_states,
        )

    return (tf.transpose(trace.hidden, (1, 0, 2)), after), gradients


def _go_forward(
    given: tf.Tensor, recurrent_kernel: tf.Tensor, states: tf.Tensor
) -> tuple[_Trace, tf.Tensor]:
    """Go through all steps, given x·W + b (T, B, 4H); return the trace and the last states."""
    steps, size = tf.shape(given)[0], recurrent_kernel.shape[0]

    def step(
        number: tf.Tensor, hidden: tf.Tensor, cell: tf.Tensor, kept: _Trace
    ) -> tuple[Any, ...]:
        sums = given[number] + tf.matmul(hidden, recurrent_kernel)  # (B, 4H)
        candidate = tf.tanh(sums[:, 2 * size : 3 * size])  # (B, H)
        ingress, forget, _, output = tf.split(tf.sigmoid(sums), 4, axis=1)  # (B, H) each
        cell = forget * cell + ingress * candidate
        hidden = output * tf.tanh(cell)
        gates = tf.concat([ingress, forget, candidate, output], axis=1)  # (B, 4H)
        written = _Trace(
            kept.hidden.write(number, hidden),
            kept.cells.write(number, cell),
            kept.gates.write(number, gates),
        )
        return number + 1, hidden, cell, written

    empty = _Trace(*(_array_of_steps(steps, width) for width in (size, size, 4 * size)))
    hidden, cell = _rows(states[0], size), _rows(states[1], size)
    _, hidden, cell, kept = tf.while_loop(
        lambda number, *_: number < steps, step, (0, hidden, cell, empty), maximum_iterations=steps
    )
    return _Trace(*(array.stack() for array in kept)), tf.stack([hidden, cell])


def _go_back(
    trace: _Trace,
    recurrent_kernel: tf.Tensor,
    states: tf.Tensor,
    d_hidden: tf.Tensor,
    d_after: tf.Tensor,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the gradients of every step's a, (T, B, 4H), and of the first states, (2, B, H).

    With q = dh + (da')·Uᵀ from the next step, and a = a_i, a_f, a_g, a_o:

        dc = q∘o∘(1 − tanh²c) + dc'∘f'
        da_i = dc∘g∘i∘(1 − i)      da_f = dc∘c_before∘f∘(1 − f)
        da_g = dc∘i∘(1 − g²)       da_o = q∘tanh(c)∘o∘(1 − o)
    """
    steps, size = tf.shape(d_hidden)[0], recurrent_kernel.shape[0]
    factors = _factors_of(trace, states[1])
    back = tf.transpose(recurrent_kernel)  # (4H, H)

    def step(
        number: tf.Tensor, d_later: tf.Tensor, d_cell: tf.Tensor, kept: Any
    ) -> tuple[Any, ...]:
        d_state = d_hidden[number] + d_later  # (B, H)
        d_cell = d_state * factors.cell[number] + d_cell
        d_sums = tf.concat(
            [tf.tile(d_cell, (1, 3)) * factors.gates[number], d_state * factors.output[number]],
            axis=1,
        )  # (B, 4H)
        d_before = tf.matmul(d_sums, back)  # (B, H)
        return number - 1, d_before, d_cell * factors.forget[number], kept.write(number, d_sums)

    _, d_first, d_cell, kept = tf.while_loop(
        lambda number, *_: number >= 0,
        step,
        (
            steps - 1,
            _rows(d_after[0], size),
            _rows(d_after[1], size),
            _array_of_steps(steps, 4 * size),
        ),
        maximum_iterations=steps,
    )
    return kept.stack(), tf.stack([d_first, d_cell])


def _factors_of(trace: _Trace, first_cell: tf.Tensor) -> _Factors:
    """Return what the way back multiplies with; `first_cell` (B, H) is before the first step."""
    ingress, forget, candidate, output = tf.split(trace.gates, 4, axis=2)  # (T, B, H) each
    squashed = tf.tanh(trace.cells)  # (T, B, H)
    gates = tf.concat(
        [
            candidate * ingress * (1 - ingress),
            _shifted(trace.cells, first_cell) * forget * (1 - forget),
            ingress * (1 - candidate * candidate),
        ],
        axis=2,
    )  # (T, B, 3H)
    return _Factors(
        gates=gates,
        output=squashed * output * (1 - output),
        cell=output * (1 - squashed * squashed),
        forget=forget,
    )


def _shifted(by_step: tf.Tensor, first: tf.Tensor) -> tf.Tensor:
    """Return what each step of (T, B, H) had before it: `first` (B, H), then all but the last."""
    return tf.concat([first[tf.newaxis], by_step[:-1]], axis=0)


def _rows(state: tf.Tensor, size: int) -> tf.Tensor:
    """Return a state (B, H) with H known, and B not, when the loop is compiled."""
    return tf.ensure_shape(state, (None, size))


def _array_of_steps(steps: tf.Tensor, width: int) -> tf.TensorArray:
    """Return an array for one (B, `width`) of every step."""
    return tf.TensorArray(
        tf.float32, size=steps, element_shape=(None, width), clear_after_read=False
    )
