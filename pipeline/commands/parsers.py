"""Reading the values of options: what cannot be one is refused, and what came is shown."""

from __future__ import annotations

import os
from pathlib import Path

import typer

from pipeline.artifacts.report import LANGUAGES, Language
from pipeline.filenames import why_impossible
from pipeline.shown import shown

_LONGEST = 60  # characters of a refused value that are repeated
_LAST_PORT = 65_535


def whole_number(value: str) -> int:
    """Read an option's whole number; the parser hands defaults through here too.

    Raises
    ------
    typer.BadParameter
        It is none, or so large that no array has it.
    """
    try:
        found = int(value)
    except ValueError:
        raise typer.BadParameter(f"expected a whole number, got {_got(value)}") from None
    if not -(2**63) <= found < 2**63:
        raise typer.BadParameter(f"expected a whole number of 64 bits at most, got {_got(value)}")
    return found


def count(value: str) -> int:
    """Read an option's whole number that is not negative, as `whole_number` does."""
    if not str(value).isdecimal():
        raise typer.BadParameter(f"expected a whole number of at least 0, got {_got(value)}")
    return whole_number(value)


def several(value: str) -> int:
    """Read an option's whole number of at least 2, as `whole_number` does."""
    found = count(value)
    if found < 2:
        raise typer.BadParameter(f"expected a whole number of at least 2, got {_got(value)}")
    return found


def port(value: str) -> int:
    """Read an option's port, as `whole_number` does."""
    found = count(value)
    if found > _LAST_PORT:
        raise typer.BadParameter(f"expected 0 to {_LAST_PORT}, got {_got(value)}")
    return found


def number(value: str) -> float:
    """Read an option's number, as `whole_number` does."""
    try:
        return float(value)
    except ValueError:
        raise typer.BadParameter(f"expected a number, got {_got(value)}") from None


def text(value: str) -> str:
    """Read an option's text, which is not to be empty."""
    if not value.strip():
        raise typer.BadParameter("expected a text, got nothing")
    return value


def checked_name(value: str) -> str:
    """Read an option's or argument's path, or a name that stands for one; nothing need be there.

    Raises
    ------
    typer.BadParameter
        It is empty, or no system could find it, as where a name is too long.
    """
    name = os.fspath(value)
    if not name:
        raise typer.BadParameter("expected a name, got nothing")
    if why := why_impossible(name):
        raise typer.BadParameter(f"expected a name, got {_got(name)}: {why}; give another")
    return name


def checked_path(value: str) -> Path:
    """Read an option's or argument's path, as `checked_name` does."""
    return Path(checked_name(value))


def progress_form(value: str) -> str:
    """Read in which form progress is told."""
    if value not in ("auto", "json"):
        raise typer.BadParameter(f"expected auto or json, got {_got(value)}")
    return value


def language(value: str) -> Language:
    """Read an option's language, which is one of those that the report is in."""
    for own in LANGUAGES:
        if own == value:
            return own
    raise typer.BadParameter(f"expected {' or '.join(LANGUAGES)}, got {_got(value)}")


def _got(value: str) -> str:
    """Return a refused value as it can be shown."""
    return shown(str(value), longest=_LONGEST) or "nothing"
