"""The report's adder in Keras, and its training: one network for each loss, side by side.

The networks start equal and see the same batches, so that only the loss tells them apart; and as
neither waits for the other, each has a core to itself. Two things halve the time of a step. Before
the first number h is zero, and Keras' layer multiplies it all the same; `read` does not. And XLA
compiles the step; it wants batches of one size, so the last of an epoch is filled up with pairs
that count nothing.

L networks, N pairs, B pairs in a batch, K epochs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.arrays import Floats
from pipeline.learning.backend import keras, tf

Samples = tuple[Floats, Floats]  # (N, 2, 8) inputs, (N, 8) targets


class Plan(NamedTuple):
    """How long and how fast to train."""

    epochs: int
    batch_size: int
    check_every: int  # epochs
    learning_rate: float


class Adders(NamedTuple):
    """Networks, one for each loss, and what trains them."""

    networks: list[keras.Model]
    optimizers: list[keras.optimizers.Optimizer]
    first: list[NDArray[Any]]  # what all variables start as
    run_epoch: Callable[..., tf.Tensor]  # (inputs, targets, order, counted) → losses (L,)
    predict: Callable[[Floats], tf.Tensor]  # (N, 2, 8) → (L, N, 8)


class Curves(NamedTuple):
    """What a training leaves."""

    losses: Floats  # (K, L): mean over the epoch's batches, as the weights changed
    checked: NDArray[np.int64]  # (C,): epochs after which the unseen were asked
    probabilities: Floats  # (C, L, N', 8): of a 1, for each bit of the unseen sums
    learnt: Floats  # (C, L, N'', 8): the same for the first pairs of the training, N'' ≤ N'


def build_network(*, hidden: int, seed: int) -> keras.Model:
    """Build the report's network, with first weights that the seed decides."""
    keras.utils.set_random_seed(seed)
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((2, 8)),
            layers.LSTM(hidden, activation="relu"),
            layers.Dense(8, activation="sigmoid"),
        ]
    )


def read(network: keras.Model, inputs: tf.Tensor) -> tf.Tensor:
    """Return what the network makes of inputs (N, 2, 8): probabilities (N, 8).

    The gates are i, f, g, o, and both of an LSTM's tanh are ReLU here:

        c' = f∘c + i∘relu(g)      h' = o∘relu(c')
    """
    kernel, recurrent_kernel, bias, output_kernel, output_bias = (
        variable.value for variable in network.trainable_variables
    )
    input_gate, _, candidate, output = _split(inputs[:, 0] @ kernel + bias)  # (N, H) each
    cell = input_gate * candidate
    hidden = output * tf.nn.relu(cell)
    sums = inputs[:, 1] @ kernel + bias + hidden @ recurrent_kernel  # (N, 4H)
    input_gate, forget, candidate, output = _split(sums)
    hidden = output * tf.nn.relu(forget * cell + input_gate * candidate)
    return tf.sigmoid(hidden @ output_kernel + output_bias)


def _split(sums: tf.Tensor) -> tuple[tf.Tensor, ...]:
    """Return i, f, g and o, (N, H) each, of the sums (N, 4H)."""
    input_gate, forget, candidate, output = tf.split(sums, 4, axis=1)
    return tf.sigmoid(input_gate), tf.sigmoid(forget), tf.nn.relu(candidate), tf.sigmoid(output)


