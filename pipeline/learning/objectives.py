"""What the network is trained to do: a table of loss functions, each with settings of its own.

Each takes predictions ê (N, E), the network, and a batch's targets, weights, candidates and log
inclusion probabilities (see `pipeline.learning.batches.Batch`), and returns one number: the mean
over known targets. `mse`, `cosine` and `vmf` see the true word alone; they compare with its
word2vec vector as it was before training (raw for `mse`, else centred where so set), for vectors
trained by them would all shrink or turn to one point.

The settings of `train` follow from the table, so it is read without TensorFlow, which the functions
load.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import Field

from pipeline.stage import StageConfig

if TYPE_CHECKING:
    from pipeline.learning.backend import tf
    from pipeline.learning.network import Network

_LEAST_SQUARE = 1e-12  # added to ‖ê‖²: the norm's gradient is then 0 and not NaN where ê = 0


class Targets(NamedTuple):
    """The tensors of a batch that a loss needs; shapes as in `Batch`."""

    targets: tf.Tensor  # (N,) positions in candidates
    weights: tf.Tensor  # (N,)
    candidates: tf.Tensor  # (K,)
    log_inclusion: tf.Tensor  # (K,)


Loss = Callable[["tf.Tensor", "Network", "Targets"], "tf.Tensor"]


class Objective(NamedTuple):
    """A loss, what it is in a few words, and what it does with word vectors.

    `trains_vectors` says whether it may train those it is measured against, `raw_vectors` whether
    it is defined on word2vec's vectors as they are. The fields of `settings` are among those of
    `train`; the loss takes them as keyword arguments.
    """

    loss: Callable[..., tf.Tensor]  # a `Loss` once its settings are given, or by their defaults
    description: str
    trains_vectors: bool
    raw_vectors: bool = False
    settings: type[StageConfig] = StageConfig


def configured_loss(objective: Objective, settings: Mapping[str, Any]) -> Loss:
    """Return the objective's loss with its own among `settings` (field → value) filled in."""
    return partial(
        objective.loss, **{name: settings[name] for name in objective.settings.model_fields}
    )


def _weighted_mean(losses: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
    """Mean of losses (N,) over the targets of weight one."""
    from pipeline.learning.backend import tf

    return tf.reduce_sum(losses * weights) / tf.maximum(tf.reduce_sum(weights), 1.0)


def _wanted_vectors(network: Network, batch: Targets) -> tf.Tensor:
    """Return the word2vec vector of each target, raw or centred as the training has it, (N, E)."""
    from pipeline.learning.backend import tf

    return tf.gather(network.word2vec, tf.gather(batch.candidates, batch.targets))


def _mse(predicted: tf.Tensor, network: Network, batch: Targets) -> tf.Tensor:
    """Mean squared error to the target's raw word2vec vector, the original article's loss."""
    from pipeline.learning.backend import tf

    errors = tf.reduce_mean(tf.square(predicted - _wanted_vectors(network, batch)), axis=1)  # (N,)
    return _weighted_mean(errors, batch.weights)


def _cosine(predicted: tf.Tensor, network: Network, batch: Targets) -> tf.Tensor:
    """Mean of 1 − cos(ê, e_w), from 0 (the same direction) to 2 (the opposite one)."""
    from pipeline.learning.backend import tf

    wanted = tf.math.l2_normalize(_wanted_vectors(network, batch), axis=1)  # (N, E)
    cosines = tf.reduce_sum(tf.math.l2_normalize(predicted, axis=1) * wanted, axis=1)  # (N,)
    return _weighted_mean(1 - cosines, batch.weights)


class _VmfSettings(StageConfig):
    """Settings of `vmf`."""

    vmf_lambda1: float = Field(
        0.02, ge=0, le=1, description="with vmf: weight of the prediction's length in the loss"
    )
    vmf_lambda2: float = Field(
        0.1, gt=0, le=1, description="with vmf: factor of the dot product with the true word"
    )


def _vmf(
    predicted: tf.Tensor,
    network: Network,
    batch: Targets,
    *,
    vmf_lambda1: float = 0.0,
    vmf_lambda2: float = 1.0,
) -> tf.Tensor:
    """Mean of −log C_m(‖ê‖) − λ2 ê·e_w + λ1 ‖ê‖, with e_w of length one.

    With λ1 = 0 and λ2 = 1 it is the negative log likelihood, in nats, of the word's direction under
    a von Mises–Fisher density around ê whose concentration is ‖ê‖. A λ1 > 0 or a λ2 < 1 keeps ‖ê‖
    from growing: the two regularisers of Kumar & Tsvetkov (2019), "Von Mises-Fisher Loss for
    Training Sequence to Sequence Models with Continuous Outputs".
    """
    from pipeline.learning.backend import tf
    from pipeline.learning.vmf import log_normaliser

    wanted = tf.math.l2_normalize(_wanted_vectors(network, batch), axis=1)  # (N, E)
    norms = tf.sqrt(tf.reduce_sum(tf.square(predicted), axis=1) + _LEAST_SQUARE)  # (N,)
    products = tf.reduce_sum(predicted * wanted, axis=1)  # (N,)
    normalisers = log_normaliser(norms, predicted.shape[1])  # (N,)
    losses = vmf_lambda1 * norms - vmf_lambda2 * products - normalisers  # (N,)
    return _weighted_mean(losses, batch.weights)


def _contrastive(predicted: tf.Tensor, network: Network, batch: Targets) -> tf.Tensor:
    """Cross-entropy of p(w) = softmax(s·cos(ê, e_w) + β·b_w) over the candidates.

    Each score is corrected by −log of the word's inclusion probability, which makes the sum over
    the candidates an estimate of the sum over the vocabulary (importance sampling; Bengio &
    Senécal 2003, Jean et al. 2015), unbiased but for a batch's unknown targets.
    """
    from pipeline.learning.backend import tf
    from pipeline.learning.network import output_table

    words = tf.math.l2_normalize(
        tf.gather(output_table(network).value, batch.candidates), axis=1
    )  # (K, E)
    prior = network.prior_weight.value * tf.gather(network.log_prior, batch.candidates)  # (K,)
    scale = tf.exp(network.log_scale.value)

    def cross_entropy(predicted: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
        cosines = tf.matmul(tf.math.l2_normalize(predicted, axis=1), words, transpose_b=True)
        scores = scale * cosines + (prior - batch.log_inclusion)  # (N / 2, K)
        return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=targets, logits=scores)

    # TensorFlow works on both halves at a time, and the scores of each stay in the caches longer.
    middle = tf.shape(predicted)[0] // 2
    losses = tf.concat(
        [
            cross_entropy(predicted[:middle], batch.targets[:middle]),
            cross_entropy(predicted[middle:], batch.targets[middle:]),
        ],
        axis=0,
    )  # (N,)
    return _weighted_mean(losses, batch.weights)


OBJECTIVES: dict[str, Objective] = {
    "contrastive": Objective(_contrastive, "cross-entropy over cosines", trains_vectors=True),
    "mse": Objective(
        _mse, "the article's mean squared error", trains_vectors=False, raw_vectors=True
    ),
    "cosine": Objective(_cosine, "one minus the cosine", trains_vectors=False),
    "vmf": Objective(
        _vmf, "the von Mises-Fisher likelihood", trains_vectors=False, settings=_VmfSettings
    ),
}
