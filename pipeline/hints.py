"""Hints at what was perhaps meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from pipeline.shown import visible

_NEAR = 0.5  # the least similarity of a name that is hinted at, by difflib's ratio, from 0 to 1


def hint(name: str, known: Iterable[str]) -> str:
    """Return what ends a message on an unknown name: the known one that is most like it.

    >>> hint("trian", ["embed", "train"]), hint("xyz", ["embed", "train"])
    ('; the nearest is train', '')
    """
    nearest = difflib.get_close_matches(name, list(known), n=1, cutoff=_NEAR)
    return f"; the nearest is {visible(nearest[0])}" if nearest else ""
