"""Where a wrapped line had room for the next character, and so ends a paragraph."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import islice
from typing import NamedTuple

from pipeline.chinese import PARAGRAPH_ENDS

# A line, where programs mind it; nor is it known what would stand behind a line's only character.
_MAY_NOT_BEGIN = frozenset(["", *"，。！？”’」』、；：》）…—,.!?;:)"])
_MAY_NOT_END = "“‘「『《（("
_LATIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9,.;:!?'-]*")
_LOOKED_AT = 5000  # lines that end in the middle of a sentence; they show the habit
_LEAST = 20  # of them
_ODD_SHARE = 0.02  # of them may have had room for what follows


class Room(NamedTuple):
    """How a text was wrapped: measured by what, up to which measure, with care for punctuation."""

    measure: Callable[[str], int]
    most: int
    careful: bool

    def ends(self, line: str, following: str) -> bool:
        """Return whether a line ends its paragraph: with a stop, and with room for what follows.

        One speech right behind another begins a paragraph in any case.
        """
        end = line.rstrip()[-1]
        speech = end in "”」" and following.lstrip()[:1] in ("“", "「")
        return speech or (end in PARAGRAPH_ENDS and self.has(line, following))

    def has(self, line: str, following: str) -> bool:
        """Return whether the next character, or Latin word, would have stood in a line."""
        following = following.strip()
        if self.careful and (following[0] in _MAY_NOT_END or following[1:2] in _MAY_NOT_BEGIN):
            return False  # it may have been held back for the sake of its neighbour
        word = _LATIN.match(following)
        unit = word.group() if word else following[0]
        return self.measure(line) + self.measure(unit) <= self.most


def find_room(
    pairs: Sequence[tuple[str, str]], measures: Sequence[Callable[[str], int]]
) -> Room | None:
    """Return how lines were wrapped, or None where they are not filled evenly enough to tell.

    Parameters
    ----------
    pairs : full lines, each with the line that follows
    measures : by which a program may have wrapped: columns, or characters
    """
    inside = [
        *islice((pair for pair in pairs if pair[0].rstrip()[-1] not in PARAGRAPH_ENDS), _LOOKED_AT)
    ]
    if len(inside) < _LEAST:
        return None
    for measure in measures:
        most = Counter(measure(line) for line, _ in inside).most_common(1)[0][0]
        for careful in (False, True):
            room = Room(measure, most, careful)
            if sum(room.has(*pair) for pair in inside) <= _ODD_SHARE * len(inside):
                return room
    return None
