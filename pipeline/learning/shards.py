"""A training step whose batch is parted by rows: each part's gradient is a worker's work.

The gradient of a mean over a batch is the mean of its parts' gradients, weighted by their targets.
The parts are those that `train.shards` says and are added up in their order, so that the bytes do
not hang on how many workers there are, nor on which did what: one that dies, or comes, or a
training that is gone on with elsewhere, changes nothing.

Workers keep nothing that decides a result. A part goes to them with the rows of the tables that it
reads; what comes back is those rows' gradients, the other weights' and the states of its sequences.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.arrays import Floats
from pipeline.learning.backend import keras, prepare_tensorflow, tf
from pipeline.learning.batches import Batch
from pipeline.learning.network import Network, Vectors, build_network, named_variables
from pipeline.learning.objectives import OBJECTIVES, Loss
from pipeline.learning.step import Step, batch_arrays, differentiate, signature
from pipeline.workers import Workers

_BY_ROW = ("inputs", "input_mask", "output_masks")  # arrays of a batch that begin with B
_BY_WORD = ("targets", "weights")  # with B · T
_TABLES = ("input_vectors", "output_vectors")  # weights of which a batch reads some rows


class Spec(NamedTuple):
    """What a network is built from anew on a worker; `log_prior` is float32 (V,) as bytes."""

    vocabulary: int
    embedding: int
    hidden: int
    layers: int
    vectors: Vectors
    log_prior: bytes


class _Shard(NamedTuple):
    """Some of a batch's sequences, and the weights that they need, by name.

    `rows` (R,) are the rows of the tables that are read, ascending: what `weights` and the
    gradients hold of a table. `states` are float32 (L, 2, rows of the part, H).
    """

    spec: Spec
    rows: NDArray[np.int32]
    weights: Mapping[str, Floats]
    arrays: Mapping[str, NDArray[Any]]
    states: Floats


class _Gradients(NamedTuple):
    """A part's mean loss, its known targets, the gradients by name, and the states after it."""

    loss: float
    targets: float
    gradients: Mapping[str, Floats]
    states: Floats


def sharded_step(
    network: Network,
    loss: Loss,
    optimizer: keras.optimizers.Optimizer,
    *,
    spec: Spec,
    shards: int,
    workers: Workers,
) -> Step:
    """Return a function (batch, states) → (loss, states after it), as `compile_step` does.

    `loss` is that of the one objective that has shards, which workers find by its name.
    """
    variables = {name: v for name, v in named_variables(network).items() if v.trainable}

    @tf.function  # type: ignore[untyped-decorator]
    def apply(gradients: list[tf.Tensor]) -> None:
        optimizer.apply_gradients(list(zip(gradients, variables.values(), strict=True)))

    def step(batch: Batch, states: tf.Tensor) -> tuple[float, tf.Tensor]:
        parts = _part(batch, np.asarray(states), network, spec, shards)
        made = list(workers.map(_differentiate_shard, parts))
        whole = _add_up(made, parts, {name: v.shape for name, v in variables.items()})
        apply([tf.constant(whole[name]) for name in variables])
        total = sum(own.targets for own in made)
        mean = sum(own.loss * own.targets for own in made) / max(total, 1.0)
        return mean, tf.constant(np.concatenate([own.states for own in made], axis=2))

    return step


def _part(batch: Batch, states: Floats, network: Network, spec: Spec, shards: int) -> list[_Shard]:
    """Part a batch into at most `shards` of nearly equal size, in the order of its rows."""
    arrays = batch_arrays(batch)
    weights = {name: np.asarray(v.numpy()) for name, v in named_variables(network).items()}
    steps = batch.inputs.shape[1]
    found = []
    for own in np.array_split(np.arange(len(batch.inputs)), min(shards, len(batch.inputs))):
        some = slice(int(own[0]), int(own[-1]) + 1)
        words = slice(some.start * steps, some.stop * steps)
        mine = arrays | {name: arrays[name][some] for name in _BY_ROW}
        mine |= {name: arrays[name][words] for name in _BY_WORD}
        rows = np.union1d(mine["inputs"], batch.candidates).astype(np.int32)  # (R,)
        needed = {
            name: array[_rows_of(array, rows)] if name in _TABLES else array
            for name, array in weights.items()
        }
        found.append(_Shard(spec, rows, needed, mine, states[:, :, some]))
    return found


def _differentiate_shard(shard: _Shard) -> _Gradients:
    """Return the gradients of a part; what is loaded and compiled stays for the next one."""
    network, compiled = _compiled(shard.spec)
    variables = named_variables(network)
    for name, variable in variables.items():
        array = shard.weights[name]
        if name in _TABLES:
            table = np.zeros(variable.shape, np.float32)
            table[_rows_of(table, shard.rows)] = array
            array = table
        variable.assign(array)
    value, after, gradients = compiled(dict(shard.arrays), tf.constant(shard.states))
    trained = [name for name, variable in variables.items() if variable.trainable]
    named = {
        name: gradient.numpy()
        for name, gradient in zip(trained, gradients, strict=True)
        if gradient is not None
    }
    for name in named.keys() & set(_TABLES):
        named[name] = named[name][_rows_of(named[name], shard.rows)]
    targets = float(shard.arrays["weights"].sum())
    return _Gradients(float(value), targets, named, after.numpy())


def _add_up(
    made: list[_Gradients], parts: list[_Shard], shapes: Mapping[str, tuple[int, ...]]
) -> dict[str, Floats]:
    """Return the gradients of a whole batch by name: the parts' mean, weighted by their targets."""
    total = max(sum(own.targets for own in made), 1.0)
    whole = {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}
    for own, shard in zip(made, parts, strict=True):
        share = np.float32(own.targets / total)
        for name, gradient in own.gradients.items():
            if name in _TABLES:
                whole[name][_rows_of(whole[name], shard.rows)] += share * gradient
            else:
                whole[name] += share * gradient
    return whole


def _rows_of(table: Floats, rows: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return those of the rows that a table has: of two, one lacks the unknown word's."""
    return rows[rows < len(table)]


@lru_cache(maxsize=2)
def _compiled(spec: Spec) -> tuple[Network, Callable[..., Any]]:
    """Return a network of this form, whose weights are still to come, and its gradients."""
    prepare_tensorflow()
    network = build_network(
        np.zeros((spec.vocabulary, spec.embedding), np.float32),
        np.frombuffer(spec.log_prior, np.float32),
        hidden=spec.hidden,
        layers=spec.layers,
        vectors_mode=spec.vectors,
        seed=0,
    )
    loss = OBJECTIVES["contrastive"].loss

    @tf.function(input_signature=signature(network))  # type: ignore[untyped-decorator]
    def compiled(arrays: dict[str, tf.Tensor], states: tf.Tensor) -> Any:
        return differentiate(network, loss, arrays, states)

    return network, compiled
