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
from pipeline.engine.memories.foretell import Foretold, Model, Reading, begin, foretell, read
from pipeline.engine.writing.generate import Candidate, Choice, candidate_of, open_to, report, spell
from pipeline.engine.writing.rules.pen import Pen
from pipeline.engine.writing.rules.weigh import Progress, Rules, go_on, start
from pipeline.engine.writing.sampling import Sampling, check_rng_seed, choose, shortlist
from pipeline.engine.writing.seed import Seed, cut_seed
from pipeline.engine.writing.writer import Writer, rules_for
from pipeline.errors import SettingsError

SHOWN = 5  # candidates
HELP = (
    "Enter: the model's word · 1-5: that candidate · a text: your own words · u: undo · "
    "r: draw again, or other candidates · s [FILE]: save · q: quit"
)
DEFAULT_FILE = "continuation.txt"


@dataclass(frozen=True)
class Desk:
    """What stays the same all through a session; `log_priors` is word → log frequency."""

    model: Model
    rules: Rules
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
    pen: Pen,
    sampling: Sampling,
    rng_seed: int,
    prior_weight: float | None = None,
) -> tuple[Session, Desk]:
    """Return the state at the beginning, and what stays the same.

    Raises
    ------
    SettingsError
        Words are to be included: in a session that is the person's part. The seed is negative.
    """
    check_rng_seed(rng_seed)
    if pen.must_include:
        raise SettingsError("--must-include: expected none with --interactive; type the words")
    model = writer.model(prior_weight, seed)
    rules = rules_for(model, replace(pen, finish=False))
    desk = Desk(model, rules, sampling, writer.log_priors, rng_seed)
    return Session(tuple(writer.seed_ids(seed)), seed.words[-1]), desk


def answer(session: Session, line: str, desk: Desk) -> Reply:
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
        return draw_again(session, desk)
    if line == "":
        return draw(session, desk)
    if line.isascii() and line.isdigit():
        return pick(session, int(line), desk)
    return type_words(session, line, desk)


def choices_of(session: Session) -> list[Choice]:
    """Return all words after the seed phrase."""
    return [choice for turn in session.turns for choice in turn.choices]


def look(session: Session, desk: Desk) -> tuple[Progress, Reading, Foretold, Floats]:
    """Return the text as the rules see it, its reading, what comes next, and what rules leave."""
    progress = start(session.seed_ids, desk.rules)
    written = [choice.word_id for choice in choices_of(session)]
    for word_id in written:
        go_on(progress, word_id, desk.rules)
    reading = begin(desk.model, [*session.seed_ids, *written])
    foretold = foretell(reading, desk.model)
    chances = open_to(foretold, progress, desk.rules, desk.sampling)
    return progress, reading, foretold, chances


def candidates_for(session: Session, desk: Desk) -> list[tuple[int, Candidate]]:
    """Return the ids and candidates that are shown, best first; only words that rules allow."""
    _, _, foretold, chances = look(session, desk)
    ids = shortlist(chances, top_k=SHOWN * (session.page + 1))[SHOWN * session.page :]
    allowed = [int(i) for i in ids if chances[i] > -np.inf]
    return [(i, candidate_of(i, foretold, desk.model.network)) for i in allowed]


def draw(session: Session, desk: Desk, refused: tuple[int, ...] = ()) -> Reply:
    """Let the model choose a word that was not refused."""
    _, _, foretold, chances = look(session, desk)
    chances[list(refused)] = -np.inf
    if chances.max() == -np.inf:
        return Reply(session, note="expected another word that may stand here, found none")
    place = len(choices_of(session))
    generator = np.random.default_rng([desk.rng_seed, place, len(refused)])
    word_id = choose(chances, desk.sampling, generator)
    choice = report(word_id, foretold, desk.model.network, SHOWN)
    return Reply(add(session, Turn((choice,), drawn=True, refused=refused)))


def draw_again(session: Session, desk: Desk) -> Reply:
    """Take back the model's last word and draw another; else show the next candidates."""
    last = session.turns[-1] if session.turns else None
    if last is None or not last.drawn:
        return Reply(replace(session, page=session.page + 1))
    refused = (*last.refused, last.choices[0].word_id)
    reply = draw(replace(session, turns=session.turns[:-1], page=0), desk, refused)
    return reply if not reply.note else Reply(session, note=reply.note)


def pick(session: Session, number: int, desk: Desk) -> Reply:
    """Take a candidate by its number, from 1."""
    shown = candidates_for(session, desk)
    if not 1 <= number <= len(shown):
        return Reply(session, note=f"expected a number from 1 to {len(shown)}, got {number}")
    _, _, foretold, _ = look(session, desk)
    choice = report(shown[number - 1][0], foretold, desk.model.network, SHOWN)
    return Reply(add(session, Turn((choice,))))


def type_words(session: Session, text: str, desk: Desk) -> Reply:
    """Take a person's own words, cut as seed phrases are; what the novel does not know is named."""
    cut = cut_seed(text, desk.log_priors)
    note = (
        f"not in this novel's vocabulary, dropped: {' '.join(cut.dropped)}" if cut.dropped else ""
    )
    if not cut.words:
        return Reply(session, note=note or HELP)
    ids = {word: number for number, word in enumerate(desk.log_priors)}
    _, reading, _, _ = look(session, desk)
    choices = []
    for word in cut.words:
        foretold = foretell(reading, desk.model)
        choices.append(report(ids[word], foretold, desk.model.network, SHOWN))
        reading = read(reading, ids[word], desk.model)
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
