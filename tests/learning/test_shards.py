from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from jobs import LastFirst
from made_up import toy_novel
from numpy.typing import NDArray

from pipeline.artifacts.embedding import log_frequencies
from pipeline.learning.backend import prepare_tensorflow, tf
from pipeline.learning.batches import Batch
from pipeline.learning.network import Network, Vectors, build_network, export_weights
from pipeline.learning.objectives import OBJECTIVES
from pipeline.learning.plan import Plan, Schedule
from pipeline.learning.shards import Spec, sharded_step
from pipeline.learning.step import Step, build_optimizer, compile_step
from pipeline.workers import HERE, Workers

pytestmark = pytest.mark.slow
EMBEDDING, _ = toy_novel()
WORDS, SIZE = EMBEDDING.vectors.shape
# Plain descent: Adam makes much even of a gradient that is nothing but rounding.
PLAN = Plan(epochs=1, patience=1, schedule=Schedule(0.5), clip_norm=1.0, optimizer="sgd")
LOSS = OBJECTIVES["contrastive"].loss


def some_batch(seed: int) -> Batch:
    """Five sequences of four words, one word of them unknown as input and as target."""
    generator = np.random.default_rng(seed)
    ids = generator.integers(0, WORDS, size=(5, 5), dtype=np.int32)
    inputs = ids[:, :-1].copy()
    inputs[1, 2] = WORDS
    weights = np.ones(20, np.float32)
    weights[6] = 0
    targets = ids[:, 1:].reshape(-1)
    candidates = np.unique(targets)
    return Batch(
        inputs=inputs,
        fresh=np.ones((5, 1), np.float32),
        targets=np.searchsorted(candidates, targets).astype(np.int32),
        weights=weights,
        candidates=candidates,
        log_inclusion=np.zeros(len(candidates), np.float32),
        input_mask=np.ones((5, 1, SIZE), np.float32),
        output_masks=np.ones((5, 1, 4), np.float32),
        recurrent_masks=np.ones((1, 1, 1), np.float32),
    )


def trained(
    vectors: Vectors, make: Callable[[Network, Any], Step]
) -> tuple[dict[str, NDArray[np.float32]], list[float], NDArray[np.float32]]:
    """Return weights, losses and last states of three steps that carry the state on."""
    prepare_tensorflow()
    network = build_network(
        EMBEDDING.vectors,
        log_frequencies(EMBEDDING.counts),
        hidden=4,
        vectors_mode=vectors,
        seed=1,
    )
    step = make(network, build_optimizer(network, PLAN))
    states, losses = tf.zeros((1, 2, 5, 4)), []
    for number in range(3):
        loss, states = step(some_batch(number), states)
        losses.append(loss)
    return export_weights(network), losses, np.asarray(states)


def in_shards(vectors: Vectors, shards: int, workers: Workers) -> Callable[[Network, Any], Step]:
    spec = Spec(WORDS, SIZE, 4, 1, vectors, log_frequencies(EMBEDDING.counts).tobytes())
    return lambda network, optimizer: sharded_step(
        network, LOSS, optimizer, spec=spec, shards=shards, workers=workers
    )


@pytest.mark.parametrize(("vectors", "shards"), [("tied", 2), ("both", 9)])  # of 5 sequences 5
def test_shards_train_as_the_whole_batch_does(vectors: Vectors, shards: int) -> None:
    whole = trained(vectors, lambda network, optimizer: compile_step(network, LOSS, optimizer))
    parted = trained(vectors, in_shards(vectors, shards, HERE))

    np.testing.assert_allclose(parted[1], whole[1], rtol=1e-5)
    np.testing.assert_allclose(parted[2], whole[2], atol=1e-5)
    for name, array in whole[0].items():
        np.testing.assert_allclose(parted[0][name], array, atol=2e-5, err_msg=name)
    start = trained(vectors, lambda network, _: lambda batch, states: (0.0, states))
    assert not np.allclose(start[0]["kernel"], parted[0]["kernel"], atol=1e-3)


def test_who_does_which_shard_changes_no_byte() -> None:
    here = trained("tied", in_shards("tied", 3, HERE))
    there = trained("tied", in_shards("tied", 3, LastFirst()))

    assert here[1] == there[1]
    for name, array in here[0].items():
        assert array.tobytes() == there[0][name].tobytes(), name