def _compile_step(
    network: keras.Model, optimizer: keras.optimizers.Optimizer, bit_weights: tf.Tensor
) -> Callable[[tf.Tensor, tf.Tensor, tf.Tensor], tf.Tensor]:
    """Return a function (inputs, targets, counted (B,)) → summed loss, which trains on a batch."""

    @tf.function(jit_compile=True)  # type: ignore[untyped-decorator]
    def step(inputs: tf.Tensor, targets: tf.Tensor, counted: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            squared = (read(network, inputs) - targets) ** 2 * bit_weights  # (B, 8)
            total = tf.reduce_sum(tf.reduce_mean(squared, axis=1) * counted)
            loss = total / tf.reduce_sum(counted)
        variables = network.trainable_variables
        gradients = tape.gradient(loss, [variable.value for variable in variables])
        optimizer.apply_gradients(zip(gradients, variables, strict=True))
        return total

    return step  # type: ignore[no-any-return]


def _compile_epoch(steps: list[Callable[..., tf.Tensor]], batch_size: int) -> Callable[..., Any]:
    """Return a function that goes once through all pairs and returns the mean losses (L,)."""
    floats, spec = tf.float32, tf.TensorSpec

    @tf.function(  # type: ignore[untyped-decorator]
        input_signature=[
            spec((None, 2, 8), floats),
            spec((None, 8), floats),
            spec((None, batch_size), tf.int64),
            spec((None, batch_size), floats),
        ]
    )
    def run_epoch(
        inputs: tf.Tensor, targets: tf.Tensor, order: tf.Tensor, counted: tf.Tensor
    ) -> tf.Tensor:
        totals = tf.zeros(len(steps))
        for number in tf.range(tf.shape(order)[0]):
            rows = order[number]  # (B,)
            batch = tf.gather(inputs, rows), tf.gather(targets, rows), counted[number]
            totals += tf.stack([step(*batch) for step in steps])
        return totals / tf.reduce_sum(counted)

    return run_epoch  # type: ignore[no-any-return]


def build_adders(bit_weights: Floats, plan: Plan, *, hidden: int, seed: int) -> Adders:
    """Build a network, with Adam, for each row of what the bits count in the loss, (L, 8)."""
    networks = [build_network(hidden=hidden, seed=seed) for _ in bit_weights]
    optimizers = [keras.optimizers.Adam(plan.learning_rate) for _ in bit_weights]
    for network, optimizer in zip(networks, optimizers, strict=True):
        optimizer.build(network.trainable_variables)
    steps = [
        _compile_step(network, optimizer, tf.constant(weights))
        for network, optimizer, weights in zip(networks, optimizers, bit_weights, strict=True)
    ]

    @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
    def predict(inputs: tf.Tensor) -> tf.Tensor:
        return tf.stack([read(network, inputs) for network in networks])

    adders = Adders(networks, optimizers, [], _compile_epoch(steps, plan.batch_size), predict)
    return adders._replace(first=[variable.numpy() for variable in _variables_of(adders)])


def _variables_of(adders: Adders) -> list[Any]:
    """Return all variables, the optimizers' too."""
    return [
        variable for part in (*adders.networks, *adders.optimizers) for variable in part.variables
    ]


def batch_order(
    generator: np.random.Generator, pairs: int, batch_size: int
) -> tuple[NDArray[np.int64], Floats]:
    """Return every pair once, by chance, in rows of a batch, and whether each place counts.

    Returns
    -------
    order : (rows, B) int64
        Row numbers of the pairs; places over at the end hold 0.
    counted : (rows, B) float32
        1, and 0 for places over.
    """
    rows = -(-pairs // batch_size)
    order = np.zeros(rows * batch_size, np.int64)
    order[:pairs] = generator.permutation(pairs)
    counted = (np.arange(rows * batch_size) < pairs).astype(np.float32)
    return order.reshape(rows, batch_size), counted.reshape(rows, batch_size)


def fit(
    adders: Adders,
    training: Samples,
    unseen: Samples,
    plan: Plan,
    *,
    generator: np.random.Generator,
    tell: Callable[[int, str], None],
) -> Curves:
    """Train all networks from their first weights; ask the unseen now and then, and at the end."""
    for variable, value in zip(_variables_of(adders), adders.first, strict=True):
        variable.assign(value)
    inputs, targets = (tf.constant(array) for array in training)
    some = training[0][: len(unseen[0])]  # (N'', 2, 8)
    losses, checked, probabilities, learnt = [], [], [], []
    for epoch in range(1, plan.epochs + 1):
        order, counted = batch_order(generator, len(training[0]), plan.batch_size)
        losses.append(adders.run_epoch(inputs, targets, order, counted).numpy())
        note = "loss " + ", ".join(f"{loss:.5f}" for loss in losses[-1])
        if epoch % plan.check_every == 0 or epoch == plan.epochs:
            checked.append(epoch)
            probabilities.append(adders.predict(unseen[0]).numpy())
            learnt.append(adders.predict(some).numpy())
        tell(epoch, note)
    return Curves(*map(np.array, (losses, checked, probabilities, learnt)))
