"""One training step, compiled: from a batch to changed variables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pipeline.learning.backend import keras, tf
from pipeline.learning.batches import Batch
from pipeline.learning.network import Network, predict, trainable_variables
from pipeline.learning.objectives import Loss, Targets
from pipeline.learning.plan import Plan

Step = Callable[[Batch, tf.Tensor], tuple[float, tf.Tensor]]

# The arrays of `Batch` that a step reads; shapes there.
_SIGNATURE = {
    "inputs": tf.TensorSpec((None, None), tf.int32),
    "targets": tf.TensorSpec((None,), tf.int32),
    "weights": tf.TensorSpec((None,), tf.float32),
    "candidates": tf.TensorSpec((None,), tf.int32),
    "log_inclusion": tf.TensorSpec((None,), tf.float32),
    "input_mask": tf.TensorSpec((None, 1, None), tf.float32),
    "output_masks": tf.TensorSpec((None, None, None), tf.float32),
    "recurrent_masks": tf.TensorSpec((None, None, None), tf.float32),
}


def build_optimizer(network: Network, plan: Plan) -> keras.optimizers.Optimizer:
    """Return an optimizer of the network; weights decay (AdamW), biases and scalars do not."""
    rate, clip_norm = plan.schedule.learning_rate, plan.clip_norm
    if plan.optimizer == "sgd":
        optimizer = keras.optimizers.SGD(rate, global_clipnorm=clip_norm)
    else:
        optimizer = keras.optimizers.AdamW(
            rate, weight_decay=plan.weight_decay, global_clipnorm=clip_norm
        )
        undecayed = [v for v in trainable_variables(network) if len(v.shape) < 2]
        optimizer.exclude_from_weight_decay(var_list=undecayed)
    optimizer.build(trainable_variables(network))
    return optimizer


def compile_step(network: Network, loss: Loss, optimizer: keras.optimizers.Optimizer) -> Step:
    """Return a function (batch, states) → (loss, states after it) that trains on one batch."""
    variables = trainable_variables(network)

    @tf.function(input_signature=signature(network))  # type: ignore[untyped-decorator]
    def compiled(arrays: dict[str, tf.Tensor], states: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        value, after, gradients = differentiate(network, loss, arrays, states)
        pairs = [
            (gradient, variable)
            for gradient, variable in zip(gradients, variables, strict=True)
            if gradient is not None
        ]
        optimizer.apply_gradients(pairs)
        return value, after

    def step(batch: Batch, states: tf.Tensor) -> tuple[float, tf.Tensor]:
        value, after = compiled(batch_arrays(batch), states)
        return float(value), after

    return step


def signature(network: Network) -> list[Any]:
    """Return what a compiled step takes: the arrays of a batch, and states (L, 2, B, H)."""
    return [_SIGNATURE, tf.TensorSpec((len(network.layers), 2, None, None), tf.float32)]


def batch_arrays(batch: Batch) -> dict[str, Any]:
    """Return the arrays of a batch that a step reads."""
    return {name: getattr(batch, name) for name in _SIGNATURE}


def differentiate(
    network: Network, loss: Loss, arrays: dict[str, tf.Tensor], states: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor, list[tf.Tensor | None]]:
    """Return the loss, the states after the batch, and each trainable variable's gradient."""
    with tf.GradientTape() as tape:
        predicted, after = predict(
            network,
            arrays["inputs"],
            arrays["input_mask"],
            arrays["output_masks"],
            arrays["recurrent_masks"],
            states,
        )
        targets = Targets(*(arrays[name] for name in Targets._fields))
        value = loss(predicted, network, targets)
    gradients = tape.gradient(value, [variable.value for variable in trainable_variables(network)])
    return value, after, [None if g is None else tf.convert_to_tensor(g) for g in gradients]


def first_states(batch: Batch, before: tf.Tensor | None = None) -> tf.Tensor:
    """Return the states (L, 2, B, H) a batch starts from: `before` where it goes on, else zero."""
    if before is not None and before.shape[2] == len(batch.fresh):
        return before * (1 - batch.fresh)
    rows, layers, hidden = batch.output_masks.shape
    return tf.zeros((layers, 2, rows, hidden))
