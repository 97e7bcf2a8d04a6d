"""What the network is trained to do: a registry of loss functions.

Each takes predictions ê (N, E), the network, and a batch's targets, weights, candidates and log
inclusion probabilities (see `pipeline.learning.batches.Batch`), and returns one number: the mean
over known targets.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf

from pipeline.learning.network import Network, output_table


class Targets(NamedTuple):
    """The tensors of a batch that a loss needs; shapes as in `Batch`."""

    targets: tf.Tensor  # (N,) positions in candidates
    weights: tf.Tensor  # (N,)
    candidates: tf.Tensor  # (K,)
    log_inclusion: tf.Tensor  # (K,)


Loss = Callable[[tf.Tensor, Network, Targets], tf.Tensor]


class Objective(NamedTuple):
    """A loss, and whether it may train the word vectors it is measured against."""

    loss: Loss
    trains_vectors: bool


def weighted_mean(losses: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
    """Mean of losses (N,) over the targets of weight one."""
    return tf.reduce_sum(losses * weights) / tf.maximum(tf.reduce_sum(weights), 1.0)


def mse(predicted: tf.Tensor, network: Network, batch: Targets) -> tf.Tensor:
    """Mean squared error to the target's raw word2vec vector, the original article's loss."""
    target_ids = tf.gather(batch.candidates, batch.targets)  # (N,)
    wanted = tf.gather(network.word2vec, target_ids)  # (N, E)
    errors = tf.reduce_mean(tf.square(predicted - wanted), axis=1)  # (N,)
    return weighted_mean(errors, batch.weights)


def contrastive(predicted: tf.Tensor, network: Network, batch: Targets) -> tf.Tensor:
    """Cross-entropy of p(w) = softmax(s·cos(ê, e_w) + β·b_w) over the candidates.

    Each score is corrected by −log of the word's inclusion probability, which makes the sum over
    the candidates an unbiased estimate of the sum over the vocabulary (importance sampling;
    Bengio & Senécal 2003, Jean et al. 2015).
    """
    words = tf.gather(output_table(network).value, batch.candidates)  # (K, E)
    cosine = tf.matmul(
        tf.math.l2_normalize(predicted, axis=1),
        tf.math.l2_normalize(words, axis=1),
        transpose_b=True,
    )  # (N, K)
    prior = network.prior_weight.value * tf.gather(network.log_prior, batch.candidates)  # (K,)
    scores = tf.exp(network.log_scale.value) * cosine + (prior - batch.log_inclusion)  # (N, K)
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=batch.targets, logits=scores)
    return weighted_mean(losses, batch.weights)


OBJECTIVES: dict[str, Objective] = {
    "mse": Objective(mse, trains_vectors=False),
    "contrastive": Objective(contrastive, trains_vectors=True),
}
