"""The next words' distributions, from all that has been read so far.

Without memories it is the network's. With them it is a mixture (`mixture.py`) of the network and
the memories of `table.py`, whose parts are told apart in `Foretold.parts`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from pipeline.arrays import Doubles, Floats, Integers
from pipeline.artifacts.memories import NETWORK, Memories
from pipeline.artifacts.network import Network, tokenizer_of
from pipeline.artifacts.tokens import Tokenizer
from pipeline.engine.memories.cache import Recent, empty_recent, remember
from pipeline.engine.memories.memory import Memory, NextPlaces
from pipeline.engine.memories.mixture import weights_for
from pipeline.engine.memories.sparse import SparseProbs, network_alone
from pipeline.engine.memories.table import MEMORIES
from pipeline.engine.memories.voice import NovelText
from pipeline.engine.network.decode import network_scores, softmax, unit_rows
from pipeline.engine.network.predict import WARM_UP, predict_after_each
from pipeline.engine.network.reader import LstmStates, initial_states, predict_all, read_words

LEAST = np.finfo(np.float32).tiny  # a probability below it is written as this, to have a logarithm


@dataclass(frozen=True)
class Model:
    """What tells the next word: the network, and its memories of the novel if there are any.

    It is a `Voice`: writing asks it by the methods of that.
    """

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

    @property
    def lookback(self) -> int:
        """How many words back all that is read still shows: as many as are worth reading.

        They are as many as the network looks back, `steps` or `WARM_UP`; where a memory reaches
        back, as many for the first of its words.
        """
        return (WARM_UP if self.network.carry_state else self.network.steps) + self.reach

    @property
    def words(self) -> tuple[str, ...]:
        """The vocabulary, V."""
        return self.network.words

    @cached_property
    def tokenizer(self) -> Tokenizer:
        """What cuts text into these words."""
        return tokenizer_of(self.network)

    @property
    def log_prior(self) -> Floats:
        """Log frequency of each word, float32 (V,)."""
        return self.network.log_prior

    @property
    def steps(self) -> int:
        """Words of context in training."""
        return self.network.steps

    @property
    def foreign_names(self) -> tuple[str, ...]:
        """Names of the base's novels, not to be written."""
        return self.network.foreign_names

    @property
    def examples(self) -> tuple[str, ...]:
        """Phrases of the novel."""
        return self.network.examples

    @property
    def novels(self) -> tuple[NovelText, ...]:
        """The novel, where the memories hold it."""
        held = self.memories
        return () if held is None else (NovelText(held.text_ids, held.chapters),)

    def begin(self, word_ids: Sequence[int]) -> Reading:
        """Return the reading of these words; see `begin`."""
        return begin(self, word_ids)

    def read_all(self, readings: Sequence[Reading], word_ids: Sequence[int]) -> list[Reading]:
        """Return the readings of N texts after one word more of each."""
        return read_all(readings, word_ids, self)

    def next_words(self, readings: Sequence[Reading]) -> Foretold:
        """Return what may come next in each of N texts; see `_next_words`."""
        return _next_words(readings, self)

    @cached_property
    def ahead(self) -> dict[str, float]:
        """Component → weight in the mixture of those that do not look back at the text itself.

        They are fitted for just these: with a memory that leans on the network's own words, the
        network is left with next to nothing.
        """
        back = {name for name, (memory, held) in self.active.items() if memory.reach(held)}
        if self.memories is None:
            return self.weights
        return weights_for(self.memories, set(self.weights) - back)


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
class Foretold:
    """What a model says of the next words of N texts: `NextWords`.

    Attributes
    ----------
    model : Model
    vectors, units : float32 (N, E)
        ê, and its direction.
    own : float32 (N, V)
        What the network says.
    probs : float32 (N, V)
        The probability of every word, none below `LEAST`.
    parts : component → (λ_k (N,), p_k)
        While a memory has nothing to say, its weight is the network's.
    """

    model: Model = field(repr=False)
    vectors: Floats
    units: Floats
    own: Floats
    probs: Floats
    parts: dict[str, tuple[Doubles, SparseProbs]]

    def vectors_of(self, rows: Integers, word_ids: Integers) -> list[Floats]:
        """Return ê: for every word the same."""
        return list(self.vectors[rows])

    def cosines(self, rows: Integers, word_ids: Integers) -> list[float]:
        """Return cos(ê, e_w) of words."""
        towards = self.model.network.output_vectors[word_ids]  # (M, E)
        found: list[float] = np.einsum("me,me->m", self.units[rows], towards).tolist()
        return found

    def shares(self, rows: Integers, word_ids: Integers) -> list[dict[str, float]]:
        """Return component → λ_k·p_k of words: they sum to its probability."""
        own = self.own[rows, word_ids]  # (M,)
        found: list[dict[str, float]] = [{} for _ in rows]
        for name, (weights, part) in self.parts.items():
            values = weights[rows] * part.of(rows, word_ids, own)  # (M,)
            speaks = part.speaks[rows]  # (M,)
            for shares, value, said in zip(found, values.tolist(), speaks.tolist(), strict=True):
                if said:
                    shares[name] = value
        return found

    def log_chances(self, rows: Integers, word_ids: Integers) -> list[float]:
        """Return log p of words, by the components that do not look back at the text itself."""
        own = self.own[rows, word_ids]  # (M,)
        total, chance = np.zeros((2, len(rows)))
        for name, weight in self.model.ahead.items():
            if name in self.parts:
                part = self.parts[name][1]
                total += weight * part.speaks[rows]
                chance += weight * part.of(rows, word_ids, own)
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = np.log(np.maximum(chance / total, LEAST))
        found: list[float] = np.where(total > 0, logs, -np.inf).tolist()
        return found


