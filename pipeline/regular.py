"""What may be read whole: regular files of bounded size, looked at before they are opened.

Opening a pipe that nobody writes to waits for ever, and a device such as /dev/zero never ends.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def why_unreadable(path: Path, most: int | None = None, setting: str = "") -> str:
    """Return "got …; do this" for what is no regular file, or too large; "" for what is fit.

    What is not there is not complained of.

    Parameters
    ----------
    most : int, optional
        Bytes that the file may have.
    setting : str
        The setting that raises `most`, if there is one.
    """
    try:
        found = path.stat()
    except (OSError, ValueError):
        return ""
    for is_kind, name in _KINDS:
        if is_kind(found.st_mode):
            advice = (
                "give a file" if name == "a folder" else "save it to a file first and give that"
            )
            return f"got {name}; {advice}"
    return too_large(found.st_size, most, setting)


def too_large(size: int, most: int | None, setting: str = "") -> str:
    """Return "got … bytes; do this" where a size in bytes is above `most`, else ""."""
    if most is None or size <= most:
        return ""
    advice = f"raise {setting} or give less" if setting else "give a smaller file"
    return f"got {size:,} bytes, at most {most:,} are read; {advice}"


def read_regular(path: Path, most: int) -> bytes:
    """Return a file's bytes, one more than `most` where it has grown beyond them since its look.

    Never waits, as on a pipe.

    Raises
    ------
    OSError
        It cannot be read.
    ValueError
        It is no file.
    """
    waiting = getattr(os, "O_NONBLOCK", 0)  # opening a pipe must not wait for its writer
    with open(path, "rb", opener=lambda name, flags: os.open(name, flags | waiting)) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise ValueError("something that is no file")
        return file.read(most + 1)


def read_bytes(path: Path, most: int) -> bytes:
    """Return the bytes of a file; one of more than `most` is refused, too, with a ValueError."""
    data = read_regular(path, most)
    if len(data) > most:
        raise ValueError(f"more than {most:,} bytes")
    return data
