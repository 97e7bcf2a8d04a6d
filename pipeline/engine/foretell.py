"""The next word's distribution, from all that has been read so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.artifacts.bundle import WriterBundle
from pipeline.engine.decode import cosines, log_softmax, word_scores
from pipeline.engine.lstm import Floats
from pipeline.engine.reader import Memory, empty_memory, predict_next, read_word


@dataclass(frozen=True)
class Model:
    """What foretells: the network's bundle."""

    bundle: WriterBundle


@dataclass(frozen=True)
class Reading:
    """What is kept of the words read so far: the network's states."""

    memory: Memory


@dataclass(frozen=True)
class Foretold:
    """What may come next.

    Attributes
    ----------
    vector : float32 (E,)
        ê.
    cosine : float32 (V,)
        cos(ê, e_w).
    log_chances : float32 (V,)
        Log probability of every word.
    """

    vector: Floats
    cosine: Floats
    log_chances: Floats


def begin(model: Model, word_ids: Sequence[int]) -> Reading:
    """Return the reading of these words, of which only the last `bundle.steps` can matter."""
    reading = Reading(memory=empty_memory(model.bundle))
    for word_id in word_ids[-model.bundle.steps :]:
        reading = read(reading, word_id, model)
    return reading


def read(reading: Reading, word_id: int, model: Model) -> Reading:
    """Return the reading after one word more."""
    return Reading(memory=read_word(reading.memory, word_id, model.bundle))


def foretell(reading: Reading, model: Model) -> Foretold:
    """Return what may come next; at least one word must have been read."""
    bundle = model.bundle
    vector = predict_next(reading.memory, bundle)  # (E,)
    cosine = cosines(vector, output_vectors=bundle.output_vectors)  # (V,)
    scores = word_scores(
        cosine,
        log_prior=bundle.log_prior,
        scale=bundle.scale,
        prior_weight=bundle.prior_weight,
    )  # (V,)
    return Foretold(vector=vector, cosine=cosine, log_chances=log_softmax(scores))
