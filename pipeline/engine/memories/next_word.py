"""The next word's distribution, from all that has been read so far.

Without memories it is the network's. With them it is a mixture (`mixture.py`) of the network and
the memories of `table.py`, whose parts are told apart in `NextWord.shares`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from pipeline.arrays import Floats
from pipeline.artifacts.memories import NETWORK, Memories
from pipeline.artifacts.network import Network
from pipeline.engine.memories.cache import Recent, empty_recent, remember
from pipeline.engine.memories.memory import Memory, Place
from pipeline.engine.memories.table import MEMORIES
from pipeline.engine.network.decode import log_softmax, network_scores, softmax, unit_rows
from pipeline.engine.network.predict import WARM_UP
from pipeline.engine.network.reader import LstmStates, initial_states, predict_next, read_word

LEAST = np.finfo(np.float32).tiny  # a probability below it is written as this, to have a logarithm


@dataclass(frozen=True)
class Model:
    """What tells the next word: the network, and its memories of the novel if there are any."""

    network: Network
    memories: Memories | None = None

    @property
    def weights(self) -> dict[str, float]:
        """Component → share of the mixture."""
        return self.memories.weights if self.memories else {NETWORK: 1.0}

    @cached_property
    def active(self) -> dict[str, tuple[Memory, Any]]:
        """Name → memory and what it holds: those with a share in the mixture, in its order."""
        memories = self.memories
        if memories is None:
            return {}
        return {
            name: (memory, memories.held[name])
            for name, memory in MEMORIES.items()
            if name in memories.weights and name in memories.held
        }

    @cached_property
    def reach(self) -> int:
        """How many words back the memories look, beyond those in the network's context."""
        return max((memory.reach(held) for memory, held in self.active.values()), default=0)


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
        The words read last and ê of their places, as far as the memories reach back.
    history : tuple of int
        The last `steps` ids.
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
        λ_k·p_k(w): they sum to the probabilities. While a memory has nothing to say, its weight is
        the network's.
    """

    vector: Floats
    cosine: Floats
    log_probs: Floats
    shares: dict[str, Floats]


def begin(model: Model, word_ids: Sequence[int]) -> Reading:
    """Return the reading of these words, of which only the last are read.

    They are as many as the network looks back, `steps` or `WARM_UP`; where a memory reaches back,
    as many for the first of its words.
    """
    network = model.network
    count = (WARM_UP if network.carry_state else network.steps) + model.reach
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
    recent = reading.recent
    if model.reach and reading.unit is not None:
        recent = remember(recent, reading.unit, word_id, words=model.reach)
    states = read_word(reading.states, word_id, model.network)
    vector = predict_next(states, model.network)  # (E,)
    return Reading(
        states=states,
        vector=vector,
        unit=unit_rows(vector),
        recent=recent,
        history=(*reading.history, word_id)[-model.network.steps :],
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
    place = Place(vector, unit, reading.recent, reading.history, len(network.words))
    probs = {NETWORK: softmax(scores), **_memory_probs(place, model)}
    shares = _weighted_shares(probs, model.weights)
    if len(shares) > 1:
        log_probs = np.log(np.maximum(sum(shares.values()), LEAST))  # (V,)
    else:
        log_probs = log_softmax(scores)  # (V,)
    return NextWord(vector=vector, cosine=cosine, log_probs=log_probs, shares=shares)


def _memory_probs(place: Place, model: Model) -> dict[str, Floats]:
    """Return what the memories say: component → p(w), float32 (V,); not those that are silent."""
    found = {}
    for name, (memory, held) in model.active.items():
        probs = memory.probs(held, place)
        if probs is not None:
            found[name] = probs
    return found


def _weighted_shares(probs: dict[str, Floats], weights: dict[str, float]) -> dict[str, Floats]:
    """Return λ_k·p_k(w) of each component; the weight of one that is silent is the network's."""
    silent = sum(weight for name, weight in weights.items() if name not in probs)
    shares = {name: np.float32(weights[name]) * probs[name] for name in probs}
    if silent:
        shares[NETWORK] = np.float32(weights[NETWORK] + silent) * probs[NETWORK]
    return shares
