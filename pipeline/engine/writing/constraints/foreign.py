"""Names of other novels, which a network may know from the base that its training began with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Self

from pipeline.arrays import Floats, Ids
from pipeline.engine.writing.constraints.constraint import Constraint, Given, bar
from pipeline.engine.writing.constraints.draft import Draft
from pipeline.engine.writing.constraints.marks import id_array


class NoForeignNames(Constraint):
    """No name of a base's novels is written, unless the person wrote it first.

    The vocabulary holds none of them whole, but it may hold their characters.

    Attributes
    ----------
    completing : beginning of a name → (the name, ids of the pieces that begin with its end)
    allowed : names that the person wrote; never changed in place, so that forks may share it
    """

    def __init__(self, names: Sequence[str], words: Sequence[str]) -> None:
        self._names = frozenset(names)
        self._longest = max(map(len, names), default=0)
        beginning = defaultdict(list)  # how pieces begin → their ids
        for number, word in enumerate(words):
            for stop in range(1, min(len(word), self._longest) + 1):
                beginning[word[:stop]].append(number)
        self.completing: dict[str, list[tuple[str, Ids]]] = {}
        for name in names:
            for cut in range(1, len(name)):
                if name[cut:] in beginning:
                    ids = id_array(beginning[name[cut:]])
                    self.completing.setdefault(name[:cut], []).append((name, ids))
        self.allowed: frozenset[str] = frozenset()

    @classmethod
    def made_for(cls, given: Given) -> Self | None:
        """Return the constraint, if there are such names that are not asked for."""
        asked = (*given.options.must_include, given.options.until)
        names = [name for name in given.foreign_names if not any(name in text for text in asked)]
        return cls(names, given.words) if names else None

    def constrain(self, weights: Floats, draft: Draft) -> bool:
        """Bar what would complete a name; no piece holds one whole, as the novel has none."""
        for size in range(1, min(self._longest, len(draft.tail) + 1)):
            for name, ids in self.completing.get(draft.tail[-size:], ()):
                if name not in self.allowed:
                    bar(weights, ids)
        return False

    def note(self, draft: Draft) -> None:
        """Allow a name that stands there all the same: the person wrote it."""
        for size in range(2, min(self._longest, len(draft.tail)) + 1):
            if draft.tail[-size:] in self._names:
                self.allowed |= {draft.tail[-size:]}

    def fork(self) -> Self:
        """Return a copy that allows on its own."""
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__)
        return other
