"""File names, whatever their bytes: as text, from text, and the files that settings name.

UTF-8, GB18030 as old archives unpack to, or neither.
Python hands on a name that it cannot decode with a lone surrogate for each bad byte. No stream and
no JSON takes such text.
"""

from __future__ import annotations

import os
from pathlib import Path

from pipeline.errors import DataError
from pipeline.regular import why_unreadable
from pipeline.shown import shown

_ENCODINGS = ("utf-8", "gb18030")


def readable(path: str) -> str:
    """Return a name or a path as people read it; bytes of no known encoding are escaped."""
    return path if path.isprintable() else "/".join(map(_readable_name, path.split("/")))


def _readable_name(name: str) -> str:
    """Return one name of a path, which may have another encoding than the names before it."""
    try:
        raw = os.fsencode(name)
    except UnicodeEncodeError:
        return shown(name, len(name))
    for encoding in _ENCODINGS:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        return shown(text, len(text))
    return shown(name, len(name))


def in_utf8(path: str) -> str:
    """Return a path whose bytes are UTF-8 as its characters; any other stays as it is.

    Under a locale of ASCII even 红楼梦.txt comes as lone surrogates.
    """
    if path.isprintable():
        return path
    try:
        return os.fsencode(path).decode("utf-8")
    except UnicodeError:
        return path


def on_disk(path: str) -> str:
    """Return a path as the functions of the system take it, under a locale of ASCII too."""
    try:
        os.fsencode(path)
    except UnicodeEncodeError:
        try:
            return os.fsdecode(path.encode("utf-8"))
        except UnicodeEncodeError:
            return path
    return path


def why_impossible(path: str) -> str:
    """Return why the system cannot even look a path up, as a name too long; "" where it can.

    Nothing need be there.
    """
    try:
        os.lstat(on_disk(path))
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return ""
    except (OSError, ValueError) as error:  # ValueError: a NUL
        return shown(getattr(error, "strerror", None) or str(error))
    return ""


def named_file(setting: str, value: str) -> Path | None:
    """Return the file that a setting names, None where it names none; it need not be there.

    Raises
    ------
    DataError
        A pipe, a device or a folder stands there.
    """
    path = Path(on_disk(value)) if value else None
    if path and (why := why_unreadable(path)):
        raise DataError(f"{setting}: {shown(str(path))}: expected a file, {why}", path=path)
    return path
