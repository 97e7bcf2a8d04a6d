"""xuxie's command line: what comes before the commands are loaded; also `python -m pipeline`.

The commands are files in `commands/`, put together in `commands/app.py`.
"""

from __future__ import annotations

import os
import signal
import sys


def main() -> None:
    """Run the command line; an interrupt at any moment ends it with one line and code 130."""
    from contextlib import suppress

    from pipeline import interrupts
    from pipeline.program import set_program

    interrupts.heed()
    code: object = 0
    try:
        _speak_utf8()
        set_program(sys.argv[0])
        _run([_readable(argument) for argument in sys.argv[1:]])
    except SystemExit as end:
        code = end.code
    except BaseException:
        if not interrupts.interrupted():
            raise
    if interrupts.close():
        print(interrupts.line(), file=sys.stderr)
        code = interrupts.INTERRUPTED
    with suppress(Exception):
        sys.stdout.flush()
    sys.stdout = sys.__stdout__  # at its end Python itself is to flush, whatever became of it
    sys.exit(code)  # type: ignore[arg-type]


def _run(arguments: list[str]) -> None:
    """Load the commands and call one."""
    from pipeline.commands.streams import prepare_streams

    prepare_streams()
    from pipeline.commands.app import app

    app(args=arguments)


def _speak_utf8() -> None:
    """Start anew in Python's UTF-8 mode where neither arguments nor file names can be Chinese.

    That is so in the locale C of old or of systems told to keep it.
    """
    try:
        "续".encode(sys.getfilesystemencoding())
    except UnicodeEncodeError:
        if sys.executable:
            os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])


def _readable(argument: str) -> str:
    """Return an argument in another encoding than the locale's, if it can be told and is no file.

    Bytes that the locale's encoding does not know came as lone surrogates.
    """
    from contextlib import suppress

    try:
        argument.encode()
    except UnicodeEncodeError:
        data = os.fsencode(argument)
        for encoding in ("utf-8", "gb18030"):
            with suppress(UnicodeDecodeError):
                return argument if os.path.lexists(data) else data.decode(encoding)
    return argument


def _end_at_once(*_: object) -> None:
    """Answer an interrupt before anything else is loaded."""
    os.write(2, b"xuxie: interrupted\n")
    os._exit(130)


# Until `main` has begun, in the process of a command alone.
if os.path.basename(sys.argv[0]) in ("cli.py", "xuxie", "__main__.py") and (  # noqa: PTH119 (pathlib is slow)
    signal.getsignal(signal.SIGINT) is not signal.SIG_IGN
):
    signal.signal(signal.SIGINT, _end_at_once)

if __name__ == "__main__":
    main()
