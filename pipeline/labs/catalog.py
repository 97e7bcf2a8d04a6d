"""The labs, in the order in which they teach: the only file that names them all."""

from __future__ import annotations

from pipeline.labs.article import lab as article
from pipeline.labs.image_classifier import lab as image_classifier
from pipeline.labs.keras_adder import lab as keras_adder
from pipeline.labs.lab import Lab
from pipeline.labs.lstm_toy import lab as lstm_toy
from pipeline.labs.numpy_adder import lab as numpy_adder
from pipeline.labs.primes import lab as primes
from pipeline.labs.rnn_adder import lab as rnn_adder

LABS: tuple[Lab, ...] = (
    rnn_adder.LAB,
    lstm_toy.LAB,
    primes.LAB,
    keras_adder.LAB,
    numpy_adder.LAB,
    image_classifier.LAB,
    article.LAB,
)
