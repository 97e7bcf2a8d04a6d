"""Writing together: a person and the model take turns. A pure step from state and line to state.

Each line is a command: a candidate's number, a text, or one of the letters in `HELP`. What a turn
draws depends on the seed, the place and how often it was drawn before, and on nothing else: so any
turn can be taken back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from pipeline.arrays import Floats
from pipeline.engine.memories.next_word import (
    Model,
    NextWord,
    Reading,
    begin,
    next_word_distribution,
    read,
)
from pipeline.engine.writing.constraints.order import Constraints, Progress, constrain, note, start
from pipeline.engine.writing.generate import (
    Candidate,
    Choice,
    candidate_of,
    choice_of,
    penalised,
    spell,
)
from pipeline.engine.writing.options import WritingOptions
from pipeline.engine.writing.sampling import Sampling, check_rng_seed, choose, shortlist
from pipeline.engine.writing.seed import Seed, cut_seed
from pipeline.engine.writing.writer import Writer, constraints_for
from pipeline.errors import SettingsError

SHOWN = 5  # candidates
HELP = (
    "Enter: the model's word · 1-5: that candidate · a text: your own words · u: undo · "
    "r: draw again, or other candidates · s [FILE]: save · q: quit"
)
DEFAULT_FILE = "continuation.txt"


@dataclass(frozen=True)
class SessionContext:
    """What stays the same all through a session; `log_priors` is word → log frequency."""

    model: Model
    constraints: Constraints
    sampling: Sampling
    log_priors: Mapping[str, float]
    rng_seed: int


@dataclass(frozen=True)
class Turn:
    """Words that came at one line.

    Attributes
    ----------
    choices : tuple of Choice
    drawn : bool
        Whether the model chose.
    refused : tuple of int
        Words drawn for this place before, and drawn again since.
    """

    choices: tuple[Choice, ...]
    drawn: bool = False
    refused: tuple[int, ...] = ()


@dataclass(frozen=True)
class Session:
    """The state.

    Attributes
    ----------
    seed_ids : tuple of int
    last_seed_word : str
    turns : tuple of Turn
    page : int
        Which candidates are shown: 0 the best five, 1 the next five.
    """

    seed_ids: tuple[int, ...]
    last_seed_word: str
    turns: tuple[Turn, ...] = ()
    page: int = 0


@dataclass(frozen=True)
class Reply:
    """What a line led to: the new state, what to tell, a file to save to, whether it is the end."""

    session: Session
    note: str = ""
    save_to: str = ""
    done: bool = False


def open_session(
    writer: Writer,
    seed: Seed,
    *,
    writing: WritingOptions,
    sampling: Sampling,
    rng_seed: int,
    prior_weight: float | None = None,
) -> tuple[Session, SessionContext]:
    """Return the state at the beginning, and what stays the same.

    Raises
    ------
    SettingsError
        Words are to be included: in a session that is the person's part. The seed is negative.
    """
    check_rng_seed(rng_seed)
    if writing.must_include:
        raise SettingsError("--must-include: expected none with --interactive; type the words")
    model = writer.model(prior_weight, seed)
    constraints = constraints_for(model, replace(writing, finish=False))
    context = SessionContext(model, constraints, sampling, writer.log_priors, rng_seed)
    return Session(tuple(writer.seed_ids(seed)), seed.words[-1]), context


def answer(session: Session, line: str, context: SessionContext) -> Reply:
    """Return what a line leads to."""
    line = line.strip()
    command, _, rest = line.partition(" ")
    if line == "q":
        return Reply(session, done=True)
    if command == "s":
        return Reply(session, save_to=rest.strip() or DEFAULT_FILE)
    if line in ("?", "h"):
        return Reply(session, note=HELP)
    if line == "u":
        return undo(session)
    if line == "r":
        return draw_again(session, context)
    if line == "":
        return draw(session, context)
    if line.isascii() and line.isdigit():
        return pick(session, int(line), context)
    return type_words(session, line, context)


def choices_of(session: Session) -> list[Choice]:
    """Return all words after the seed phrase."""
    return [choice for turn in session.turns for choice in turn.choices]


def look(session: Session, context: SessionContext) -> tuple[Progress, Reading, NextWord, Floats]:
    """Return the text so far, its reading, what comes next, and what the constraints leave."""
    progress = start(session.seed_ids, context.constraints)
    written = [choice.word_id for choice in choices_of(session)]
    for word_id in written:
        note(progress, word_id)
    reading = begin(context.model, [*session.seed_ids, *written])
    next_word = next_word_distribution(reading, context.model)
    log_probs = constrain(penalised(next_word, progress, context.sampling), progress)
    return progress, reading, next_word, log_probs


def candidates_for(session: Session, context: SessionContext) -> list[tuple[int, Candidate]]:
    """Return the ids and candidates that are shown, best first; only words that may stand."""
    _, _, next_word, log_probs = look(session, context)
    ids = shortlist(log_probs, top_k=SHOWN * (session.page + 1))[SHOWN * session.page :]
    allowed = [int(i) for i in ids if log_probs[i] > -np.inf]
    return [(i, candidate_of(i, next_word, context.model.network)) for i in allowed]


def draw(session: Session, context: SessionContext, refused: tuple[int, ...] = ()) -> Reply:
    """Let the model choose a word that was not refused."""
    _, _, next_word, log_probs = look(session, context)
    log_probs[list(refused)] = -np.inf
    if log_probs.max() == -np.inf:
        return Reply(session, note="expected another word that may stand here, found none")
    place = len(choices_of(session))
    generator = np.random.default_rng([context.rng_seed, place, len(refused)])
    word_id = choose(log_probs, context.sampling, generator)
    choice = choice_of(word_id, next_word, context.model.network, SHOWN)
    return Reply(add(session, Turn((choice,), drawn=True, refused=refused)))


def draw_again(session: Session, context: SessionContext) -> Reply:
    """Take back the model's last word and draw another; else show the next candidates."""
    last = session.turns[-1] if session.turns else None
    if last is None or not last.drawn:
        return Reply(replace(session, page=session.page + 1))
    refused = (*last.refused, last.choices[0].word_id)
    reply = draw(replace(session, turns=session.turns[:-1], page=0), context, refused)
    return reply if not reply.note else Reply(session, note=reply.note)


