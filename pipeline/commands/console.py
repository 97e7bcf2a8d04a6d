"""What all commands print with: errors as one line with their exit code, notes, JSON, progress."""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, ParamSpec, TypeVar

import typer

from pipeline.catalog import STAGES
from pipeline.commands.progress import open_reporter
from pipeline.config import Settings
from pipeline.errors import XuxieError
from pipeline.project import Project
from pipeline.runner.execute import Outcome, execute
from pipeline.runner.store import Store
from pipeline.stage import Stage

INTERRUPTED = 130

P = ParamSpec("P")
R = TypeVar("R")


def guarded(command: Callable[P, R]) -> Callable[P, R]:
    """Turn the pipeline's errors into one line on stderr and their exit code."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except XuxieError as error:
            if "--debug" in sys.argv:
                raise
            say(f"xuxie: {error}")
            raise typer.Exit(error.exit_code) from None
        except KeyboardInterrupt as interrupt:
            say(f"\nxuxie: interrupted{interrupt}")
            raise typer.Exit(INTERRUPTED) from None
        except BrokenPipeError:  # the reader, such as head, has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(0) from None

    return run


def say(text: str) -> None:
    """Print to stderr what is not the result."""
    print(text, file=sys.stderr)


def say_notes(notes: Sequence[str]) -> None:
    """Print notes for the user to stderr."""
    for note in notes:
        say(f"xuxie: {note}")


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def run_stages(
    stages: Sequence[Stage],
    settings: Settings,
    store: Store,
    *,
    targets: Sequence[str],
    force: AbstractSet[str],
    command: str,
) -> list[Outcome]:
    """Run stages with a progress display on stderr; an interrupt says that they can go on."""
    reporter = open_reporter(sys.stderr)
    try:
        return execute(
            stages,
            settings,
            store,
            targets=targets,
            force=force,
            reporter=reporter,
            command=command,
        )
    except KeyboardInterrupt:
        raise KeyboardInterrupt("; the same command goes on where it stopped") from None
    finally:
        reporter.close()


def run_targets(
    project: Project, targets: Sequence[str], force: AbstractSet[str], command: str
) -> list[Outcome]:
    """Run stages of the pipeline with a progress display on stderr."""
    return run_stages(
        STAGES, project.settings, project.store, targets=targets, force=force, command=command
    )
