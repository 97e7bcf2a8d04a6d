"""How the program was called: what help, hints and errors name it."""

from __future__ import annotations

import sys
from pathlib import Path

from pipeline.errors import XuxieError
from pipeline.shipped import CHECKOUT

_FROM_SOURCE = "python cli.py"
_INSTALLED = "xuxie"
_AS_MODULE = "python -m pipeline"

_called = _INSTALLED if CHECKOUT is None else _FROM_SOURCE  # from Python, nobody has called it


def program() -> str:
    """Return what a command line begins with, as this one did: `xuxie`, or `python cli.py`."""
    return _called


def set_program(path: str) -> None:
    """Take note of the path that the process was started by, `sys.argv[0]`."""
    global _called
    name = Path(path).name
    if name == "__main__.py":
        _called = _AS_MODULE
    else:
        _called = _INSTALLED if name.startswith(_INSTALLED) else _FROM_SOURCE


def command_line() -> list[str]:
    """Return what starts the same program in a process of its own, from any folder."""
    if CHECKOUT is not None:
        return [sys.executable, str(CHECKOUT / "cli.py")]
    return [sys.executable, "-m", "pipeline"]


def told(error: XuxieError) -> str:
    """Return an error's sentence with the command that mends it, as it can be typed here."""
    return f"{error}; run: {program()} {error.command}" if error.command else str(error)
