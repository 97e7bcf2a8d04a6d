"""Fingerprints of a text: whether one text holds passages of another, without keeping either.

A shingle is a run of characters (Broder 1997); of all a text's shingles those are kept whose hash
is a multiple of some number, so that two texts which share a passage share its kept shingles too.
Only Chinese characters count, in simplified form: encoding, punctuation, line ends and script make
no difference.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from pipeline.chinese import CHINESE
from pipeline.text.cleaning.script import to_simplified

LENGTH = 8  # characters: novels that share no passage have one in a thousand of these in common
_KEPT = 64  # one shingle in so many
_FACTOR = np.uint64(0x9E3779B97F4A7C15)  # odd; 2⁶⁴ over the golden ratio
_SHIFTS = (np.uint64(30), np.uint64(27), np.uint64(31))
_MIXERS = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))


def fingerprints(paragraphs: Iterable[str]) -> NDArray[np.int64]:
    """Return the hashes of a text's kept shingles, each once, ascending: int64 (N,)."""
    return _hashes("".join(_counted(paragraphs)))


def fingerprints_within(
    paragraphs: Iterable[str], stretches: Iterable[slice]
) -> tuple[NDArray[np.int64], ...]:
    """Return the same of each of some stretches of a text's paragraphs, int64 (N,) each."""
    text = _counted(paragraphs)
    return tuple(_hashes("".join(text[own])) for own in stretches)


def _counted(paragraphs: Iterable[str]) -> list[str]:
    """Return the characters of each paragraph that count."""
    return to_simplified(["".join(CHINESE.findall(paragraph)) for paragraph in paragraphs])


def _hashes(text: str) -> NDArray[np.int64]:
    """Return the hashes of the kept shingles of characters that count."""
    codes = np.frombuffer(text.encode("utf-32-le"), dtype="<u4").astype(np.uint64)
    if len(codes) < LENGTH:
        return np.empty(0, dtype=np.int64)
    hashes = np.zeros(len(codes) - LENGTH + 1, dtype=np.uint64)  # (shingles,)
    for place in range(LENGTH):
        hashes = hashes * _FACTOR + codes[place : place + len(hashes)]
    hashes = _mixed(hashes)
    return np.unique(hashes[hashes % np.uint64(_KEPT) == 0].view(np.int64))


def share_of(own: NDArray[np.int64], read: NDArray[np.int64]) -> float:
    """Return the share of a text's fingerprints (N,) that are among others (M,); 0 of none."""
    return float(np.isin(own, read).mean()) if len(own) else 0.0


def _mixed(hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return hashes in which every bit of each hangs on all of its bits (Steele et al. 2014)."""
    hashes = (hashes ^ (hashes >> _SHIFTS[0])) * _MIXERS[0]
    hashes = (hashes ^ (hashes >> _SHIFTS[1])) * _MIXERS[1]
    return hashes ^ (hashes >> _SHIFTS[2])
