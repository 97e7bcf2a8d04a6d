"""Words that must not be written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from pipeline.arrays import Floats, Ids
from pipeline.engine.writing.constraints.constraint import Constraint, Given
from pipeline.engine.writing.constraints.draft import Draft
from pipeline.engine.writing.constraints.known import check_known
from pipeline.engine.writing.constraints.marks import id_array
from pipeline.errors import SettingsError


class Banned(Constraint):
    """No banned text is written, nor put together from two words. It never gives way.

    Attributes
    ----------
    whole : int32 array
        Words that hold a banned text.
    joined : tuple of (text, ids)
        Words that complete a banned text where `text` stands before them.
    """

    def __init__(self, banned: Sequence[str], words: Sequence[str]) -> None:
        holders = [n for n, word in enumerate(words) if any(text in word for text in banned)]
        joined = []
        for text in banned:
            for cut in range(1, len(text)):
                ids = [n for n, word in enumerate(words) if word.startswith(text[cut:])]
                if ids:
                    joined.append((text[:cut], id_array(ids)))
        self.whole: Ids = id_array(holders)
        self.joined: tuple[tuple[str, Ids], ...] = tuple(joined)

    @classmethod
    def made_for(cls, given: Given) -> Self | None:
        """Return the constraint, if words are banned.

        Raises
        ------
        SettingsError
            The novel does not know one of them, or no word is left.
        """
        banned, words = given.options.ban, given.words
        if not banned:
            return None
        unheard = [text for text in banned if not any(text in word for word in words)]
        check_known("ban", unheard, given.log_priors)
        if all(any(text in word for text in banned) for word in words):
            raise SettingsError(
                "--ban: expected to leave a word to write, got none", option="--ban"
            )
        return cls(banned, words)

    def constrain(self, weights: Floats, draft: Draft) -> bool:
        """Bar what holds a banned text or completes one; perhaps every word."""
        weights[self.whole] = 0
        for text, ids in self.joined:
            if draft.tail.endswith(text):
                weights[ids] = 0
        return False
