"""Writing together: a person and the model take turns. A pure step from state and line to state.

Each line is a command: a candidate's number, a text, or one of the letters in `HELP`. What a turn
draws depends on the seed, the place and how often it was drawn before, and on nothing else: so any
turn can be taken back. Each turn keeps where the text stands after it, so that nothing is read
again, however long the text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

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
from pipeline.engine.threads import one_thread_a_word
from pipeline.engine.writing.constraints.order import Progress, constrain, fork
from pipeline.engine.writing.constraints.order import note as note_word
from pipeline.engine.writing.constraints.order import start as start_text
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
from pipeline.engine.writing.writer import Writer
from pipeline.errors import SettingsError

SHOWN = 5  # candidates
HELP = (
    "Enter: the model's word · 1-5: that candidate · a text: your own words · u: undo · "
    "U: redo · r: draw again, or other candidates · s [FILE]: save · q: quit"
)
DEFAULT_FILE = "continuation.txt"


@dataclass(frozen=True)
class SessionContext:
    """What stays the same all through a session; `log_priors` is word → log frequency."""

    model: Model
    sampling: Sampling
    log_priors: Mapping[str, float]
    rng_seed: int


@dataclass(frozen=True)
class Position:
    """Where a text stands: what constraints have noted of it, and its reading. Never changed."""

    progress: Progress
    reading: Reading


@dataclass(frozen=True)
class Turn:
    """Words that came at one line.

    Attributes
    ----------
    choices : tuple of Choice
    after : Position
        Where the text stands after them.
    drawn : bool
        Whether the model chose.
    refused : tuple of int
        Words drawn for this place before, and drawn again since.
    """

    choices: tuple[Choice, ...]
    after: Position = field(repr=False, compare=False)
    drawn: bool = False
    refused: tuple[int, ...] = ()


@dataclass(frozen=True)
class Session:
    """The state.

    Attributes
    ----------
    start : Position
        Where the seed phrase ends.
    last_seed_word : str
    turns : tuple of Turn
    undone : tuple of Turn
        What `redo` brings back, the next one last.
    page : int
        Which candidates are shown: 0 the best five, 1 the next five.
    """

    start: Position = field(repr=False, compare=False)
    last_seed_word: str
    turns: tuple[Turn, ...] = ()
    undone: tuple[Turn, ...] = ()
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
    endless = replace(writing, finish=False)
    prompt = writer.prompt(seed, writing=endless, prior_weight=prior_weight)
    with one_thread_a_word():
        progress = start_text(prompt.seed_ids, prompt.constraints)
        begun = Position(progress, begin(prompt.model, prompt.seed_ids))
    context = SessionContext(prompt.model, sampling, writer.log_priors, rng_seed)
    return Session(begun, seed.words[-1]), context


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
    if line == "U":
        return redo(session)
    with one_thread_a_word():
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


def position_of(session: Session) -> Position:
    """Return where the text stands."""
    return session.turns[-1].after if session.turns else session.start


def candidates_for(session: Session, context: SessionContext) -> list[tuple[int, Candidate]]:
    """Return the ids and candidates that are shown, best first; only words that may stand here."""
    with one_thread_a_word():
        next_word, log_probs = _look(position_of(session), context)
        ids = shortlist(log_probs, top_k=SHOWN * (session.page + 1))[SHOWN * session.page :]
        allowed = [int(i) for i in ids if log_probs[i] > -np.inf]
        return [(i, candidate_of(i, next_word, context.model.network)) for i in allowed]


def draw(session: Session, context: SessionContext, refused: tuple[int, ...] = ()) -> Reply:
    """Let the model choose a word that was not refused."""
    position = position_of(session)
    next_word, log_probs = _look(position, context)
    log_probs[list(refused)] = -np.inf
    if log_probs.max() == -np.inf:
        return Reply(session, note="expected another word that may stand here, found none")
    place = sum(len(turn.choices) for turn in session.turns)
    generator = np.random.default_rng([context.rng_seed, place, len(refused)])
    word_id = choose(log_probs, context.sampling, generator)
    choice = choice_of(word_id, next_word, context.model.network, SHOWN)
    after = _advance(position, word_id, context)
    return Reply(_add(session, Turn((choice,), after, drawn=True, refused=refused)))


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
    return Reply(_add(session, Turn(*_take([shown[number - 1][0]], session, context))))


def type_words(session: Session, text: str, context: SessionContext) -> Reply:
    """Take a person's own words, cut as seed phrases are; what the novel does not know is named."""
    cut = cut_seed(text, context.log_priors)
    note = (
        f"not in this novel's vocabulary, dropped: {' '.join(cut.dropped)}" if cut.dropped else ""
    )
    if not cut.words:
        return Reply(session, note=note or HELP)
    ids = {word: number for number, word in enumerate(context.log_priors)}
    taken = _take([ids[word] for word in cut.words], session, context)
    return Reply(_add(session, Turn(*taken)), note=note)


def undo(session: Session) -> Reply:
    """Take back the last turn."""
    if not session.turns:
        return Reply(session, note="nothing to undo")
    *turns, last = session.turns
    return Reply(replace(session, turns=tuple(turns), undone=(*session.undone, last), page=0))


def redo(session: Session) -> Reply:
    """Bring back the turn that was undone last, until another takes its place."""
    if not session.undone:
        return Reply(session, note="nothing to redo")
    *undone, last = session.undone
    turns = (*session.turns, last)
    return Reply(replace(session, turns=turns, undone=tuple(undone), page=0))


def text_of(session: Session) -> str:
    """Return the text after the seed phrase."""
    words = [choice.word for choice in choices_of(session)]
    return spell(words, previous=session.last_seed_word)


def _look(position: Position, context: SessionContext) -> tuple[NextWord, Floats]:
    """Return what comes next, and the log probabilities (V,) that the constraints leave."""
    progress = fork(position.progress)
    next_word = next_word_distribution(position.reading, context.model)
    return next_word, constrain(penalised(next_word, progress, context.sampling), progress)


def _advance(position: Position, word_id: int, context: SessionContext) -> Position:
    """Return where the text stands after one word more."""
    progress = fork(position.progress)
    note_word(progress, word_id)
    return Position(progress, read(position.reading, word_id, context.model))


def _take(
    word_ids: Sequence[int], session: Session, context: SessionContext
) -> tuple[tuple[Choice, ...], Position]:
    """Return these words as choices, and where the text stands after them."""
    position, choices = position_of(session), []
    for word_id in word_ids:
        next_word = next_word_distribution(position.reading, context.model)
        choices.append(choice_of(word_id, next_word, context.model.network, SHOWN))
        position = _advance(position, word_id, context)
    return tuple(choices), position


def _add(session: Session, turn: Turn) -> Session:
    """Return the state after one turn more; what was undone is gone."""
    return replace(session, turns=(*session.turns, turn), undone=(), page=0)
