"""Lab: an LSTM from scratch learns four numbers, and its gradients are proved.

The smallest task in which all parts of an LSTM work. Four random vectors come in, one a step, and
the first of 100 cells has to say −0.5, 0.2, 0.1, −0.5. With gates g, i, f, o and cell state s,

    g = tanh(a_g)    i, f, o = σ(a)    s' = g∘i + s∘f    h = o∘s'    loss = Σ_t (h_t[0] − y_t)²

where a = x·W + h·U + b; by setting, the standard h = o∘tanh(s'). Derivatives worked out by hand
(`pipeline.labs.shared.lstm`) are compared with slopes that are simply measured.
"""

from __future__ import annotations

from pipeline.labs.lab import ONE_THREAD, Lab, data_stage, evaluate_stage, plot_stage, train_stage
from pipeline.labs.lstm_toy.data import DataConfig, make_data
from pipeline.labs.lstm_toy.evaluate import EvaluateConfig, evaluate
from pipeline.labs.lstm_toy.plot import plot
from pipeline.labs.lstm_toy.train import train
from pipeline.labs.shared.first_unit import FirstUnitConfig

LAB = Lab(
    name="lstm-toy",
    title="an LSTM from scratch learns four numbers; its gradients are proved",
    stages=(
        data_stage(make_data, DataConfig),
        train_stage(train, FirstUnitConfig, ONE_THREAD),
        evaluate_stage(evaluate, EvaluateConfig, ONE_THREAD),
        plot_stage(plot, "data", "train"),
    ),
)
