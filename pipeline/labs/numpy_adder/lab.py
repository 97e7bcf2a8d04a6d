"""numpy-adder: an LSTM that reads two one-hot numbers and names their sum, right and wrong.

What it teaches: a training whose loss falls is no proof of its gradients. Published code for this
network (`network.py`) has five faults (`faults.py`). Each is
trained alone, then the four in the gradients together, then all, beside the corrected network,
from the same weights and over the same pairs in the same order (`descent.py`).
All five are trained once more at the published rate, a pair at a time.

The last variant has a decay of its matrices. As a one-hot number shares nothing with its
neighbour, a network can learn the pairs by heart and know no other; the decay makes remembering
dear, and a rule cheaper.

N pairs, V numbers, H hidden, K epochs.
"""

from __future__ import annotations

from pipeline.labs.lab import ONE_THREAD, Lab, data_stage, evaluate_stage, plot_stage, train_stage
from pipeline.labs.numpy_adder.data import DataConfig, make_data
from pipeline.labs.numpy_adder.evaluate import EvaluateConfig, evaluate
from pipeline.labs.numpy_adder.plot import plot
from pipeline.labs.numpy_adder.train import TrainConfig, train

LAB = Lab(
    name="numpy-adder",
    title="a one-hot LSTM names the sum of two numbers: published gradients and right ones",
    stages=(
        data_stage(make_data, DataConfig),
        train_stage(train, TrainConfig, ONE_THREAD),
        evaluate_stage(evaluate, EvaluateConfig, ONE_THREAD),
        plot_stage(plot, "train"),
    ),
)
