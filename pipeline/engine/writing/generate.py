"""Writing on: from the words so far to a stream of chosen words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from pipeline.arrays import Floats
from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.engine.memories.voice import Upcoming, Voice
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
from pipeline.engine.writing.sampling import Sampling, chances, choose, penalise, shortlist


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
    chances : tuple of (id, chance)
        Where they were asked for: how likely this word was to be drawn, after penalty, constraints
        and all that `Sampling` says, and behind it the likeliest, as many as candidates.
    """

    word: str
    cosine: float | None
    probability: float | None
    candidates: tuple[Candidate, ...]
    word_id: int
    vector: Floats = field(repr=False, compare=False)
    shares: dict[str, float] = field(repr=False, compare=False)
    chances: tuple[tuple[int, float], ...] = field(default=(), repr=False, compare=False)


@dataclass(frozen=True)
class Position:
    """Where a text stands: what constraints have noted of it, and its reading.

    The reading is the voice's own; see `Voice`.
    """

    state: TextState
    reading: Any


def begin_at(
    model: Voice, seed_ids: Sequence[int], constraints: Constraints, learnt: Sequence[int] = ()
) -> Position:
    """Return where a text stands that holds just the seed phrase.

    What was `learnt` is read before it, and is no part of the text: no constraint notes it.
    """
    with one_thread_a_word():
        return Position(start(seed_ids, constraints), model.begin((*learnt, *seed_ids)))


@dataclass(frozen=True)
class Ask:
    """A word that is wanted: the next one of a text.

    Attributes
    ----------
    position : Position
        Where the text stands. It is noted there which word comes: the position stands nowhere any
        more then, and its state is to be forked before to go on from it again.
    generator, sampling
        What the word is drawn with.
    candidates : int
        How many candidates to report.
    refused : sequence of int
        Words that are not to come next.
    chances : bool
        Whether to tell how likely words were to be drawn.
    """

    position: Position
    generator: np.random.Generator
    sampling: Sampling
    candidates: int = 0
    refused: Sequence[int] = ()
    chances: bool = False


class Answer(NamedTuple):
    """The word that came, what it was chosen from, and where the text stands then."""

    choice: Choice
    next_word: Upcoming
    position: Position


def answer_all(asks: Sequence[Ask], model: Voice) -> list[Answer | None]:
    """Write the next word of each of N texts, whoever wants it; None where the text ends instead.

    What they have in common is a matrix product: for all of them it takes little longer than for
    one. Each is what it would be alone, but for rounding.
    """
    places = [(ask.position, ask.sampling) for ask in asks]
    seen = _look_all(places, model)
    chosen = [
        _choose(ask, next_word, weights, model)
        for ask, (next_word, weights) in zip(asks, seen, strict=True)
    ]
    live = [
        (ask.position, own[0].word_id)
        for ask, own in zip(asks, chosen, strict=True)
        if own is not None
    ]
    after = iter(_go_on_all(live, model))
    return [None if own is None else Answer(*own, next(after)) for own in chosen]


def step(ask: Ask, model: Voice) -> Answer | None:
    """Write one word; see `answer_all`."""
    return answer_all([ask], model)[0]


def _choose(
    ask: Ask, next_word: Upcoming, weights: Floats, model: Voice
) -> tuple[Choice, Upcoming] | None:
    """Choose the next word of a text, given what may come (V,); None where it ends instead."""
    if ask.refused:
        weights[list(ask.refused)] = 0
    if not any_left(weights):
        return None
    word_id = choose(weights, ask.sampling, ask.generator)
    if ends_with(ask.position.state, word_id):
        return None
    choice = choice_of(word_id, next_word, model, ask.candidates)
    if ask.chances:
        choice = replace(choice, chances=_chances(word_id, weights, ask))
    return choice, next_word


def _chances(word_id: int, weights: Floats, ask: Ask) -> tuple[tuple[int, float], ...]:
    """Return how likely a word was to be drawn from the weights (V,), and the likeliest ones."""
    found = chances(weights, ask.sampling)  # (V,)
    best = shortlist(found, top_k=ask.candidates).tolist() if ask.candidates else []
    return tuple((own, float(found[own])) for own in (word_id, *best))


def look(position: Position, model: Voice, sampling: Sampling) -> tuple[Upcoming, Floats]:
    """Return what comes next, and the weights (V,) that penalty and constraints leave; 0 is barred.

    Constraints may note that they were asked: see `Constraint.constrain`.
    """
    return _look_all([(position, sampling)], model)[0]


def _look_all(
    places: Sequence[tuple[Position, Sampling]], model: Voice
) -> list[tuple[Upcoming, Floats]]:
    """Return of each of N places what `look` does."""
    next_found = model.next_words([position.reading for position, _ in places])
    found = []
    for next_word, (position, sampling) in zip(next_found, places, strict=True):
        weights = _penalised(next_word, position.state, sampling)
        constrain(weights, position.state)
        found.append((next_word, weights))
    return found


def go_on(position: Position, word_id: int, model: Voice) -> Position:
    """Note a word and read it; return where the text stands then. See `Ask` on the one given."""
    return _go_on_all([(position, word_id)], model)[0]


def _go_on_all(texts: Sequence[tuple[Position, int]], model: Voice) -> list[Position]:
    """Note and read a word of each of N texts; see `go_on`."""
    if not texts:
        return []
    for position, word_id in texts:
        note(position.state, word_id)
    readings = model.read_all(
        [position.reading for position, _ in texts], [word_id for _, word_id in texts]
    )
    return [
        Position(position.state, reading)
        for (position, _), reading in zip(texts, readings, strict=True)
    ]


def _penalised(next_word: Upcoming, state: TextState, sampling: Sampling) -> Floats:
    """Return the probabilities (V,) after the repetition penalty; it spares punctuation."""
    draft = state.draft
    roles, unknown = draft.marks.roles, len(draft.marks.roles)
    window = draft.ids[-sampling.penalty_window :] if sampling.penalty_window else []
    recent = [i for i in window if i < unknown and roles[i] is Role.WORD]
    weights = next_word.probs.copy()  # (V,)
    penalise(weights, np.array(recent, dtype=np.int64), penalty=sampling.repetition_penalty)
    return weights


def choice_of(word_id: int, next_word: Upcoming, model: Voice, candidates: int) -> Choice:
    """Return a word as it was chosen here, with so many candidates."""
    own = candidate_of(word_id, next_word, model)
    return Choice(
        word=own.word,
        cosine=own.cosine,
        probability=own.probability,
        candidates=_candidates(next_word, model, candidates),
        word_id=word_id,
        vector=next_word.vector_of(word_id),
        shares=next_word.shares(word_id),
    )


def strange_choice(
    word: str, word_id: int, next_word: Upcoming, model: Voice, candidates: int
) -> Choice:
    """Return a word that a person wrote here and the vocabulary lacks."""
    best = _candidates(next_word, model, candidates)
    return Choice(word, None, None, best, word_id, vector=next_word.vector, shares={})


def _candidates(next_word: Upcoming, model: Voice, count: int) -> tuple[Candidate, ...]:
    """Return the best words for this place."""
    best = shortlist(next_word.probs, top_k=count) if count else ()
    return tuple(candidate_of(int(i), next_word, model) for i in best)


def candidate_of(word_id: int, next_word: Upcoming, model: Voice) -> Candidate:
    """Return a word with the cosine and the probability that it has here."""
    return Candidate(
        word=model.words[word_id],
        cosine=next_word.cosine_of(word_id),
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
