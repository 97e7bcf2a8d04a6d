"""`generate --interactive`: write together with the model, turn by turn."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pipeline.commands.console import put, say
from pipeline.commands.words import (
    candidate_line,
    document,
    generation_json,
)
from pipeline.interrupts import INTERRUPTED
from pipeline.regular import why_unreadable
from pipeline.runner.disk import write_durably

if TYPE_CHECKING:
    from pipeline.engine.writing.seed import Seed
    from pipeline.engine.writing.session import Session, SessionContext

_DEFAULT_FILE = "continuation.txt"
_LAST_CHARACTERS = 120  # of the text, shown with each turn


def write_together(
    session: Session, context: SessionContext, seed_phrase: str, seed: Seed, as_json: bool
) -> None:
    """Hold a session: the dialogue goes to stderr, the finished text to stdout.

    The text is printed however the session ends, an error nobody foresaw among the ways.
    """
    interrupted = False
    try:
        for state, told in converse(session, context, seed_phrase, _line_reader()):
            session = state
            say(told, lines=True)
    except KeyboardInterrupt:
        interrupted = True
    finally:
        put(_session_result(session, context, seed_phrase, seed, as_json=as_json))
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
    from pipeline.engine.writing.session import text_of
    from pipeline.engine.writing.turns import HELP, answer

    saved: dict[Path, bytes] = {}
    file = _DEFAULT_FILE
    yield session, HELP
    while True:
        yield session, "\n".join(_turn_lines(session, context, seed_phrase))
        if not (line := read_line()):
            return
        reply = answer(session, line, context)
        session = reply.session
        if reply.note:
            yield session, f"xuxie: {reply.note}"
        if reply.save_to is not None:
            name = reply.save_to or file
            told = save_text(name, seed_phrase + text_of(session), saved)
            file = name if Path(name) in saved else file
            yield session, f"xuxie: {told}"
        if reply.done:
            return


def _turn_lines(session: Session, context: SessionContext, seed_phrase: str) -> Iterator[str]:
    """Yield the end of the text and the candidates for the next word."""
    from pipeline.engine.writing.session import candidates_for, text_of

    text = seed_phrase + text_of(session)
    cut = "…" if len(text) > _LAST_CHARACTERS else ""
    yield f"\n{cut}{text[-_LAST_CHARACTERS:]}"
    for number, (_, candidate) in enumerate(candidates_for(session, context), 1):
        yield f"  {number}  {candidate_line(candidate)}"


def _session_result(
    session: Session, context: SessionContext, seed_phrase: str, seed: Seed, *, as_json: bool
) -> str:
    """Return the finished text, or it and its words as JSON."""
    from pipeline.engine.writing.session import choices_of, text_of

    text = text_of(session)
    if as_json:
        sample = {"rng_seed": context.rng_seed, "choices": choices_of(session), "text": text}
        return document(generation_json(seed_phrase, seed, [sample])).rstrip("\n")
    return seed_phrase + text


def save_text(name: str, text: str, saved: dict[Path, bytes]) -> str:
    """Write a text to a file that is new, or that this session wrote; return what happened.

    `saved` holds what the session wrote to which file; a file that has changed since is another's.
    """
    path, data = Path(name), (text + "\n").encode("utf-8", errors="replace")
    try:
        if path in saved and not why_unreadable(path) and path.read_bytes() == saved[path]:
            write_durably(path, data.decode("utf-8"))
        else:
            with path.open("xb") as file:
                saved[path] = b""
                file.write(data)
    except FileExistsError:
        return f"{name}: expected a new file, found one; nothing saved; try s OTHER_NAME"
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        if saved.get(path) == b"":
            del saved[path]
            path.unlink(missing_ok=True)  # half a text
        why = error.strerror if isinstance(error, OSError) else str(error)
        return f"{name}: expected to write a file, got: {why}; nothing saved"
    saved[path] = data
    return f"saved to {name}"


def _line_reader() -> Callable[[], str]:
    """Return what reads a line: on a terminal with an editor and the session's history."""
    if not (sys.stdin and sys.stderr and sys.stdin.isatty() and sys.stderr.isatty()):
        return sys.stdin.readline if sys.stdin else lambda: ""
    # It takes a tenth of a second to load: only where somebody types.
    from prompt_toolkit import PromptSession
    from prompt_toolkit.history import InMemoryHistory
    from prompt_toolkit.output import create_output

    prompts: PromptSession[str] = PromptSession(
        history=InMemoryHistory(), output=create_output(stdout=sys.stderr)
    )

    def read() -> str:
        try:
            return prompts.prompt("> ") + "\n"
        except EOFError:
            return ""

    return read
