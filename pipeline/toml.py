"""TOML as people write it: of bounded size, and refused in one line whatever is wrong with it."""

from __future__ import annotations

import datetime
import re
import tomllib
from pathlib import Path
from typing import Any

from pipeline.errors import SettingsError
from pipeline.regular import read_regular, too_large, why_unreadable
from pipeline.shown import shown

MAX_LINE = 5_000  # characters of a line, and of one --set; dotted names take their length squared
LONGEST = 60  # characters of a value in a message

_MAX_BYTES = 256 * 1024  # of a settings file


def read_table(path: Path, origin: str, *, most_bytes: int = _MAX_BYTES) -> dict[str, Any]:
    """Return what a settings file of bounded size says; messages call it `origin`.

    Raises
    ------
    SettingsError
        It is missing, no regular file, too large, or not TOML.
    """
    text = _read_settings(path, origin, most_bytes)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        line = found[1] if found else len(text.splitlines())
        raise SettingsError(
            f"{origin}, line {line}: expected TOML, got: {shown(str(error))}"
        ) from error
    except (ValueError, RecursionError) as error:
        raise SettingsError(
            f"{origin}: expected settings as section.field = value, got "
            f"{_too_much(error)}; give a smaller one"
        ) from error


def _read_settings(path: Path, origin: str, most_bytes: int) -> str:
    """Return the text of a settings file of bounded size."""
    expected = f"{origin}: expected a file in TOML"
    try:
        data = b"" if (why := why_unreadable(path, most_bytes)) else read_regular(path, most_bytes)
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise SettingsError(f"{expected}, got {error.strerror}; check the path") from error
    except ValueError as error:  # UnicodeDecodeError, or a NUL in the path
        got = "bytes that are not UTF-8" if isinstance(error, UnicodeError) else str(error)
        raise SettingsError(f"{expected}, got {got}; save it as UTF-8") from error
    if why := why or too_large(len(data), most_bytes):
        raise SettingsError(f"{expected}, {why}")
    long = next((n for n, line in enumerate(text.split("\n"), 1) if len(line) > MAX_LINE), None)
    if long:
        raise SettingsError(
            f"{origin}, line {long}: expected at most {MAX_LINE:,} characters, got more; shorten it"
        )
    return text


def is_text(value: str) -> bool:
    """Return whether a string is nothing but characters: no bytes of another encoding."""
    return re.search("[\ud800-\udfff]", value) is None


def shown_value(value: Any) -> str:
    """Return a value as a message may show it, however long, deep or large it is."""
    try:
        return shown(value if isinstance(value, str) and not value else repr(value), LONGEST)
    except (ValueError, RecursionError):  # an integer of thousands of digits, a list of lists
        return "a value too large to show"


def read_value(text: str, name: str, option: str) -> Any:
    """Return `text`, given by `option`, read as a TOML value, or itself where it is none."""
    try:
        table = tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        return text
    except (ValueError, RecursionError) as error:
        raise SettingsError(
            f"{shown(name)}: expected a value, got {shown_value(text)}, {_too_much(error)} (from "
            f"{option}); give a smaller one"
        ) from error
    # A date is no setting's type, but a file's name may look like one.
    dates = (datetime.date, datetime.time)
    return (
        text if table.keys() != {"value"} or isinstance(table["value"], dates) else table["value"]
    )


def _too_much(error: Exception) -> str:
    """Return what is too much for the reader of TOML."""
    deep = isinstance(error, RecursionError)
    return "a value nested too deeply" if deep else "a number of too many digits"
