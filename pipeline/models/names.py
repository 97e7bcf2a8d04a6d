"""A model's name is its file's name: from a title anything comes, so it is made safe."""

from __future__ import annotations

import re

from pipeline.errors import SettingsError
from pipeline.shown import HIDDEN, visible

SUFFIX = ".safetensors"
_LONGEST = 180  # bytes of a name: with suffix and number it fits every file system
_UNSAFE = re.compile(r'[/\\<>:"|?*]')  # separators, and what Windows refuses
_DEVICES = re.compile(r"(?i:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?")  # names of Windows itself
_NO_NAME = "model"


def safe_name(title: str) -> str:
    """Return a title as a file's name: without separators, hidden characters and a leading dot.

    >>> safe_name("红楼梦/石头记")
    '红楼梦_石头记'
    >>> safe_name("../..")
    'model'
    """
    text = _UNSAFE.sub("_", HIDDEN.sub("", title)).strip()
    text = text.removesuffix(SUFFIX).lstrip("._- ")
    text = text.encode("utf-8")[:_LONGEST].decode("utf-8", errors="ignore").rstrip(". ")
    return f"{text}_" if _DEVICES.fullmatch(text) else text or _NO_NAME


def check_name(name: str, option: str) -> str:
    """Return a name that a user gave for a new file, without the suffix.

    Raises
    ------
    SettingsError
        It is none: it has a separator, a leading dot, a hidden character or too many of them.
    """
    own = name.removesuffix(SUFFIX)
    if own != safe_name(own):
        raise SettingsError(
            f"{option}: expected a name without / \\ : and the like, of at most {_LONGEST} bytes, "
            f"got {visible(name[:60]) or 'nothing'}; try {safe_name(own)}",
            option=option,
        )
    return own


def numbered(name: str, number: int) -> str:
    """Return the name with a number from 2 on, itself for the first."""
    return name if number < 2 else f"{name}-{number}"
