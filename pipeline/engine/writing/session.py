"""Writing together: the state of a text that a person and the model write in turns.

Nothing here changes: each turn leads to a new state (`turns.py`) and keeps where the text stands
after it, so that any turn can be taken back and nothing is read again, however long the text.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from pipeline.arrays import Floats
from pipeline.artifacts.tokens import Tokenizer
from pipeline.engine.memories.voice import Upcoming, Voice
from pipeline.engine.threads import one_thread_a_word
from pipeline.engine.writing.constraints.order import fork
from pipeline.engine.writing.generate import Candidate, Choice, Position, candidate_of, go_on, look
from pipeline.engine.writing.options import WritingOptions
from pipeline.engine.writing.sampling import Sampling, check_rng_seed, shortlist
from pipeline.engine.writing.seed import Seed
from pipeline.engine.writing.text_writer import TextWriter
from pipeline.errors import SettingsError

SHOWN = 5  # candidates
Way = Literal["own", "word", "sentence", "paragraph"]  # how the words of a turn came to be


@dataclass(frozen=True)
class SessionContext:
    """What stays the same all through a session."""

    model: Voice
    tokenizer: Tokenizer
    sampling: Sampling
    rng_seed: int


@dataclass(frozen=True)
class Turn:
    """Words that came at one line.

    Attributes
    ----------
    choices : tuple of Choice
        As the model reads them.
    text : str
        As they stand in the text: a person's own words just as they were typed.
    after : Position
        Where the text stands after them; forked before it is gone on from, and so never changed.
    way : Way
        Whether the model drew a word, or up to the end of a sentence or paragraph.
    refused : tuple of int
        Words drawn for this place before, and drawn again since.
    again : int
        How often the turn was drawn before.
    """

    choices: tuple[Choice, ...]
    text: str
    after: Position = field(repr=False, compare=False)
    way: Way = "own"
    refused: tuple[int, ...] = ()
    again: int = 0


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
    """What a line led to: the new state, what to tell, a file to save to, whether it is the end.

    `save_to` is "" for the file that was saved to last, None where nothing is to be saved.
    """

    session: Session
    note: str = ""
    save_to: str | None = None
    done: bool = False


def open_session(
    writer: TextWriter,
    seed: Seed,
    *,
    writing: WritingOptions,
    sampling: Sampling,
    rng_seed: int,
    prior_weight: float | None = None,
    learn_from: str = "",
) -> tuple[Session, SessionContext]:
    """Return the state at the beginning, and what stays the same.

    Raises
    ------
    SettingsError
        Words are to be included: in a session that is the person's part. The seed is negative.
    """
    check_rng_seed(rng_seed)
    if writing.must_include:
        raise SettingsError(
            "--must-include: expected none with --interactive; type the words",
            option="--must-include",
        )
    endless = replace(writing, finish=False, words=None, sentences=None, paragraphs=None, until="")
    prompt = writer.prompt(seed, writing=endless, prior_weight=prior_weight, learn_from=learn_from)
    begun = prompt.begin()
    context = SessionContext(prompt.model, writer.tokenizer, sampling, rng_seed)
    return Session(begun, seed.words[-1]), context


def choices_of(session: Session) -> list[Choice]:
    """Return all words after the seed phrase, as the model reads them."""
    return [choice for turn in session.turns for choice in turn.choices]


def text_of(session: Session) -> str:
    """Return the text after the seed phrase."""
    return "".join(turn.text for turn in session.turns)


def last_word(session: Session) -> str:
    """Return the word that the text ends with."""
    choices = session.turns[-1].choices if session.turns else ()
    return choices[-1].word if choices else session.last_seed_word


def position_of(session: Session) -> Position:
    """Return where the text stands."""
    return session.turns[-1].after if session.turns else session.start


def candidates_for(session: Session, context: SessionContext) -> list[tuple[int, Candidate]]:
    """Return the ids and candidates that are shown, best first; only words that may stand here."""
    with one_thread_a_word():
        next_word, weights = peek(position_of(session), context.model, context.sampling)
        ids = shortlist(weights, top_k=SHOWN * (session.page + 1))[SHOWN * session.page :]
        allowed = [int(i) for i in ids if weights[i] > 0]
        return [(i, candidate_of(i, next_word, context.model)) for i in allowed]


def peek(position: Position, model: Voice, sampling: Sampling) -> tuple[Upcoming, Floats]:
    """Return what `look` does; the position stays as it is."""
    return look(fork_position(position), model, sampling)


def advance(position: Position, word_id: int, model: Voice) -> Position:
    """Return where the text stands after one word more."""
    return go_on(fork_position(position), word_id, model)


def fork_position(position: Position) -> Position:
    """Return a position to go on from; the given one stays where it is."""
    return Position(fork(position.state), position.reading)


def add(session: Session, turn: Turn) -> Session:
    """Return the state after one turn more; what was undone is gone."""
    return replace(session, turns=(*session.turns, turn), undone=(), page=0)


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
