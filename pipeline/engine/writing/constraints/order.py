"""Under the constraints, in their order: the next word, what was written, and whether it ends.

A constraint gives way where it would leave no word; so of several, the later one gives way. Only
banned words never do: rather the text ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.arrays import Floats
from pipeline.engine.writing.constraints.constraint import Constraint, Given
from pipeline.engine.writing.constraints.draft import Draft, follow, fork_draft
from pipeline.engine.writing.constraints.marks import Marks
from pipeline.engine.writing.constraints.table import CONSTRAINTS
from pipeline.engine.writing.options import WritingOptions


@dataclass(frozen=True)
class Constraints:
    """Options made ready for one writer: its constraints as they are before any text."""

    options: WritingOptions
    vocabulary: tuple[str, ...]
    marks: Marks
    ordered: tuple[Constraint, ...]


@dataclass(frozen=True)
class TextState:
    """A text in the making, and the constraints with what they have noted of it."""

    draft: Draft
    constraints: tuple[Constraint, ...]


def make_constraints(given: Given) -> Constraints:
    """Make options ready for a writer.

    Raises
    ------
    SettingsError
        They ask for words that the novel does not know, or bar every word.
    """
    made = [kind.made_for(given) for kind in CONSTRAINTS]
    ordered = tuple(constraint for constraint in made if constraint is not None)
    return Constraints(given.options, given.words, given.marks, ordered)


def start(seed_ids: Sequence[int], constraints: Constraints) -> TextState:
    """Return the state of a text that holds just the seed phrase; ids above V count as V."""
    own = tuple(constraint.fork() for constraint in constraints.ordered)
    draft = Draft(constraints.vocabulary, constraints.marks, constraints.options)
    for word_id in seed_ids:
        follow(draft, min(word_id, len(constraints.vocabulary)), written=False)
        for constraint in own:
            constraint.note(draft)
    return TextState(draft, own)


def constrain(weights: Floats, state: TextState) -> None:
    """Let all constraints bar and favour words in place: weights (V,), 0 where a word is barred.

    All are 0 only where every word is banned.
    """
    for constraint in state.constraints:
        if constraint.constrain(weights, state.draft):
            break


def note(state: TextState, word_id: int) -> None:
    """Take note of a written word."""
    follow(state.draft, word_id)
    for constraint in state.constraints:
        constraint.note(state.draft)


def may_end(state: TextState) -> bool:
    """Return whether the text ends here."""
    return all(constraint.may_end(state.draft) for constraint in state.constraints)


def ends_with(state: TextState, word_id: int) -> bool:
    """Return whether the text ends instead of this word, drawn to come next."""
    return any(constraint.ends_with(word_id, state.draft) for constraint in state.constraints)


def fork(state: TextState) -> TextState:
    """Return a text that goes on from here on its own."""
    own = tuple(constraint.fork() for constraint in state.constraints)
    return TextState(fork_draft(state.draft), own)
