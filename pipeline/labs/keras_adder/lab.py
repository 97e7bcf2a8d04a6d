"""keras-adder: an LSTM reads two whole numbers, one after the other, and tells their sum's bits.

What it teaches: what more data, more steps and another loss do, and how to tell them apart by
curves. The report's network reads a + b in two steps of eight bits (`network.py`):

    x = (bits of a, bits of b) (2, 8) → LSTM 256 with ReLU → h_2 → y = σ(h_2·V + c) (8,)

It is trained on 100, 1,000, 10,000 and 20,000 pairs, for 100 epochs each, with two losses over the
bits y_k and the sum's bits s_k, from the highest, k = 0, to the lowest, k = 7:

    mse       mean_k (y_k − s_k)²
    weighted  Σ_k a_k·(y_k − s_k)² / Σ_k a_k      a_k = 2^(7−k): 128, 64, …, 1

The weights make a wrong bit cost what it changes in the number.

S sample counts, L losses, N pairs.
"""

from __future__ import annotations

from pipeline.labs.keras_adder.data import DataConfig, make_data
from pipeline.labs.keras_adder.evaluate import evaluate
from pipeline.labs.keras_adder.plot import plot
from pipeline.labs.keras_adder.train import TrainConfig, train
from pipeline.labs.lab import TENSORFLOW, Lab, data_stage, evaluate_stage, plot_stage, train_stage

LAB = Lab(
    name="keras-adder",
    title="an LSTM reads two numbers and tells their sum's bits: more pairs, another loss",
    stages=(
        data_stage(make_data, DataConfig),
        train_stage(train, TrainConfig, TENSORFLOW),
        evaluate_stage(evaluate),
        plot_stage(plot, "data", "train"),
    ),
)
