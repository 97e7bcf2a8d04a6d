"""Stop strings over pieces that come one by one: nothing is sent on that may belong to one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.desk.api.pieces import Piece


class Stops:
    """Holds pieces back as long as a stop string may begin in them.

    Parameters
    ----------
    stops : sequence of str
        Where a text ends; empty ones end nothing.
    keep : bool
        Whether the text keeps the stop string that ends it.

    Attributes
    ----------
    found : str
        The stop string that ended the text; empty while none has.
    """

    def __init__(self, stops: Sequence[str], *, keep: bool = False) -> None:
        self._stops = tuple(dict.fromkeys(stop for stop in stops if stop))
        self._keep = keep
        self._held: list[Piece] = []
        self.found = ""

    def take(self, piece: Piece) -> list[Piece]:
        """Take the next piece; return those that are sure to be the text's, one maybe shortened."""
        self._held.append(piece)
        text = "".join(own.text for own in self._held)
        places = [(text.find(stop), stop) for stop in self._stops if stop in text]
        if not places:
            return self._release(len(text) - self._overlap(text))
        place, self.found = min(places)
        return self._cut(place + len(self.found) if self._keep else place)

    def rest(self) -> list[Piece]:
        """Return what is held, as no stop string will come."""
        held, self._held = self._held, []
        return held

    def _overlap(self, text: str) -> int:
        """Return how many of the last characters a stop string may begin with."""
        return max(
            (
                size
                for stop in self._stops
                for size in range(1, min(len(stop), len(text) + 1))
                if text.endswith(stop[:size])
            ),
            default=0,
        )

    def _release(self, length: int) -> list[Piece]:
        """Return the pieces that lie within the first `length` characters; hold the others."""
        free: list[Piece] = []
        while self._held and len(self._held[0].text) <= length:
            length -= len(self._held[0].text)
            free.append(self._held.pop(0))
        return free

    def _cut(self, length: int) -> list[Piece]:
        """Return the first `length` characters, the last piece shortened; the rest is dropped."""
        free = self._release(length)
        left = length - sum(len(piece.text) for piece in free)
        if left:
            free.append(replace(self._held[0], text=self._held[0].text[:left]))
        self._held = []
        return free
