"""What all commands print with: errors as one line with their exit code, notes, JSON, progress."""

from __future__ import annotations

import functools
import inspect
import json
import os
import shutil
import sys
import traceback
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, get_type_hints

import typer

from pipeline.catalog import STAGES
from pipeline.commands.columns import SET_IN, fold
from pipeline.commands.options import Debug
from pipeline.commands.progress import open_reporter
from pipeline.config import Settings
from pipeline.errors import XuxieError
from pipeline.interrupts import advising
from pipeline.processes import Processes, cores
from pipeline.program import told
from pipeline.project import Project
from pipeline.runner.execute import Outcome, execute
from pipeline.runner.mirror import Mirror
from pipeline.runner.store import Store
from pipeline.shown import shown, shown_json
from pipeline.stage import Stage
from pipeline.workers import Workers

_CONTEXT = "click_context"
_LONGEST = 2000  # characters of a message
UNBOUNDED = 10_000  # columns of a file


def guarded(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn the pipeline's errors into one line on stderr and their exit code; add `--debug`."""

    @functools.wraps(command)
    def run(*args: Any, debug: bool, **kwargs: Any) -> Any:
        click_context = kwargs[own] if own else kwargs.pop(_CONTEXT)
        try:
            value = command(*args, **kwargs)
            sys.stdout.flush()  # here, where a disk that is full is an error like others
            return value
        except XuxieError as error:
            if debug or click_context.find_root().params.get("debug"):
                traceback.print_exc()
            else:
                say(f"xuxie: {told(error)}")
            raise typer.Exit(error.exit_code) from None

    signature = inspect.signature(command)
    hints = get_type_hints(command, include_extras=True)
    # typer gives the context to one parameter alone: a command's own, if it has one.
    own = next((name for name, hint in hints.items() if hint is typer.Context), None)
    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters = [
        *(p.replace(annotation=hints[name]) for name, p in signature.parameters.items()),
        inspect.Parameter("debug", keyword, default=False, annotation=Debug),
    ]
    if own is None:
        parameters.append(inspect.Parameter(_CONTEXT, keyword, annotation=typer.Context))
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in parameters}
    return run


def say(text: str, *, lines: bool = False) -> None:
    """Print to stderr what is not the result; in one line, unless `lines` of it are meant."""
    longest = None if lines else _LONGEST
    print(shown(text, longest, lines=lines), file=sys.stderr, flush=True)


def say_notes(notes: Sequence[str]) -> None:
    """Print notes for the user to stderr."""
    for note in notes:
        say(f"xuxie: {note}")


def agrees(question: str) -> bool:
    """Ask; anything but y or yes, an end of the input too, is no."""
    print(f"{shown(question, None)} [y/N] ", end="", file=sys.stderr, flush=True)
    answer = sys.stdin.readline() if sys.stdin else ""
    if not answer.endswith("\n"):
        print(file=sys.stderr)  # the question's line ends though nobody pressed Enter
    return answer.strip().lower() in ("y", "yes")


def put(*texts: str, end: str = "\n") -> None:
    """Print results, each with `end` after it: what a terminal would obey is escaped."""
    for text in texts:
        print(shown(text, None, lines=True), end=end, flush=not end)


def put_lines(lines: Iterable[str], set_in: int = SET_IN) -> None:
    """Print lines of results in the columns that there are; see `fold`."""
    most = width()
    put(*(part for line in lines for part in fold(line, most, set_in)))


def page_lines(lines: Iterable[str], set_in: int = SET_IN) -> None:
    """Print lines as `put_lines` does; on a terminal that they do not fit on, page by page."""
    most = width()
    folded = [part for line in lines for part in fold(line, most, set_in)]
    if sys.stdout.isatty() and len(folded) >= shutil.get_terminal_size().lines:
        import pydoc  # slow to load, and seldom needed

        return pydoc.pager("".join(shown(line, None) + "\n" for line in folded))
    return put(*folded)


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    print(shown_json(json.dumps(value, ensure_ascii=False, indent=2)))


def width() -> int:
    """Return how many columns results have: as COLUMNS says, or the terminal; a file has many."""
    if os.environ.get("COLUMNS", "").isdecimal() or sys.stdout.isatty():
        return shutil.get_terminal_size().columns
    return UNBOUNDED


def run_stages(
    stages: Sequence[Stage],
    settings: Settings,
    store: Store,
    *,
    targets: Sequence[str],
    force: AbstractSet[str],
    command: str,
    progress: str = "auto",
    workers: Workers | None = None,
    mirror: Mirror | None = None,
) -> list[Outcome]:
    """Run stages with a progress display on stderr; an interrupt says that they can go on.

    `progress` is its form: see `open_reporter`. `workers` are this machine's unless others are
    given; `mirror` is where machines share artifacts.
    """
    reporter = open_reporter(sys.stderr, progress)
    try:
        with advising("; the same command goes on where it stopped", reporter.close):
            return execute(
                stages,
                settings,
                store,
                targets=targets,
                force=force,
                reporter=reporter,
                command=command,
                workers=workers or Processes(cores()),
                mirror=mirror,
            )
    finally:
        reporter.close()


def run_targets(
    project: Project,
    targets: Sequence[str],
    force: AbstractSet[str],
    command: str,
    progress: str = "auto",
    workers: Workers | None = None,
    mirror: Mirror | None = None,
) -> list[Outcome]:
    """Run stages of the pipeline with a progress display on stderr."""
    return run_stages(
        STAGES,
        project.settings,
        project.store,
        targets=targets,
        force=force,
        command=command,
        progress=progress,
        workers=workers,
        mirror=mirror,
    )
