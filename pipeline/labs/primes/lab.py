"""Lab: the toy's network reads fifty primes and names the fifty-first; then others are asked.

The primes under 100 stand in a circle, 2 after 97, all divided by 100. Sample k is the fifty from
the k-th on, one input of 50 numbers, and y_k the one that follows; ten samples are ten steps of one
sequence. Loss, cell and descent are the toy's (`pipeline.labs.shared.first_unit`).

A small loss on what was learnt proves little. So the same windows are read one at a time, and
windows that were never learnt, beside a rule without a network: repeat the last gap,
p_51 = 2·p_50 − p_49. An answer counts as right if the prime nearest to it is the one wanted.
"""

from __future__ import annotations

from pipeline.labs.lab import ONE_THREAD, Lab, data_stage, evaluate_stage, plot_stage, train_stage
from pipeline.labs.primes.data import DataConfig, make_data
from pipeline.labs.primes.evaluate import evaluate
from pipeline.labs.primes.plot import plot
from pipeline.labs.primes.train import TrainConfig, train

LAB = Lab(
    name="primes",
    title="the same network learns ten windows of primes; then it is asked others",
    stages=(
        data_stage(make_data, DataConfig),
        train_stage(train, TrainConfig, ONE_THREAD),
        evaluate_stage(evaluate, libraries=ONE_THREAD),
        plot_stage(plot, "train", "evaluate"),
    ),
)
