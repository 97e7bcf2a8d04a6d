"""The training loop alone, with a validation that says what it is told."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_up import toy_novel

from pipeline.artifacts.embedding import log_frequencies
from pipeline.learning.backend import prepare_tensorflow
from pipeline.learning.batches import Batch
from pipeline.learning.checkpoint import load_checkpoint
from pipeline.learning.loop import Diverged, fit
from pipeline.learning.network import build_network
from pipeline.learning.objectives import OBJECTIVES
from pipeline.learning.plan import Plan, Schedule

EMBEDDING, _ = toy_novel()


def run_loop(
    folder: Path,
    perplexities: list[float],
    *,
    epochs: int,
    patience: int,
    average: float = 0.0,
    spoilt: int = 0,
) -> tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]:
    """Train with scripted validation scores; return (weights, history, weights by epoch).

    The batch of epoch `spoilt`, from 1, has a loss that is no number.
    """
    prepare_tensorflow()
    network = build_network(
        EMBEDDING.vectors,
        log_frequencies(EMBEDDING.counts),
        hidden=4,
        vectors_mode="frozen",
        seed=1,
    )
    seen: list[dict[str, Any]] = []

    def make_batches(generator: np.random.Generator) -> tuple[int, Iterator[Batch]]:
        weight = np.nan if len(seen) + 1 == spoilt else 1
        return 1, iter([one_batch(generator, weight)])

    def validate(weights: dict[str, Any]) -> dict[str, Any]:
        seen.append(weights)
        return {"perplexity": perplexities[len(seen) - 1]}

    weights, history = fit(
        network,
        OBJECTIVES["contrastive"].loss,
        Plan(
            epochs=epochs,
            patience=patience,
            schedule=Schedule(0.01),
            clip_norm=1.0,
            average=average,
        ),
        make_batches=make_batches,
        validate=validate,
        generator=np.random.default_rng(1),
        scratch_path=folder,
        progress=lambda done, total, note: None,
    )
    return weights, history, seen


def one_batch(generator: np.random.Generator, weight: float) -> Batch:
    ids = generator.integers(0, 12, size=(2, 6), dtype=np.int32)
    return Batch(
        inputs=ids[:, :-1],
        fresh=np.ones((2, 1), np.float32),
        targets=ids[:, 1:].reshape(-1),
        weights=np.full(10, weight, np.float32),
        candidates=np.arange(12, dtype=np.int32),
        log_inclusion=np.zeros(12, np.float32),
        input_mask=np.ones((2, 1, 6), np.float32),
        output_masks=np.ones((2, 1, 4), np.float32),
        recurrent_masks=np.ones((1, 1, 1), np.float32),
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("perplexities", "patience", "ran", "best"),
    [
        ([9, 8, 8.5, 8.2, 7, 6], 2, 4, 2),  # two epochs after the second brought nothing
        ([9, 8, 8.5, 7, 7.5, 6], 2, 6, 6),  # never two in a row
        ([9, 9, 9, 9, 9, 9], 1, 2, 1),  # no better is not better
        ([9, 8, 7, 6, 5, 4], 1, 6, 6),
    ],
)
def test_training_stops_when_patience_is_over_and_keeps_the_best(
    perplexities: list[float], patience: int, ran: int, best: int, tmp_path: Path
) -> None:
    weights, history, seen = run_loop(tmp_path, perplexities, epochs=6, patience=patience)
    assert (len(history["epochs"]), history["best_epoch"]) == (ran, best)
    for name, array in seen[best - 1].items():
        np.testing.assert_array_equal(weights[name], array)
    moved = [not np.array_equal(weights["kernel"], other["kernel"]) for other in seen]
    assert moved == [epoch != best - 1 for epoch in range(ran)], "every epoch trained"


@pytest.mark.slow
def test_an_average_is_kept_and_the_training_goes_on_from_the_weights(tmp_path: Path) -> None:
    for name in ("plain", "averaged"):
        (tmp_path / name).mkdir()
    falling: list[float] = [3, 2, 1]
    plain = run_loop(tmp_path / "plain", falling, epochs=3, patience=9)[2]
    kept, _, averages = run_loop(
        tmp_path / "averaged", falling, epochs=3, patience=9, average=1 / math.log(2)
    )
    for name, third in plain[2].items():  # each epoch weighs half of the next: 1/7, 2/7, 4/7
        first, second = plain[0][name], plain[1][name]
        np.testing.assert_allclose(averages[0][name], first, rtol=1e-6)
        np.testing.assert_allclose(averages[1][name], (first + 2 * second) / 3, rtol=1e-5)
        expected = (first + 2 * second + 4 * third) / 7
        np.testing.assert_allclose(averages[2][name], expected, rtol=1e-5)
        np.testing.assert_array_equal(kept[name], averages[2][name])


@pytest.mark.slow
def test_a_divergence_keeps_the_last_whole_epoch_and_tells_the_rate(tmp_path: Path) -> None:
    with pytest.raises(Diverged) as caught:
        run_loop(tmp_path, [3, 2, 1], epochs=4, patience=9, spoilt=3)
    # Two of four epochs over, the cosine has fallen half way from 0.01.
    told = "expected a finite loss, got nan in epoch 3 at learning rate 0.005; epoch 2 is kept"
    assert str(caught.value).startswith(told)
    checkpoint = load_checkpoint(tmp_path)
    assert checkpoint is not None
    assert [row["perplexity"] for row in checkpoint.state["rows"]] == [3, 2]
