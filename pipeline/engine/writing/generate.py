"""Writing on: from the words so far to a stream of chosen words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from pipeline.arrays import Floats, Integers
from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.engine.memories.voice import NextWords, Upcoming, Voice
from pipeline.engine.threads import one_thread_a_word
from pipeline.engine.writing.constraints.draft import Draft
from pipeline.engine.writing.constraints.order import (
    Constraints,
    TextState,
    constrain,
    ends_with,
    note,
    start,
)
from pipeline.engine.writing.sampling import Sampling, chances, choose_all, penalise, shortlist

TOGETHER = 32  # texts in one array: with more of them it would leave the processor's caches


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
        λ_k·p_k(word); see `NextWords`.
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
    judged : bool
        Whether to tell what speaks for the word besides what has been written.
    """

    position: Position
    generator: np.random.Generator
    sampling: Sampling
    candidates: int = 0
    refused: Sequence[int] = ()
    chances: bool = False
    judged: bool = False


class Answer(NamedTuple):
    """The word that came, log p as in `NextWords.log_chances` if it was asked for, and the text."""

    choice: Choice
    log_chance: float
    position: Position


def answer_all(asks: Sequence[Ask], model: Voice) -> list[Answer | None]:
    """Write the next word of each of N texts, whoever wants it; None where the text ends instead.

    What is computed for all V words is computed for `TOGETHER` texts in one array. Each text is
    what it would be alone, but for rounding.
    """
    answers: list[Answer | None] = []
    for first in range(0, len(asks), TOGETHER):
        answers += _answer_some(asks[first : first + TOGETHER], model)
    return answers


def step(ask: Ask, model: Voice) -> Answer | None:
    """Write one word; see `answer_all`."""
    return answer_all([ask], model)[0]


def _answer_some(asks: Sequence[Ask], model: Voice) -> list[Answer | None]:
    """Do as `answer_all` for no more texts than one array holds."""
    found, weights = _look_all(
        [ask.position for ask in asks], [ask.sampling for ask in asks], model
    )
    drawn = _draw_all(weights, asks)
    rows = [row for row, word_id in enumerate(drawn) if word_id is not None]
    answers: list[Answer | None] = [None] * len(asks)
    if rows:
        word_ids = np.array([drawn[row] for row in rows])
        for row, answer in zip(
            rows, _answers(np.array(rows), word_ids, found, weights, asks, model), strict=True
        ):
            answers[row] = answer
    return answers


def _draw_all(weights: Floats, asks: Sequence[Ask]) -> list[int | None]:
    """Draw the next word of each of N texts from its weights (N, V); None where the text ends."""
    for own, ask in zip(weights, asks, strict=True):
        if ask.refused:
            own[list(ask.refused)] = 0
    drawn = choose_all(weights, [ask.sampling for ask in asks], [ask.generator for ask in asks])
    return [
        None if word_id is None or ends_with(ask.position.state, word_id) else word_id
        for ask, word_id in zip(asks, drawn, strict=True)
    ]


def _answers(
    rows: Integers,
    word_ids: Integers,
    found: NextWords,
    weights: Floats,
    asks: Sequence[Ask],
    model: Voice,
) -> list[Answer]:
    """Go on by a word in M of N texts, given their places among those that were looked at."""
    own = [asks[row] for row in rows.tolist()]
    choices = _choices(rows, word_ids, found, model, own)
    logs: Sequence[float] = [0.0] * len(own)
    if any(ask.judged for ask in own):
        logs = found.log_chances(rows, word_ids)
    after = _go_on_all([ask.position for ask in own], word_ids.tolist(), model)
    return [
        Answer(
            replace(choice, chances=_chances(choice.word_id, weights[row], ask))
            if ask.chances
            else choice,
            log_chance,
            position,
        )
        for row, ask, choice, log_chance, position in zip(
            rows, own, choices, logs, after, strict=True
        )
    ]


def _chances(word_id: int, weights: Floats, ask: Ask) -> tuple[tuple[int, float], ...]:
    """Return how likely a word was to be drawn from the weights (V,), and the likeliest ones."""
    found = chances(weights, ask.sampling)  # (V,)
    best = shortlist(found, top_k=ask.candidates).tolist() if ask.candidates else []
    return tuple((own, float(found[own])) for own in (word_id, *best))


def look(position: Position, model: Voice, sampling: Sampling) -> tuple[Upcoming, Floats]:
    """Return what comes next, and the weights (V,) that penalty and constraints leave; 0 is barred.

    Constraints may note that they were asked: see `Constraint.constrain`.
    """
    found, weights = _look_all([position], [sampling], model)
    return Upcoming(found, 0), weights[0]


def _look_all(
    positions: Sequence[Position], samplings: Sequence[Sampling], model: Voice
) -> tuple[NextWords, Floats]:
    """Return of N places what comes next, and the weights (N, V) as `look` does."""
    found = model.next_words([position.reading for position in positions])
    weights = found.probs.copy()  # (N, V)
    _penalise_all(weights, [position.state.draft for position in positions], samplings)
    for own, position in zip(weights, positions, strict=True):
        constrain(own, position.state)
    return found, weights


def go_on(position: Position, word_id: int, model: Voice) -> Position:
    """Note a word and read it; return where the text stands then. See `Ask` on the one given."""
    return _go_on_all([position], [word_id], model)[0]


def _go_on_all(
    positions: Sequence[Position], word_ids: Sequence[int], model: Voice
) -> list[Position]:
    """Note and read a word of each of N texts; see `go_on`."""
    for position, word_id in zip(positions, word_ids, strict=True):
        note(position.state, word_id)
    readings = model.read_all([position.reading for position in positions], word_ids)
    return [
        Position(position.state, reading)
        for position, reading in zip(positions, readings, strict=True)
    ]


def _penalise_all(weights: Floats, drafts: Sequence[Draft], samplings: Sequence[Sampling]) -> None:
    """Divide the probabilities (N, V) of words written lately in place; punctuation is spared."""
    if all(own.repetition_penalty == 1 for own in samplings):
        return
    lately = [
        draft.ids[max(len(draft.ids) - own.penalty_window, 0) :]
        for draft, own in zip(drafts, samplings, strict=True)
    ]
    rows = np.repeat(np.arange(len(lately)), [len(own) for own in lately])  # (n,)
    ids = np.fromiter(chain.from_iterable(lately), dtype=np.int64, count=len(rows))  # (n,)
    spelt = np.flatnonzero(drafts[0].marks.spelt[ids])
    penalties = np.array([own.repetition_penalty for own in samplings], dtype=np.float32)
    penalise(weights, rows[spelt], ids[spelt], penalties=penalties)


def _choices(
    rows: Integers, word_ids: Integers, found: NextWords, model: Voice, asks: Sequence[Ask]
) -> list[Choice]:
    """Return words of M texts as they were chosen, given their places among the N looked at."""
    told = zip(
        rows.tolist(),
        word_ids.tolist(),
        found.probs[rows, word_ids].tolist(),
        found.cosines(rows, word_ids),
        found.vectors_of(rows, word_ids),
        found.shares(rows, word_ids),
        asks,
        strict=True,
    )
    return [
        Choice(
            word=model.words[word_id],
            cosine=cosine,
            probability=probability,
            candidates=_candidates(Upcoming(found, row), model, ask.candidates),
            word_id=word_id,
            vector=vector,
            shares=shares,
        )
        for row, word_id, probability, cosine, vector, shares, ask in told
    ]


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
