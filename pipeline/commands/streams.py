"""The standard streams, such that no state of theirs ends in a traceback.

- A stream that is closed is an empty one: nothing to read, and what is written is dropped.
- The reader of the results is gone, as `head` is: `ReaderGone`, and the command ends with 0.
- The results cannot be written, as on a full disk: an error in one line.
- Messages that cannot be written are dropped, and the command goes on.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO, cast

from pipeline.errors import XuxieError


class ReaderGone(Exception):
    """Nobody reads the results any more."""


def prepare_streams() -> None:
    """Make standard input, output and error fit for use."""
    _open_closed()
    for stream in (sys.stdin, sys.stdout):  # a character that cannot be read or shown becomes ?
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    sys.stdout = cast("TextIO", _Results(sys.stdout))
    sys.stderr = cast("TextIO", _Messages(_own_stderr()))


class _Messages:
    """A text stream that drops what it cannot write."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write, or drop this and all that follows."""
        try:
            return self._stream.write(text)
        except (OSError, ValueError):
            _silence(self._stream)
            return len(text)

    def flush(self) -> None:
        """Flush, or drop what is left."""
        try:
            self._stream.flush()
        except (OSError, ValueError):
            _silence(self._stream)


class _Results:
    """A text stream that tells a reader who is gone from a failure, and does so ever after."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._refusal: Exception | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write.

        Raises
        ------
        ReaderGone, XuxieError
            It cannot be written, or something before it could not.
        """
        with self._telling():
            return self._stream.write(text)

    def flush(self) -> None:
        """Flush, as `write` does."""
        with self._telling():
            self._stream.flush()

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Raise what an error of the stream means; nothing is written from then on."""
        if self._refusal is not None:
            raise self._refusal
        try:
            yield
        except BrokenPipeError:
            self._refusal = ReaderGone()
        except OSError as error:
            self._refusal = XuxieError(
                "standard output: expected to write the results, got: "
                f"{error.strerror or error}; make room or write elsewhere"
            )
        if self._refusal is not None:
            _silence(self._stream)
            raise self._refusal


def _open_closed() -> None:
    """Open closed streams on the null device, lest a file that is opened later takes their place.

    A library that writes to standard error would write into that file.
    """
    for number, flags in enumerate((os.O_RDONLY, os.O_WRONLY, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            opened = os.open(os.devnull, flags)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123


def _own_stderr() -> TextIO:
    """Return standard error by a way of its own: it is muted while TensorFlow loads, this is not.

    TensorFlow greets there, and meanwhile there is progress to be told.
    """
    shared = cast("TextIO", sys.stderr)
    if sys.stderr is not sys.__stderr__:
        return shared  # somebody's who listens
    try:
        number = os.dup(shared.fileno())
    except (OSError, ValueError):
        return shared
    encoding, errors = shared.encoding, shared.errors
    return open(number, "w", buffering=1, encoding=encoding, errors=errors)  # noqa: PTH123


def _silence(stream: TextIO) -> None:
    """Let a stream write to the null device from now on, what it holds still included."""
    with suppress(OSError, ValueError, AttributeError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)
