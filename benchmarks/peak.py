"""How much of what the machine can multiply the training uses: floating-point operations a second.

A target costs, multiplications and additions counted apiece, with E embedding, H hidden, and K
candidates in its batch:

    LSTM step    2 · 4H · (E + H)
    projection   2 · H · E
    scores       2 · E · K

and the backward pass twice the forward one: for each product, one for the gradient of either
factor. All else (gates, softmax, dropout, the optimizer, the making of batches) takes time, but is
not counted as work. The peak is that of numpy's float32 matrix product at its best size.
"""

from __future__ import annotations

import os
import time
from statistics import mean

import numpy as np

from benchmarks.compare import Comparison, Meter, Size, compare, per_second
from benchmarks.made_up import HIDDEN, VECTOR_SIZE
from benchmarks.training import (
    BATCHES,
    ROUNDS,
    first_batches,
    our_steps,
    over_batches,
    random_words,
)
from pipeline.arrays import Floats
from pipeline.stages.train_settings import TrainConfig

GIGA = 1e9
SQUARES = {"tiny": (64,), "quick": (1024, 2048), "full": (512, 1024, 2048, 4096)}
PRODUCT_SECONDS = {"tiny": 0.01, "quick": 0.3, "full": 1.0}  # of each size in a round


def measure(size: Size) -> list[Comparison]:
    """Train and multiply in turns."""
    config = TrainConfig()
    data = random_words(config)
    step, _ = our_steps(config, data)
    batches = BATCHES[size]
    candidates = mean(len(batch.candidates) for batch in first_batches(config, data, batches))
    each = target_operations(embedding=VECTOR_SIZE, hidden=HIDDEN, candidates=candidates)
    targets = batches * config.batch_size * data[1].steps
    return [
        compare(
            "training, share",
            ours=per_second(over_batches(step, config, data, batches), targets * each / GIGA),
            other=product_meter(SQUARES[size], PRODUCT_SECONDS[size]),
            rounds=ROUNDS[size],
            against=f"numpy's float32 matrix product, {os.cpu_count()} cores",
            unit="GFLOP/s",
            note=f"{each / 1e6:.2f} MFLOP a target, forward and backward; K = {candidates:,.0f}",
        )
    ]


def target_operations(*, embedding: int, hidden: int, candidates: float) -> float:
    """Return the floating-point operations of a target's matrix products, forward and backward."""
    lstm = 2 * 4 * hidden * (embedding + hidden)
    projection = 2 * hidden * embedding
    scores = 2 * embedding * candidates
    return 3 * (lstm + projection + scores)


def product_meter(squares: tuple[int, ...], seconds: float) -> Meter:
    """Return a meter of the best GFLOP/s among square matrices of these sizes, on all cores."""
    from threadpoolctl import threadpool_limits

    generator = np.random.default_rng(0)
    pairs = [
        tuple(generator.standard_normal((2, square, square), dtype=np.float32))
        for square in squares
    ]

    def meter() -> float:
        with threadpool_limits(os.cpu_count(), user_api="blas"):
            return max(product_speed(left, right, seconds) for left, right in pairs)

    return meter


def product_speed(left: Floats, right: Floats, seconds: float) -> float:
    """Return the GFLOP/s of multiplying two square matrices over and over for so long."""
    out = np.empty_like(left)
    count, began = 0, time.perf_counter()
    while (passed := time.perf_counter() - began) < seconds or not count:
        np.matmul(left, right, out=out)
        count += 1
    return 2 * len(left) ** 3 * count / passed / GIGA
