"""Hints at what was perhaps meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest_name(name: str, known: Iterable[str], *, least: float = 0.0) -> str:
    """Return the known name that is most like `name`, "" where none is.

    `least` is the similarity that it must have, from 0 to 1 (difflib's ratio).
    """
    return next(iter(difflib.get_close_matches(name, list(known), n=1, cutoff=least)), "")
