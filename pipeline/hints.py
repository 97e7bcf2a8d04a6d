"""Hints at what was perhaps meant."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from pipeline.shown import visible

# The least similarity of a name that is hinted at, by difflib's ratio, from 0 to 1: more than half,
# as of two names of two characters any that have one in common, 三国 and 三体, are half alike.
_NEAR = 0.51
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}$")  # that tells a file's form


def hint(name: str, known: Iterable[str]) -> str:
    """Return what ends a message on an unknown name: the known one that is most like it.

    >>> hint("trian", ["embed", "train"]), hint("xyz", ["embed", "train"])
    ('; the nearest is train', '')
    """
    return _told(_nearest(name, list(known)))


def file_hint(name: str, known: Iterable[str]) -> str:
    """Return the same for a file's name: endings such as .txt make no two names alike.

    >>> file_hint("红楼.txt", ["没有.txt", "红楼梦.epub"]), file_hint("没有.txt", ["西游前.txt"])
    ('; the nearest is 红楼梦.epub', '')
    """
    every = [own for own in known if own != name]  # a link that leads nowhere is beside itself
    stems = [_ENDING.sub("", own) for own in every]
    nearest = _nearest(_ENDING.sub("", name), stems)
    forms = [own for own, stem in zip(every, stems, strict=True) if stem in nearest]
    return _told(_nearest(name, forms, cutoff=0))


def _nearest(name: str, known: list[str], *, cutoff: float = _NEAR) -> list[str]:
    """Return the known name that is most like another one, or none."""
    return difflib.get_close_matches(name, known, n=1, cutoff=cutoff)


def _told(nearest: list[str]) -> str:
    """Return the hint at a name, if there is one."""
    return f"; the nearest is {visible(nearest[0])}" if nearest else ""
