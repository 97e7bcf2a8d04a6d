"""Where the program starts: `xuxie`, `python -m pipeline`, and `python cli.py` in a checkout."""

from __future__ import annotations

import sys

from pipeline.commands.app import app


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdin, sys.stdout):  # a character that cannot be read or shown becomes ?
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    app(args=[argument for argument in sys.argv[1:] if argument != "--debug"])


if __name__ == "__main__":
    main()
