"""How the program was called: what help and hints name it."""

from __future__ import annotations

from pathlib import Path

FROM_SOURCE = "python cli.py"
INSTALLED = "xuxie"

_called = FROM_SOURCE


def program() -> str:
    """Return what a command line begins with: `python cli.py`, or `xuxie` where that was called."""
    return _called


def set_program(path: str) -> None:
    """Take note of the path that the process was started by, `sys.argv[0]`."""
    global _called
    _called = INSTALLED if Path(path).name.startswith(INSTALLED) else FROM_SOURCE
