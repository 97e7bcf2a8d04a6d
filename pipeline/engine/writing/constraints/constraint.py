"""What a constraint on writing is, and how one gives way to those before it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, Self, TypeVar

import numpy as np

from pipeline.arrays import Floats, Ids
from pipeline.engine.copy_index import CopyIndex, index_text
from pipeline.engine.memories.voice import NovelText
from pipeline.engine.writing.constraints.draft import Draft
from pipeline.engine.writing.constraints.marks import Marks
from pipeline.engine.writing.options import WritingOptions

Learnt = TypeVar("Learnt")


@dataclass(frozen=True)
class Given:
    """What constraints are made from.

    Attributes
    ----------
    options : WritingOptions
    words : tuple of str, length V
    marks : Marks
    text_ids : int32 (tokens,) or None
        The novel's text; None where only the network is there. Where several are mixed, the text of
        the one whose habits are kept to.
    log_priors : word → log probability
        Of the vocabulary's words.
    chapters : sequence of (title, start, stop)
        The novel's training chapters, in positions of its text.
    steps : int
        Words of context in training.
    foreign_names : sequence of str
        Names of other novels, not to be written.
    others : sequence of NovelText
        The further novels, where several are mixed.
    learnt : name → what was learnt
        Of the novel alone, whatever the options: made for the first text and kept for others.
    """

    options: WritingOptions
    words: tuple[str, ...]
    marks: Marks
    text_ids: Ids | None
    log_priors: Mapping[str, float]
    chapters: Sequence[tuple[str, int, int]] = ()
    steps: int = 1
    foreign_names: Sequence[str] = ()
    others: Sequence[NovelText] = ()
    learnt: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def once(self, name: str, make: Callable[[], Learnt]) -> Learnt:
        """Return what `make` learns of the novel; it is learnt once, however many texts there are.

        It must not depend on the options, nor be changed: a constraint notes in its fork.
        """
        if name not in self.learnt:
            self.learnt[name] = make()
        found: Learnt = self.learnt[name]
        return found

    @property
    def habits(self) -> Ids | None:
        """The novel's text, whose habits are kept to; None where marks are free, or without it."""
        return self.text_ids if self.options.marks else None

    @property
    def copy_index(self) -> CopyIndex | None:
        """The index of the novel's text, made once and only if a constraint asks; None without."""
        text_ids, size = self.text_ids, len(self.words)
        if text_ids is None:
            return None
        return self.once("copies", lambda: index_text(text_ids, size))

    @property
    def copy_indices(self) -> tuple[CopyIndex, ...]:
        """The indices of all novels' texts, made like that."""
        first, size = self.copy_index, len(self.words)
        others = self.once(
            "other copies", lambda: tuple(index_text(own.text_ids, size) for own in self.others)
        )
        return others if first is None else (first, *others)


class Constraint(Protocol):
    """One thing that a text keeps to. By default it asks for nothing and keeps nothing in mind.

    A constraint that would leave no word gives way to those before it in the list, so `constrain`
    bars words through `bar` and `keep_only`. Only banned words never give way.

    Weights are probabilities up to a factor, as those before it have left them.
    """

    @classmethod
    @abstractmethod
    def made_for(cls, given: Given) -> Self | None:
        """Return the constraint as it is before any text, None where the options turn it off.

        Raises
        ------
        SettingsError
            The options ask it for what this writer cannot do.
        """

    def constrain(self, weights: Floats, draft: Draft) -> bool:
        """Bar or favour next words in place: weights (V,), 0 where a word is barred.

        Return whether the next word is decided, so that no later constraint is asked. It may change
        the constraint, which may note how good a place this is: so it is asked once for each place,
        and what only looks asks a fork.
        """
        return False

    def note(self, draft: Draft) -> None:
        """Take note of the draft's last word: of each one of the seed phrase, then of each written.

        What counts written words alone goes by the draft's own counts, which leave out the seed.
        """
        return

    def may_end(self, draft: Draft) -> bool:
        """Return whether the text may end here."""
        return True

    def ends_with(self, word_id: int, draft: Draft) -> bool:
        """Return whether the text ends instead of this word, drawn to come next."""
        return False

    def fork(self) -> Self:
        """Return a constraint that goes on from here on its own; itself where it notes nothing."""
        return self


def _any_left(weights: Floats) -> bool:
    """Return whether any word of weights (V,) may come."""
    return bool(weights[weights.argmax()] > 0)


def bar(weights: Floats, ids: Ids) -> None:
    """Bar words in place, unless that left no word at all: then the constraint gives way."""
    if len(ids):
        before = weights[ids]
        weights[ids] = 0
        if not _any_left(weights):
            weights[ids] = before


def keep_only(weights: Floats, ids: Ids) -> None:
    """Bar all other words in place, unless all of these are barred: then it gives way."""
    kept = weights[ids]
    if kept.any():
        weights[:] = 0
        weights[ids] = kept


def hold(weights: Floats, ids: Ids, share: float) -> None:
    """Lower words in place until together they have at most this share of all, above 0 and below 1.

    Where nothing else is left they stay as they are.
    """
    places = ids.astype(np.intp)  # numpy's own integers: to write through others takes six times
    own = float(weights.take(places).sum())
    others = float(weights.sum()) - own
    if 0 < share * others < (1 - share) * own:
        weights[places] *= np.float32(share * others / ((1 - share) * own))
