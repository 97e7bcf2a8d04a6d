"""The next word's distribution, from all that has been read so far.

Without memories it is the network's. With them it is a mixture of the network, the cache, the
n-gram model and the neighbours (`mixture.py`), whose parts are told apart in `NextWord.shares`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.arrays import Floats
from pipeline.artifacts.memories import Memories
from pipeline.artifacts.network import Network
from pipeline.engine.memories.cache import Recent, empty_recent, recall, remember
from pipeline.engine.memories.mixture import NETWORK
from pipeline.engine.memories.neighbours import neighbour_probs
from pipeline.engine.memories.ngram import next_known
from pipeline.engine.network.decode import log_softmax, network_scores, softmax, unit_rows
from pipeline.engine.network.reader import LstmStates, initial_states, predict_next, read_word

LEAST = np.finfo(np.float32).tiny  # a probability below it is written as this, to have a logarithm


@dataclass(frozen=True)
class Model:
    """What foretells: the network's network, and its memories of the novel if there are any."""

    network: Network
    memories: Memories | None = None

    @property
    def weights(self) -> dict[str, float]:
        """Component → share of the mixture."""
        return self.memories.weights if self.memories else {NETWORK: 1.0}


@dataclass(frozen=True)
class Reading:
    """What is kept of the words read so far. It never changes: any reading can be read on again.

    Attributes
    ----------
    states : LstmStates
        The network's states.
    vector, unit : float32 (E,) or None
        ê of the next place, and its direction; None while nothing was read.
    recent : Recent
        What the cache holds.
    history : tuple of int
        The last `steps` ids, for the n-gram model.
    """

    states: LstmStates
    vector: Floats | None
    unit: Floats | None
    recent: Recent
    history: tuple[int, ...] = ()


@dataclass(frozen=True)
class NextWord:
    """What may come next.

    Attributes
    ----------
    vector : float32 (E,)
        ê.
    cosine : float32 (V,)
        cos(ê, e_w).
    log_probs : float32 (V,)
        Log probability of every word.
    shares : component → float32 (V,)
        λ_k·p_k(w): they sum to the probabilities. While the cache has nothing to recall, its weight
        is the network's.
    """

    vector: Floats
    cosine: Floats
    log_probs: Floats
    shares: dict[str, Floats]


def begin(model: Model, word_ids: Sequence[int]) -> Reading:
    """Return the reading of these words, of which only the last can matter.

    They are `network.steps`; with a cache, as many for the first of the words that it holds.
    """
    memories = model.memories
    count = model.network.steps
    if memories and "cache" in memories.weights:
        count += memories.cache_words
    reading = Reading(
        states=initial_states(model.network),
        vector=None,
        unit=None,
        recent=empty_recent(len(model.network.projection_bias)),
    )
    for word_id in word_ids[-count:]:
        reading = read(reading, word_id, model)
    return reading


def read(reading: Reading, word_id: int, model: Model) -> Reading:
    """Return the reading after one word more."""
    recent, memories = reading.recent, model.memories
    if memories and "cache" in memories.weights and reading.unit is not None:
        recent = remember(recent, reading.unit, word_id, words=memories.cache_words)
    states = read_word(reading.states, word_id, model.network)
    vector = predict_next(states, model.network)  # (E,)
    return Reading(
        states=states,
        vector=vector,
        unit=unit_rows(vector),
        recent=recent,
        # To the n-gram model a seed's stand-in, an id above V, is the unknown word.
        history=(*reading.history, min(word_id, len(model.network.words)))[-model.network.steps :],
    )


def next_word_distribution(reading: Reading, model: Model) -> NextWord:
    """Return what may come next.

    Raises
    ------
    ValueError
        No word has been read yet, so there is no ê.
    """
    network, vector, unit = model.network, reading.vector, reading.unit
    if vector is None or unit is None:
        raise ValueError("expected a reading of at least one word, got none; read a word first")
    cosine = network.output_vectors @ unit  # (V,)
    scores = network_scores(cosine, network)  # (V,)
    shares = weighted_shares(
        {NETWORK: softmax(scores), **remembered(reading, model)}, model.weights
    )
    if len(shares) > 1:
        log_probs = np.log(np.maximum(sum(shares.values()), LEAST))  # (V,)
    else:
        log_probs = log_softmax(scores)  # (V,)
    return NextWord(vector=vector, cosine=cosine, log_probs=log_probs, shares=shares)


def remembered(reading: Reading, model: Model) -> dict[str, Floats]:
    """Return what the memories say: component → p(w), float32 (V,); not an empty cache."""
    memories, vector, unit, found = model.memories, reading.vector, reading.unit, {}
    if memories is None or vector is None or unit is None:
        return {}
    if "cache" in memories.weights:
        cached = recall(
            reading.recent,
            unit,
            sharpness=memories.cache_sharpness,
            vocabulary_size=len(model.network.words),
        )
        if cached is not None:
            found["cache"] = cached
    if "ngram" in memories.weights and memories.ngram:
        found["ngram"] = next_known(memories.ngram, reading.history)
    if "neighbours" in memories.weights and memories.neighbours:
        found["neighbours"] = ask_neighbours(vector[None], memories, len(model.network.words))[0]
    return found


def ask_neighbours(predicted: Floats, memories: Memories, vocabulary_size: int) -> Floats:
    """Return p(w) by the nearest places of the training text: ê (B, E) → float32 (B, V).

    Raises
    ------
    ValueError
        The memories hold no neighbours.
    """
    near = memories.neighbours
    if near is None:
        raise ValueError(
            "expected memories with neighbours, got none; set remember.neighbours=true"
        )
    return neighbour_probs(
        predicted,
        keys=near.keys,
        next_ids=memories.text_ids[near.positions],
        count=near.count,
        sharpness=near.sharpness,
        vocabulary_size=vocabulary_size,
    )


def weighted_shares(probs: dict[str, Floats], weights: dict[str, float]) -> dict[str, Floats]:
    """Return λ_k·p_k(w) of each component; the weight of one that is silent is the network's."""
    silent = sum(weight for name, weight in weights.items() if name not in probs)
    shares = {name: np.float32(weights[name]) * probs[name] for name in probs}
    if silent:
        shares[NETWORK] = np.float32(weights[NETWORK] + silent) * probs[NETWORK]
    return shares
