"""Writing on: from the words so far to a stream of chosen words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from pipeline.arrays import Floats
from pipeline.artifacts.network import Network
from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.engine.memories.next_word import (
    Model,
    NextWord,
    Reading,
    begin,
    next_words,
    read_all,
)
from pipeline.engine.threads import one_thread_a_word
from pipeline.engine.writing.constraints.constraint import any_left
from pipeline.engine.writing.constraints.marks import Role
from pipeline.engine.writing.constraints.order import (
    Constraints,
    TextState,
    constrain,
    ends_with,
    note,
    start,
)
from pipeline.engine.writing.sampling import Sampling, choose, penalise, shortlist


@dataclass(frozen=True)
class Candidate:
    """A word that could have come next, with its cosine and its probability."""

    word: str
    cosine: float
    probability: float


@dataclass(frozen=True)
class Choice:
    """A written word, and the best candidates there were for its place (best first).

    Attributes
    ----------
    word : str
    cosine : float or None
        cos(ê, e_w); None for a person's word that the vocabulary lacks.
    probability : float or None
        The model's own, before penalty, constraints and temperature; None likewise.
    candidates : tuple of Candidate
    word_id : int
    vector : float32 (E,)
        ê.
    shares : component → share of the probability
        λ_k·p_k(word); see `NextWord`.
    """

    word: str
    cosine: float | None
    probability: float | None
    candidates: tuple[Candidate, ...]
    word_id: int
    vector: Floats = field(repr=False, compare=False)
    shares: dict[str, float] = field(repr=False, compare=False)


@dataclass(frozen=True)
class Position:
    """Where a text stands: what constraints have noted of it, and its reading."""

    state: TextState
    reading: Reading


def begin_at(
    model: Model, seed_ids: Sequence[int], constraints: Constraints, learnt: Sequence[int] = ()
) -> Position:
    """Return where a text stands that holds just the seed phrase.

    What was `learnt` is read before it, and is no part of the text: no constraint notes it.
    """
    with one_thread_a_word():
        return Position(start(seed_ids, constraints), begin(model, (*learnt, *seed_ids)))


def step(
    position: Position,
    model: Model,
    *,
    sampling: Sampling,
    generator: np.random.Generator,
    candidates: int = 0,
    refused: Sequence[int] = (),
) -> tuple[Choice, Position] | None:
    """Write one word; return it and where the text stands then, None where the text ends instead.

    What is noted of the text changes, so that the position given stands nowhere any more: fork its
    state before to go on from it again.

    Parameters
    ----------
    position, model, sampling, generator, candidates : see `write`
    refused : sequence of int
        Words that are not to come next.
    """
    (written,) = step_all(
        [position],
        model,
        sampling=sampling,
        generators=[generator],
        candidates=candidates,
        refused=refused,
    )
    return written


def step_all(
    positions: Sequence[Position],
    model: Model,
    *,
    sampling: Sampling,
    generators: Sequence[np.random.Generator],
    candidates: int = 0,
    refused: Sequence[int] = (),
) -> list[tuple[Choice, Position] | None]:
    """Write one word of each of N texts; see `step`."""
    pairs = list(zip(positions, generators, strict=True))
    chosen = choose_all(pairs, model, sampling=sampling, candidates=candidates, refused=refused)
    live = [
        (position, own[0])
        for position, own in zip(positions, chosen, strict=True)
        if own is not None
    ]
    if not live:
        return [None] * len(positions)
    after = iter(
        go_on_all([position for position, _ in live], [own.word_id for _, own in live], model)
    )
    return [None if own is None else (own[0], next(after)) for own in chosen]


def choose_all(
    positions: Sequence[tuple[Position, np.random.Generator]],
    model: Model,
    *,
    sampling: Sampling,
    candidates: int = 0,
    refused: Sequence[int] = (),
) -> list[tuple[Choice, NextWord] | None]:
    """Choose the next word of each of N texts, and what it was chosen from; see `step`."""
    looked = _look_all([position for position, _ in positions], model, sampling)
    found: list[tuple[Choice, NextWord] | None] = []
    for (position, generator), (next_word, weights) in zip(positions, looked, strict=True):
        word_id = _choose(position, weights, sampling, generator, refused)
        found.append(
            None
            if word_id is None
            else (choice_of(word_id, next_word, model.network, candidates), next_word)
        )
    return found


def _choose(
    position: Position,
    weights: Floats,
    sampling: Sampling,
    generator: np.random.Generator,
    refused: Sequence[int],
) -> int | None:
    """Return the next word, given what may come (V,); None where the text ends instead."""
    if refused:
        weights[list(refused)] = 0
    if not any_left(weights):
        return None
    word_id = choose(weights, sampling, generator)
    return None if ends_with(position.state, word_id) else word_id


def look(position: Position, model: Model, sampling: Sampling) -> tuple[NextWord, Floats]:
    """Return what comes next, and the weights (V,) that penalty and constraints leave; 0 is barred.

    Constraints may note that they were asked: see `Constraint.constrain`.
    """
    return _look_all([position], model, sampling)[0]


def _look_all(
    positions: Sequence[Position], model: Model, sampling: Sampling
) -> list[tuple[NextWord, Floats]]:
    """Return of each of N texts what `look` does."""
    next_found = next_words([position.reading for position in positions], model)
    found = []
    for next_word, position in zip(next_found, positions, strict=True):
        weights = _penalised(next_word, position.state, sampling)
        constrain(weights, position.state)
        found.append((next_word, weights))
    return found


def go_on(position: Position, word_id: int, model: Model) -> Position:
    """Note a word and read it; return where the text stands then. See `step` on the one given."""
    return go_on_all([position], [word_id], model)[0]


def go_on_all(
    positions: Sequence[Position], word_ids: Sequence[int], model: Model
) -> list[Position]:
    """Note and read a word of each of N texts; see `go_on`."""
    for position, word_id in zip(positions, word_ids, strict=True):
        note(position.state, word_id)
    readings = read_all([position.reading for position in positions], word_ids, model)
    return [
        Position(position.state, reading)
        for position, reading in zip(positions, readings, strict=True)
    ]


def _penalised(next_word: NextWord, state: TextState, sampling: Sampling) -> Floats:
    """Return the probabilities (V,) after the repetition penalty; it spares punctuation."""
    draft = state.draft
    roles, unknown = draft.marks.roles, len(draft.marks.roles)
    window = draft.ids[-sampling.penalty_window :] if sampling.penalty_window else []
    recent = [i for i in window if i < unknown and roles[i] is Role.WORD]
    weights = next_word.probs.copy()  # (V,)
    penalise(weights, np.array(recent, dtype=np.int64), penalty=sampling.repetition_penalty)
    return weights


def choice_of(word_id: int, next_word: NextWord, network: Network, candidates: int) -> Choice:
    """Return a word as it was chosen here, with so many candidates."""
    own = candidate_of(word_id, next_word, network)
    return Choice(
        word=own.word,
        cosine=own.cosine,
        probability=own.probability,
        candidates=_candidates(next_word, network, candidates),
        word_id=word_id,
        vector=next_word.vector,
        shares=next_word.shares(word_id),
    )


def strange_choice(
    word: str, word_id: int, next_word: NextWord, network: Network, candidates: int
) -> Choice:
    """Return a word that a person wrote here and the vocabulary lacks."""
    best = _candidates(next_word, network, candidates)
    return Choice(word, None, None, best, word_id, vector=next_word.vector, shares={})


def _candidates(next_word: NextWord, network: Network, count: int) -> tuple[Candidate, ...]:
    """Return the best words for this place."""
    best = shortlist(next_word.probs, top_k=count) if count else ()
    return tuple(candidate_of(int(i), next_word, network) for i in best)


def candidate_of(word_id: int, next_word: NextWord, network: Network) -> Candidate:
    """Return a word with the cosine and the probability that it has here."""
    return Candidate(
        word=network.words[word_id],
        cosine=float(next_word.cosine[word_id]),
        probability=float(next_word.probs[word_id]),
    )


def spell(words: Sequence[str], previous: str = "") -> str:
    """Join words into text: breaks become line ends, two Latin words get a space between.

    Two Latin letters get none: they are the pieces of a word.
    """
    text = ""
    for word in words:
        if word == PARAGRAPH_BREAK:
            text += "\n"
        else:
            latin = _is_latin(previous[-1:]) and _is_latin(word[:1])
            text += " " + word if latin and len(previous + word) > 2 else word
        previous = word
    return text


def _is_latin(character: str) -> bool:
    """Return whether this is an ASCII letter or digit."""
    return character.isascii() and character.isalnum()
