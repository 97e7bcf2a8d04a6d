"""rnn-adder: a plain recurrent network learns to carry, adding two numbers bit by bit.

What it teaches: a state that goes from step to step, and the backward pass through time. At each
step the network reads one bit of either addend, lowest first, and tells one bit of the sum. The bit
to carry is told by nobody; it has to be found and kept in the state.
"""

from __future__ import annotations

from pipeline.labs.lab import NUMPY, Lab, data_stage, evaluate_stage, plot_stage, train_stage
from pipeline.labs.rnn_adder.data import DataConfig, make_data
from pipeline.labs.rnn_adder.evaluate import EvaluateConfig, evaluate
from pipeline.labs.rnn_adder.plot import plot
from pipeline.labs.rnn_adder.train import TrainConfig, train

LAB = Lab(
    name="rnn-adder",
    title="a plain recurrent network adds two numbers bit by bit",
    stages=(
        data_stage(make_data, DataConfig),
        train_stage(train, TrainConfig, NUMPY),
        evaluate_stage(evaluate, EvaluateConfig),
        plot_stage(plot, "train"),
    ),
)
