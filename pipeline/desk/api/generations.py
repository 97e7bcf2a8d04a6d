"""What is being written for Kobold's clients, each by its key: to be looked at, and to be ended."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from pipeline.desk.api.pieces import Piece, text_of

_KEPT = 64  # of different keys


@dataclass
class Generation:
    """A text, as far as it is.

    Attributes
    ----------
    pieces : list of Piece
    going : bool
    ended : bool
        Whether it was asked to end.
    logprobs : bool
        Whether its log probabilities are told.
    """

    pieces: list[Piece] = field(default_factory=list)
    going: bool = True
    ended: bool = False
    logprobs: bool = False

    @property
    def text(self) -> str:
        """What has been written."""
        return text_of(self.pieces)


class Generations:
    """The last text of each client's key; those of few clients are kept."""

    def __init__(self) -> None:
        self._by_key: OrderedDict[str, Generation] = OrderedDict()

    def begin(self, key: str, *, logprobs: bool) -> Generation:
        """Note that a text begins."""
        own = self._by_key[key] = Generation(logprobs=logprobs)
        self._by_key.move_to_end(key)
        while len(self._by_key) > _KEPT:
            self._by_key.popitem(last=False)
        return own

    def of(self, key: str) -> Generation | None:
        """Return the last text of a key."""
        return self._by_key.get(key)

    def end(self, key: str) -> bool:
        """End the text of a key after the word that it is at; return whether one was going on."""
        own = self._by_key.get(key)
        if own is None or not own.going:
            return False
        own.ended = True
        return True
