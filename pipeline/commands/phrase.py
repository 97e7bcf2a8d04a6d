"""The seed phrase of `generate`: typed, from a file, or from standard input."""

from __future__ import annotations

import sys
from pathlib import Path

from pipeline.errors import DataError, SettingsError

_PIPE = "-"  # the phrase that stands for standard input
MOST = 2**20  # bytes of a seed: many times what the writer remembers


def read_phrase(phrase: str | None, path: Path | None, *, interactive: bool = False) -> str:
    """Return the text to write on from; one line end after it is dropped.

    Parameters
    ----------
    phrase : str, optional
        As typed; `_PIPE` for standard input.
    path : Path, optional
        A file with it; `_PIPE` likewise.
    interactive : bool
        Whether standard input is what a person types.

    Raises
    ------
    SettingsError
        There is none, there are both, or standard input is needed twice.
    DataError
        It cannot be read, is too long or makes no sense in any encoding.
    """
    if path is not None:
        if phrase is not None:
            raise SettingsError(
                "--seed-file: expected no seed phrase beside it, got both; leave one out",
                option="--seed-file",
            )
        if str(path) != _PIPE:
            return _read(path)
        phrase = _PIPE
    if phrase is None:
        raise SettingsError(
            "seed phrase: expected one in quotation marks, - or --seed-file FILE, got none"
        )
    if phrase != _PIPE:
        return phrase
    if interactive:
        raise SettingsError(
            "--interactive: expected a seed phrase or --seed-file beside it, got -; standard input "
            "is what you type",
            option="--interactive",
        )
    return _read(None)


def _read(path: Path | None) -> str:
    """Return the text of a file or, for None, of standard input, its encoding found out."""
    from pipeline.text.books.document import Document, Limits
    from pipeline.text.books.formats import format_of
    from pipeline.text.cleaning.encoding import decode
    from pipeline.text.reading import book_texts

    name = "standard input" if path is None else str(path)
    is_book, text = False, ""
    try:
        if path is None:
            data = sys.stdin.buffer.read(MOST + 1)
        else:
            with path.open("rb") as file:
                data = file.read(MOST + 1)
                if is_book := format_of(Document(name, data)) is not None:
                    data += file.read(Limits().max_bytes - MOST)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{name}: expected a readable seed phrase, got: {reason}") from error
    if is_book:
        text = "".join(book_texts(Document(name, data)))
        data = text.encode("utf-8", errors="replace")
    if len(data) > MOST:
        raise DataError(f"{name}: expected a seed phrase of at most {MOST:,} bytes, got more")
    text = text if is_book else decode(data, name=name).text
    return text[:-1].removesuffix("\r") if text.endswith("\n") else text
