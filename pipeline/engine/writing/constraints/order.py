"""The list of constraints, in order, and a text that is written under them.

A constraint gives way where it would leave no word; so of several, the later one gives way. Only
banned words never do: rather the text ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.arrays import Floats
from pipeline.artifacts.network import Network
from pipeline.artifacts.tokens import best_cut
from pipeline.engine.writing.constraints.banned import Banned
from pipeline.engine.writing.constraints.closing import ClosedInTime
from pipeline.engine.writing.constraints.constraint import Constraint
from pipeline.engine.writing.constraints.copying import CopyIndex, NoLongCopies
from pipeline.engine.writing.constraints.draft import Draft, follow, fork_draft
from pipeline.engine.writing.constraints.ending import Ending, LastParagraph, in_last_paragraph
from pipeline.engine.writing.constraints.known import check_known, check_until
from pipeline.engine.writing.constraints.marks import Marks
from pipeline.engine.writing.constraints.must_include import MustInclude
from pipeline.engine.writing.constraints.repetition import NoRepeatedRuns
from pipeline.engine.writing.constraints.typography import (
    NoEmptyParagraph,
    OrderedStops,
    PairedMarks,
    TwofoldMarks,
)
from pipeline.engine.writing.options import WritingOptions
from pipeline.errors import SettingsError


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
    options: WritingOptions


def make_constraints(
    network: Network,
    options: WritingOptions,
    *,
    marks: Marks,
    text: CopyIndex | None,
    log_priors: Mapping[str, float],
) -> Constraints:
    """Make options ready for a writer.

    Raises
    ------
    SettingsError
        They ask for words that the novel does not know, or bar every word.
    """
    words = network.words
    check_known("must-include", options.must_include, log_priors)
    unheard = [ban for ban in options.ban if not any(ban in word for word in words)]
    check_known("ban", unheard, log_priors)
    check_until(options.until, words)
    if options.paragraphs and marks.break_id < 0:
        raise SettingsError(
            "--paragraphs: expected a novel with paragraphs, got one without", option="--paragraphs"
        )
    if all(any(ban in word for ban in options.ban) for word in words):
        raise SettingsError("--ban: expected to leave a word to write, got none", option="--ban")
    ordered = tuple(_in_order(network, options, marks, text, log_priors))
    return Constraints(options, words, marks, ordered)


def _in_order(
    network: Network,
    options: WritingOptions,
    marks: Marks,
    text: CopyIndex | None,
    log_priors: Mapping[str, float],
) -> Iterator[Constraint]:
    """Yield the constraints that the options ask for: those first that others give way to."""
    words = network.words
    if options.ban:
        yield Banned(options.ban, words)
    if options.marks:
        yield PairedMarks()
    if options.max_copy and text is not None:
        yield NoLongCopies(text, options.max_copy)
    yield OrderedStops() if options.marks else NoEmptyParagraph()
    if options.no_repeat:
        yield NoRepeatedRuns(options.no_repeat, len(words), marks, text)
    if options.marks:
        yield TwofoldMarks()
    if options.finish and options.paragraphs:
        yield LastParagraph(options, marks)
    if options.marks:
        yield ClosedInTime(marks, network.steps)
    if options.must_include:
        ids = {word: number for number, word in enumerate(words)}
        wanted = [
            (w, [ids[part] for part in best_cut(w, log_priors)]) for w in options.must_include
        ]
        yield MustInclude(wanted, options, marks.break_id)
    yield Ending(options, marks)


def start(seed_ids: Sequence[int], constraints: Constraints) -> TextState:
    """Return the state of a text that holds just the seed phrase; ids above V count as V."""
    own = tuple(constraint.fork() for constraint in constraints.ordered)
    draft = Draft(constraints.vocabulary, constraints.marks)
    for word_id in seed_ids:
        follow(draft, min(word_id, len(constraints.vocabulary)), written=False)
        for constraint in own:
            constraint.note(draft)
    return TextState(draft, own, constraints.options)


def constrain(log_probs: Floats, state: TextState) -> Floats:
    """Return log probabilities (V,) as all constraints leave them, not renormalised; −inf: barred.

    All are −inf only where every word is banned.
    """
    log_probs = log_probs.copy()  # (V,)
    for constraint in state.constraints:
        if constraint.constrain(log_probs, state.draft):
            break
    return log_probs


def note(state: TextState, word_id: int) -> None:
    """Take note of a written word."""
    follow(state.draft, word_id)
    for constraint in state.constraints:
        constraint.note(state.draft)


def may_end(state: TextState) -> bool:
    """Return whether the text ends here."""
    return all(constraint.may_end(state.draft) for constraint in state.constraints)


def is_last_break(state: TextState, word_id: int) -> bool:
    """Return whether this word would end the last paragraph that was asked for."""
    draft = state.draft
    return word_id == draft.marks.break_id and in_last_paragraph(draft, state.options)


def fork(state: TextState) -> TextState:
    """Return a text that goes on from here on its own."""
    own = tuple(constraint.fork() for constraint in state.constraints)
    return TextState(fork_draft(state.draft), own, state.options)
