"""image-classifier: a small convolutional network names what is on a picture.

After LeNet-5 (LeCun et al. 1998), on pictures of 32 × 32 pixels and C channels:

    x (32, 32, C) → convolution 6 of 5×5, ReLU → (28, 28, 6) → max-pool 2 → (14, 14, 6)
                  → convolution 16 of 5×5, ReLU → (10, 10, 16) → max-pool 2 → (5, 5, 16)
                  → dense 120, ReLU → dense 84, ReLU → dense 10 → log-softmax

    log p(k) = z_k − log Σ_j exp z_j          loss = −mean log p(label)
    v ← μ·v + gradient,   w ← w − η·v         SGD with momentum μ and learning rate η

Each channel is standardised, (x − mean) / deviation, with mean and deviation of the *training*
pictures: those of all pictures would tell the network something about what it is tested on.

scikit-learn's digits (8 × 8 grey, 1,797) are the default. Two 5×5 convolutions need room, so every
pixel becomes a block of 4 × 4: the picture has the size of CIFAR-10's and the network is the same.
"""

from __future__ import annotations

from pipeline.labs.image_classifier.data import DataConfig, make_data
from pipeline.labs.image_classifier.evaluate import evaluate
from pipeline.labs.image_classifier.plot import plot
from pipeline.labs.image_classifier.train import TrainConfig, train
from pipeline.labs.lab import TENSORFLOW, Lab, data_stage, evaluate_stage, plot_stage, train_stage

LAB = Lab(
    name="image-classifier",
    title="a small convolutional network names digits, or the pictures of CIFAR-10",
    source_setting="data.source",
    stages=(
        data_stage(make_data, DataConfig, libraries=("numpy", "scikit-learn")),
        train_stage(train, TrainConfig, TENSORFLOW),
        evaluate_stage(evaluate, libraries=TENSORFLOW),
        plot_stage(plot, "train", "evaluate"),
    ),
)
