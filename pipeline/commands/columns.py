"""Columns of a terminal: how many a text takes, and lines folded to so many."""

from __future__ import annotations

import re
import unicodedata

SET_IN = 12  # columns that the further lines of a table's line begin with


def columns(text: str) -> int:
    """Return how many columns of a terminal a text takes.

    >>> columns("青棠 ok")
    7
    """
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def fold(line: str, most: int, set_in: int = SET_IN) -> list[str]:
    """Return a line in as many as `most` columns take, broken at spaces, the further ones set in.

    A word that is wider stands alone. What is before and between the words of a line stays.

    >>> fold("青棠  听了 一句话", 10, set_in=2)
    ['青棠  听了', '  一句话']
    """
    lines = [""]
    for word in re.findall(r"\s*\S+", line):
        if lines[-1].strip() and columns(lines[-1] + word) > most:
            lines.append(" " * set_in + word.lstrip())
        else:
            lines[-1] += word
    return lines
