"""The labs, in the order in which they teach: the only file that names them all."""

from __future__ import annotations

from pipeline.labs import (
    article,
    image_classifier,
    keras_adder,
    lstm_toy,
    numpy_adder,
    primes,
    rnn_adder,
)
from pipeline.labs.lab import Lab

LABS: tuple[Lab, ...] = (
    rnn_adder.LAB,
    lstm_toy.LAB,
    primes.LAB,
    keras_adder.LAB,
    numpy_adder.LAB,
    image_classifier.LAB,
    article.LAB,
)
