"""The small convolutional network of `image-classifier`: its layers, its epoch, its answers.

N pictures of 32 × 32 pixels and C channels; K = 10 classes; B pictures in a batch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.learning.backend import keras, tf

CLASS_COUNT = 10
_READ_AT_ONCE = 1000  # pictures


def channel_statistics(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the mean and the deviation of each channel, float32 (2, C), of (N, 32, 32, C).

    A channel that never changes is given the deviation 1.
    """
    values = images.reshape(-1, images.shape[-1])  # (N · 1024, C) uint8
    mean = values.mean(axis=0, dtype=np.float64)  # (C,)
    deviation = values.std(axis=0, dtype=np.float64)  # (C,)
    return np.stack([mean, np.where(deviation > 0, deviation, 1)]).astype(np.float32)


def _standardise(images: Any, statistics: Any) -> Any:
    """Return pictures as float32 of mean 0 and deviation 1 a channel, by (2, C) `statistics`."""
    return (tf.cast(images, tf.float32) - statistics[0]) / statistics[1]


def build_network(channels: int) -> Any:
    """Build the network for pictures (N, 32, 32, C); it gives log p, float32 (N, K)."""
    layers = keras.layers
    return keras.Sequential(
        name="classifier",
        layers=[
            keras.Input((32, 32, channels)),
            layers.Conv2D(6, 5, activation="relu", name="convolution_1"),  # (N, 28, 28, 6)
            layers.MaxPooling2D(2),  # (N, 14, 14, 6)
            layers.Conv2D(16, 5, activation="relu", name="convolution_2"),  # (N, 10, 10, 16)
            layers.MaxPooling2D(2),  # (N, 5, 5, 16)
            layers.Flatten(),  # (N, 400)
            layers.Dense(120, activation="relu", name="dense_1"),
            layers.Dense(84, activation="relu", name="dense_2"),
            layers.Dense(CLASS_COUNT, activation="log_softmax", name="classes"),
        ],
    )


def compile_epoch(
    network: Any,
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    statistics: NDArray[np.float32],
    *,
    learning_rate: float,
    momentum: float,
) -> Callable[[NDArray[np.integer[Any]]], float]:
    """Compile an epoch of SGD on pictures (N, 32, 32, C) and their labels (N,).

    Returns
    -------
    Callable
        Which pictures each batch has, (steps, B) → the mean loss; it changes the network's weights.
    """
    optimizer = keras.optimizers.SGD(learning_rate, momentum=momentum)
    weights = network.trainable_variables
    all_images, all_labels = tf.constant(images), tf.constant(labels, tf.int32)
    optimizer.build(weights)

    @tf.function  # type: ignore[untyped-decorator]
    def run_epoch(batches: Any) -> Any:
        total = tf.constant(0.0)
        for batch in batches:  # (B,)
            inputs = _standardise(tf.gather(all_images, batch), statistics)  # (B, 32, 32, C)
            with tf.GradientTape() as tape:
                log_p = network(inputs, training=True)  # (B, K)
                chosen = tf.gather(log_p, tf.gather(all_labels, batch), batch_dims=1)  # (B,)
                loss = -tf.reduce_mean(chosen)
            optimizer.apply(tape.gradient(loss, weights), weights)
            total += loss
        return total / tf.cast(tf.shape(batches)[0], tf.float32)

    return lambda batches: float(run_epoch(tf.constant(batches, tf.int32)))


def predict_classes(
    network: Any, images: NDArray[np.uint8], statistics: NDArray[np.float32]
) -> NDArray[np.int64]:
    """Return the most probable class of each picture, int64 (N,)."""
    parts = [
        network(_standardise(images[start : start + _READ_AT_ONCE], statistics)).numpy()  # (n, K)
        for start in range(0, len(images), _READ_AT_ONCE)
    ]
    classes: NDArray[np.int64] = np.concatenate(parts).argmax(axis=1)
    return classes
