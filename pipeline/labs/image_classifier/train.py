"""Stage `train`: SGD with momentum; the held-out pictures are only watched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from pipeline.labs.artifacts import Trial
from pipeline.labs.shared.divergence import refuse_divergence
from pipeline.stage import Context, StageConfig

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class TrainConfig(StageConfig):
    """How it learns: as the article, with the batch and momentum of the tutorial it follows."""

    epochs: int = Field(5, ge=1, le=1000, description="passes over the training pictures")
    batch_size: int = Field(4, ge=1, le=10_000, description="pictures in a batch")
    learning_rate: float = Field(0.001, gt=0, le=10, description="rate η of SGD")
    momentum: float = Field(0.9, ge=0, lt=1, description="momentum μ of SGD; 0 for plain SGD")
    seed: int = Field(1, ge=0, lt=2**31, description="seed of the weights and of the order")


def train(config: TrainConfig, *, data: Trial, context: Context) -> Trial:
    """Train; the held-out pictures are watched after each epoch, nothing is decided by them."""
    import numpy as np

    from pipeline.labs.image_classifier.cifar import Pictures
    from pipeline.labs.image_classifier.network import (
        build_network,
        channel_statistics,
        compile_epoch,
        predict_classes,
    )
    from pipeline.learning.backend import keras, prepare_tensorflow

    prepare_tensorflow()
    keras.utils.set_random_seed(config.seed)
    images, labels, test_images, test_labels = Pictures(**data.arrays)
    statistics = channel_statistics(images)  # (2, C)
    network = build_network(images.shape[-1])
    rates = {"learning_rate": config.learning_rate, "momentum": config.momentum}
    run_epoch = compile_epoch(network, images, labels, statistics, **rates)
    losses, accuracies = [], []
    for epoch in range(config.epochs):
        losses.append(run_epoch(draw_batches(len(images), config.batch_size, context.generator)))
        refuse_divergence(losses)
        predicted = predict_classes(network, test_images, statistics)  # (M,)
        accuracies.append(float(np.mean(predicted == test_labels)))
        context.progress(epoch + 1, config.epochs, f"loss {losses[-1]:.4f}")
    weights = {variable.path: variable.numpy() for variable in network.variables}
    facts = {"losses": losses, "accuracies": accuracies, **config.model_dump()}
    return Trial({**weights, "statistics": statistics}, facts)


def draw_batches(count: int, size: int, generator: np.random.Generator) -> NDArray[np.int64]:
    """Return which of `count` pictures each batch has, int64 (steps, B), in a random order.

    What does not fill a last batch is left out; the next epoch leaves out other pictures.
    """
    size = min(size, count)
    return generator.permutation(count)[: count // size * size].reshape(-1, size)