def begin(model: Model, word_ids: Sequence[int]) -> Reading:
    """Return the reading of these words, of which only the last `lookback` are read.

    Where the state is carried on, stretches of a long text are read side by side, as in scoring.
    """
    network, ids = model.network, list(word_ids[-model.lookback :])
    reading = Reading(
        states=initial_states(network),
        vector=None,
        unit=None,
        recent=empty_recent(len(network.projection_bias)),
    )
    if not network.carry_state or not ids:
        for word_id in ids:
            reading = read(reading, word_id, model)
        return reading
    vectors, states = predict_after_each(np.array(ids, dtype=np.int32), network)  # (n, E)
    units = unit_rows(vectors)  # (n, E)
    recent = reading.recent
    for unit, word_id in zip(units, ids[1:], strict=False) if model.reach else ():
        recent = remember(recent, unit, word_id, words=model.reach)
    return Reading(states, vectors[-1], units[-1], recent, tuple(ids[-network.steps :]))


def read(reading: Reading, word_id: int, model: Model) -> Reading:
    """Return the reading after one word more."""
    return read_all([reading], [word_id], model)[0]


def read_all(readings: Sequence[Reading], word_ids: Sequence[int], model: Model) -> list[Reading]:
    """Return the readings of N texts after one word more of each."""
    network = model.network
    states = read_words([reading.states for reading in readings], word_ids, network)
    vectors = predict_all(states, network)  # (N, E)
    units = unit_rows(vectors)  # (N, E)
    return [
        Reading(
            states=states[number],
            vector=vectors[number],
            unit=units[number],
            recent=_remembered(reading, word_id, model),
            history=(*reading.history, word_id)[-network.steps :],
        )
        for number, (reading, word_id) in enumerate(zip(readings, word_ids, strict=True))
    ]


def _remembered(reading: Reading, word_id: int, model: Model) -> Recent:
    """Return the words read last after one word more."""
    if not model.reach or reading.unit is None:
        return reading.recent
    return remember(reading.recent, reading.unit, word_id, words=model.reach)


def _next_words(readings: Sequence[Reading], model: Model) -> Foretold:
    """Return what may come next in each of N texts.

    Raises
    ------
    ValueError
        No word has been read yet in one, so there is no ê.
    """
    network = model.network
    vectors = [reading.vector for reading in readings if reading.vector is not None]
    begun = [reading.unit for reading in readings if reading.unit is not None]
    if len(begun) < len(readings):
        raise ValueError("expected a reading of at least one word, got none; read a word first")
    units = np.concatenate(begun).reshape(len(begun), -1)  # (N, E)
    cosine = units @ network.output_vectors.T  # (N, V)
    places = NextPlaces(
        vectors=np.concatenate(vectors).reshape(units.shape),
        units=units,
        recents=[reading.recent for reading in readings],
        histories=[reading.history for reading in readings],
        own=softmax(network_scores(cosine, network)),
        log_prior=network.log_prior,
    )
    parts = _parts(places, model)
    return Foretold(model, places.vectors, units, places.own, _mixed(parts, places.own), parts)


def _parts(places: NextPlaces, model: Model) -> dict[str, tuple[Doubles, SparseProbs]]:
    """Return what the network and the memories say; see `Foretold`."""
    count = len(places.own)
    said = {NETWORK: network_alone(count)}
    said |= {name: memory.probs(held, places) for name, (memory, held) in model.active.items()}
    weights = {
        name: model.weights[name] * part.speaks.astype(np.float64) for name, part in said.items()
    }
    weights[NETWORK] += sum(model.weights.values()) - sum(weights.values())
    return {name: (weights[name], part) for name, part in said.items()}


def _mixed(parts: Mapping[str, tuple[Doubles, SparseProbs]], own: Floats) -> Floats:
    """Return Σ λ_k·p_k, float32 (N, V), given what the network says."""
    share = sum(weights * part.network for weights, part in parts.values())  # (N,)
    mixed: Floats = np.asarray(share, dtype=np.float32)[:, None] * own
    for weights, part in parts.values():
        part.add_to(mixed, weights)
    np.maximum(mixed, LEAST, out=mixed)
    return mixed