def pick(session: Session, number: int, context: SessionContext) -> Reply:
    """Take a candidate by its number, from 1."""
    shown = candidates_for(session, context)
    if not 1 <= number <= len(shown):
        return Reply(session, note=f"expected a number from 1 to {len(shown)}, got {number}")
    _, _, next_word, _ = look(session, context)
    choice = choice_of(shown[number - 1][0], next_word, context.model.network, SHOWN)
    return Reply(add(session, Turn((choice,))))


def type_words(session: Session, text: str, context: SessionContext) -> Reply:
    """Take a person's own words, cut as seed phrases are; what the novel does not know is named."""
    cut = cut_seed(text, context.log_priors)
    note = (
        f"not in this novel's vocabulary, dropped: {' '.join(cut.dropped)}" if cut.dropped else ""
    )
    if not cut.words:
        return Reply(session, note=note or HELP)
    ids = {word: number for number, word in enumerate(context.log_priors)}
    _, reading, _, _ = look(session, context)
    choices = []
    for word in cut.words:
        next_word = next_word_distribution(reading, context.model)
        choices.append(choice_of(ids[word], next_word, context.model.network, SHOWN))
        reading = read(reading, ids[word], context.model)
    return Reply(add(session, Turn(tuple(choices))), note=note)


def undo(session: Session) -> Reply:
    """Take back the last turn."""
    if not session.turns:
        return Reply(session, note="nothing to undo")
    return Reply(replace(session, turns=session.turns[:-1], page=0))


def add(session: Session, turn: Turn) -> Session:
    """Return the state after one turn more."""
    return replace(session, turns=(*session.turns, turn), page=0)


def text_of(session: Session) -> str:
    """Return the text after the seed phrase."""
    words = [choice.word for choice in choices_of(session)]
    return spell(words, previous=session.last_seed_word)
