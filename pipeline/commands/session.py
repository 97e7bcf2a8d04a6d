"""`generate --interactive`: write together with the model, turn by turn."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pipeline.commands.console import say
from pipeline.commands.words import (
    candidate_line,
    document,
    generation_json,
)
from pipeline.interrupts import INTERRUPTED

if TYPE_CHECKING:
    from pipeline.engine.writing.seed import Seed
    from pipeline.engine.writing.session import Session, SessionContext

LAST_CHARACTERS = 120  # of the text, shown with each turn


def write_together(
    session: Session, context: SessionContext, seed_phrase: str, seed: Seed, as_json: bool
) -> None:
    """Hold a session: the dialogue goes to stderr, the finished text to stdout."""
    interrupted = False
    try:
        for state, told in converse(session, context, seed_phrase, sys.stdin.readline):
            session = state
            say(told, lines=True)
    except KeyboardInterrupt:
        interrupted = True
    print(session_result(session, context, seed_phrase, seed, as_json=as_json))
    if interrupted:
        raise typer.Exit(INTERRUPTED)


def converse(
    session: Session, context: SessionContext, seed_phrase: str, read_line: Callable[[], str]
) -> Iterator[tuple[Session, str]]:
    """Yield the state and what to tell, turn by turn, until the person quits or the input ends.

    Parameters
    ----------
    session, context : see `open_session`
    seed_phrase : str
        What the shown text begins with.
    read_line : callable
        Returns a line with its end, and the empty string after the last.
    """
    from pipeline.engine.writing.session import HELP, answer, text_of

    yield session, HELP
    while True:
        yield session, "\n".join(turn_lines(session, context, seed_phrase))
        if not (line := read_line()):
            return
        reply = answer(session, line, context)
        session = reply.session
        if reply.note:
            yield session, f"xuxie: {reply.note}"
        if reply.save_to:
            told = save_text(Path(reply.save_to), seed_phrase + text_of(session))
            yield session, f"xuxie: {told}"
        if reply.done:
            return


def turn_lines(session: Session, context: SessionContext, seed_phrase: str) -> Iterator[str]:
    """Yield the end of the text and the candidates for the next word."""
    from pipeline.engine.writing.session import candidates_for, text_of

    text = seed_phrase + text_of(session)
    cut = "…" if len(text) > LAST_CHARACTERS else ""
    yield f"\n{cut}{text[-LAST_CHARACTERS:]}"
    for number, (_, candidate) in enumerate(candidates_for(session, context), 1):
        yield f"  {number}  {candidate_line(candidate)}"


def session_result(
    session: Session, context: SessionContext, seed_phrase: str, seed: Seed, *, as_json: bool
) -> str:
    """Return the finished text, or it and its words as JSON."""
    from pipeline.engine.writing.session import choices_of, text_of

    if as_json:
        sample = {"rng_seed": context.rng_seed, "choices": choices_of(session)}
        return document(generation_json(seed_phrase, seed, [sample])).rstrip("\n")
    return seed_phrase + text_of(session)


def save_text(path: Path, text: str) -> str:
    """Write a text to a new file; return a line that tells what happened."""
    data = (text + "\n").encode("utf-8", errors="replace")
    try:
        with path.open("xb") as file:
            file.write(data)
    except FileExistsError:
        return f"{path}: expected a new file, found one; nothing saved; try s OTHER_NAME"
    except OSError as error:
        with suppress(OSError):
            path.unlink()  # half a text
        return f"{path}: expected to write a file, got: {error.strerror}; nothing saved"
    return f"saved to {path}"
