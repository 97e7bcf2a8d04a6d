"""Several models that write one text: what they say of the next word, mixed by fixed weights.

    p(w) = Σ_k λ_k·p_k(w)        λ_k ≥ 0, Σ_k λ_k = 1

over the union of their pieces. p_k is 0 for a piece that model k lacks; each p_k sums to 1 over the
pieces of its own, so that p does over the union. Where one novel has 笑道 and the other only 笑 and
道, both may begin with 笑: a text that is cut in two ways has a probability for each.

Every model reads the text in its own pieces: one that it lacks is parted by its own tokenizer, and
what it knows no character of is an unknown one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pipeline.arrays import Floats, Ids, Integers
from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.artifacts.tokens import Tokenizer
from pipeline.engine.memories.next_word import LEAST, Foretold, Model, Reading
from pipeline.engine.memories.voice import NovelText

BETWEEN = "·"  # a model's name and its component's, which holds none
_NEVER = -1e5  # the log frequency of what has none: worse than any cut, better than the unknown


@dataclass(frozen=True)
class Part:
    """A model of a mixture, by its name, and its weight λ."""

    name: str
    model: Model
    weight: float


@dataclass(frozen=True)
class MixedReading:
    """What each model keeps of the words read so far."""

    own: tuple[Reading, ...]


@dataclass(frozen=True)
class MixedForetold:
    """What several models say of the next words of N texts: `NextWords`.

    Attributes
    ----------
    mixture : MixedModel
    said : sequence of Foretold
        What each model says.
    probs : float32 (N, V)
        p, none below `LEAST`.
    """

    mixture: MixedModel = field(repr=False)
    said: Sequence[Foretold] = field(repr=False)
    probs: Floats = field(repr=False)

    @property
    def vectors(self) -> Floats:
        """ê of the model that weighs most."""
        return self.said[0].vectors

    def vectors_of(self, rows: Integers, word_ids: Integers) -> list[Floats]:
        """Return ê of the models that say most for words."""
        speakers = self._speakers(rows, word_ids)
        return [self.said[who].vectors[row] for who, row in zip(speakers, rows, strict=True)]

    def cosines(self, rows: Integers, word_ids: Integers) -> list[float]:
        """Return cos(ê, e_w) by those models."""
        speakers = self._speakers(rows, word_ids)
        found = np.zeros(len(rows))
        for number, said in enumerate(self.said):
            own = np.flatnonzero(speakers == number)
            _, own_ids = self.mixture.known_ids(number, word_ids[own])
            found[own] = said.cosines(rows[own], own_ids)
        values: list[float] = found.tolist()
        return values

    def _speakers(self, rows: Integers, word_ids: Integers) -> NDArray[np.intp]:
        """Return which model says most for words, of those that have them; the first of equals."""
        said = np.full((len(self.said), len(rows)), -1.0)
        for number, part in enumerate(self.mixture.parts):
            has, own_ids = self.mixture.known_ids(number, word_ids)
            said[number, has] = part.weight * self.said[number].probs[rows[has], own_ids]
        speakers: NDArray[np.intp] = said.argmax(axis=0)
        return speakers

    def shares(self, rows: Integers, word_ids: Integers) -> list[dict[str, float]]:
        """Return `model·component` → λ_k·p of words, of the models that have them."""
        found: list[dict[str, float]] = [{} for _ in rows]
        for number, part in enumerate(self.mixture.parts):
            has, own_ids = self.mixture.known_ids(number, word_ids)
            told = self.said[number].shares(rows[has], own_ids)
            for place, shares in zip(has.tolist(), told, strict=True):
                found[place] |= {
                    f"{part.name}{BETWEEN}{component}": part.weight * share
                    for component, share in shares.items()
                }
        return found

    def log_chances(self, rows: Integers, word_ids: Integers) -> list[float]:
        """Return log p of words, by the components that do not look back at the text itself."""
        total = np.full(len(rows), -np.inf)
        for number, part in enumerate(self.mixture.parts):
            if part.weight:
                has, own_ids = self.mixture.known_ids(number, word_ids)
                said = np.array(self.said[number].log_chances(rows[has], own_ids))
                total[has] = np.logaddexp(total[has], math.log(part.weight) + said)
        found: list[float] = np.maximum(total, math.log(LEAST)).tolist()
        return found


@dataclass(frozen=True, eq=False)
class MixedModel:
    """Several models as one voice; see `Voice`.

    Attributes
    ----------
    parts : tuple of Part
        That of the greatest weight first: its novel's habits are kept to. Weights sum to 1.
    """

    parts: tuple[Part, ...]

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The union of the vocabularies, V: the first model's, and what each other one adds."""
        return tuple(dict.fromkeys(w for part in self.parts for w in part.model.words))

    @cached_property
    def _ids(self) -> dict[str, int]:
        """Word → id."""
        return {word: number for number, word in enumerate(self.words)}

    @cached_property
    def _places(self) -> list[NDArray[np.intp]]:
        """Of each model (V_k,): the ids of its pieces here."""
        return [
            np.array([self._ids[word] for word in part.model.words], dtype=np.intp)
            for part in self.parts
        ]

    @cached_property
    def _own_ids(self) -> list[list[tuple[int, ...]]]:
        """Of each model, (V + 1,): how it reads a word, as ids of its own."""
        return [
            [*(_ids_in(part.model, word) for word in self.words), (len(part.model.words),)]
            for part in self.parts
        ]

    def own_id(self, number: int, word_id: int) -> int | None:
        """Return a word's id in a model's own vocabulary, None where it lacks it."""
        return self.parts[number].model.tokenizer.ids.get(self.words[word_id])

    def known_ids(self, number: int, word_ids: Integers) -> tuple[Integers, Integers]:
        """Return which of M words a model has in its vocabulary, and their ids there."""
        own = [self.own_id(number, word_id) for word_id in word_ids.tolist()]
        has = [place for place, found in enumerate(own) if found is not None]
        return (
            np.array(has, dtype=np.int64),
            np.array([own[place] for place in has], dtype=np.int64),
        )

    def own_ids(self, number: int, word_ids: Sequence[int]) -> list[int]:
        """Return how a model reads words, as ids of its own; ids from V on are unknown words."""
        table, last = self._own_ids[number], len(self.words)
        return [own for word_id in word_ids for own in table[min(word_id, last)]]

    def speaker_of(self, shares: Mapping[str, float]) -> int:
        """Return which model said most of a word, given the word's shares; the first if none."""
        said = dict.fromkeys((part.name for part in self.parts), 0.0)
        for name, share in shares.items():
            said[name.rpartition(BETWEEN)[0]] += share
        names = list(said)
        return max(range(len(names)), key=lambda number: said[names[number]])  # first of equal ones

    @cached_property
    def log_prior(self) -> Floats:
        """Log Σ λ_k·u_k(w) of the frequencies u, float32 (V,)."""
        total = np.full(len(self.words), -np.inf)
        for part, places in zip(self.parts, self._places, strict=True):
            if part.weight:
                own = part.model.log_prior.astype(np.float64) + math.log(part.weight)
                total[places] = np.logaddexp(total[places], own)
        found: Floats = np.maximum(total, _NEVER).astype(np.float32)
        return found

    @cached_property
    def tokenizer(self) -> Tokenizer:
        """What cuts text into the pieces of the union."""
        parts = any(part.model.tokenizer.parts for part in self.parts)
        return Tokenizer(self.words, self.log_prior.tolist(), parts=parts)

    @property
    def steps(self) -> int:
        """Words of context in the first model's training."""
        return self.parts[0].model.steps

    @cached_property
    def lookback(self) -> int:
        """How many words back all that is read still shows; each is one piece or more to each."""
        return max(part.model.lookback for part in self.parts)

    @property
    def examples(self) -> tuple[str, ...]:
        """Phrases of the first model's novel."""
        return self.parts[0].model.examples

    @cached_property
    def novels(self) -> tuple[NovelText, ...]:
        """The novels that have a say, in ids of the union; the first one's habits are kept to."""
        return tuple(
            NovelText(_translated(novel.text_ids, places, len(self.words)), novel.chapters)
            for part, places in zip(self.parts, self._places, strict=True)
            if part.weight
            for novel in part.model.novels
        )

    @cached_property
    def foreign_names(self) -> tuple[str, ...]:
        """Names that are foreign to one of the models, and that none of the novels has."""
        names = dict.fromkeys(name for part in self.parts for name in part.model.foreign_names)
        for part in self.parts:
            strange = frozenset(part.model.foreign_names)
            text = _text_of(part.model) if part.weight and names.keys() - strange else ""
            names = dict.fromkeys(n for n in names if n in strange or n not in text)
        return tuple(names)

    def begin(self, word_ids: Sequence[int]) -> MixedReading:
        """Return the reading of these words, of which only the last `lookback` are read."""
        last = word_ids[-self.lookback :]
        return MixedReading(
            tuple(part.model.begin(self.own_ids(n, last)) for n, part in enumerate(self.parts))
        )

    def read_all(
        self, readings: Sequence[MixedReading], word_ids: Sequence[int]
    ) -> list[MixedReading]:
        """Return the readings of N texts after one word more of each."""
        read = [
            self._read_by(number, [reading.own[number] for reading in readings], word_ids)
            for number in range(len(self.parts))
        ]
        return [MixedReading(own) for own in zip(*read, strict=True)]

    def _read_by(
        self, number: int, readings: list[Reading], word_ids: Sequence[int]
    ) -> list[Reading]:
        """Return one model's readings: the words' first pieces side by side, then the next."""
        pieces = [self.own_ids(number, [word_id]) for word_id in word_ids]
        for place in range(max(map(len, pieces))):
            rows = [row for row, own in enumerate(pieces) if place < len(own)]
            found = self.parts[number].model.read_all(
                [readings[row] for row in rows], [pieces[row][place] for row in rows]
            )
            for row, reading in zip(rows, found, strict=True):
                readings[row] = reading
        return readings

    def next_words(self, readings: Sequence[MixedReading]) -> MixedForetold:
        """Return what may come next in each of N texts; see `Voice.next_words`."""
        said = [
            part.model.next_words([reading.own[number] for reading in readings])
            for number, part in enumerate(self.parts)
        ]
        return MixedForetold(self, said, self._mixed(said))

    def _mixed(self, said: Sequence[Foretold]) -> Floats:
        """Return Σ λ_k·p_k, float32 (N, V)."""
        mixed = np.zeros((len(said[0].probs), len(self.words)), dtype=np.float32)
        for part, places, own in zip(self.parts, self._places, said, strict=True):
            mixed[:, places] += np.float32(part.weight) * own.probs  # no place comes twice
        np.maximum(mixed, LEAST, out=mixed)
        return mixed


def _ids_in(model: Model, word: str) -> tuple[int, ...]:
    """Return the ids that a word has in a model: those of its pieces, V for what it lacks."""
    unknown = len(model.words)
    if word == PARAGRAPH_BREAK and word not in model.tokenizer.ids:
        return (unknown,)
    return tuple(model.tokenizer.token_ids([word]))


def _translated(text_ids: Ids, places: NDArray[np.intp], unknown: int) -> Ids:
    """Return a text in ids of the union; what is outside its chapters stays so."""
    table = np.append(places, [unknown, -1])  # (V_k + 2,): the last two are V_k and −1
    found: Ids = table[np.minimum(text_ids, len(places))].astype(np.int32)
    return found


def _text_of(model: Model) -> str:
    """Return the text that a model was trained on, as far as it knows its words."""
    words = model.words
    if model.memories is None:
        return "\n".join(words)
    ids = model.memories.text_ids.tolist()
    return "".join(words[i] if 0 <= i < len(words) else "\n" for i in ids)
