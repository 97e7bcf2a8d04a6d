"""The rules of writing, in order: what each step lets through of the next word's distribution.

A rule bars words, and gives way where it would leave none; so of several, the later one gives way:

1. banned words (never give way: rather the text ends)
2. quotation marks and brackets
3. copying
4. stops, pauses, paragraphs
5. repeated runs
6. what was asked for: an end, a closing mark, a word that must be included
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.arrays import Floats
from pipeline.artifacts.network import Network
from pipeline.engine.writing.constraints.copying import CopyIndex, copied_next
from pipeline.engine.writing.constraints.draft import Draft, follow, start_draft
from pipeline.engine.writing.constraints.endings import (
    at_limit,
    bar,
    close_in_time,
    is_finished,
    keep_only,
    lead_to_end,
)
from pipeline.engine.writing.constraints.marks import Marks, Role
from pipeline.engine.writing.constraints.repetition import Runs, note_runs, repeated_next
from pipeline.engine.writing.constraints.typography import half_a_mark, out_of_line, out_of_place
from pipeline.engine.writing.constraints.wishes import (
    Bans,
    Wishes,
    banned_next,
    check_known,
    find_bans,
    grant,
    settle,
)
from pipeline.engine.writing.options import WritingOptions
from pipeline.engine.writing.seed import best_cut
from pipeline.errors import SettingsError


@dataclass(frozen=True)
class Rules:
    """Options made ready for one writer."""

    writing: WritingOptions
    words: tuple[str, ...]
    steps: int
    marks: Marks
    text: CopyIndex | None
    bans: Bans
    wishes: tuple[tuple[str, list[int]], ...]


@dataclass
class Progress:
    """A text in the making with all that the rules keep of it."""

    draft: Draft
    runs: Runs
    wishes: Wishes
    over: int | None = None


def make_rules(
    network: Network,
    writing: WritingOptions,
    *,
    marks: Marks,
    text: CopyIndex | None,
    log_priors: Mapping[str, float],
) -> Rules:
    """Make options ready for a writer.

    Raises
    ------
    SettingsError
        The options ask for words that the novel does not know, or bars every word.
    """
    words = network.words
    check_known("must-include", writing.must_include, log_priors)
    unheard = [ban for ban in writing.ban if not any(ban in word for word in words)]
    check_known("ban", unheard, log_priors)
    check_until(writing, words)
    if writing.paragraphs and marks.break_id < 0:
        raise SettingsError("--paragraphs: expected a novel with paragraphs, got one without")
    bans = find_bans(writing.ban, words)
    if len(bans.whole) == len(words):
        raise SettingsError("--ban: expected to leave a word to write, got none")
    ids = {word: number for number, word in enumerate(words)}
    wishes = [(wish, [ids[w] for w in best_cut(wish, log_priors)]) for wish in writing.must_include]
    return Rules(writing, words, network.steps, marks, text, bans, tuple(wishes))


def check_until(writing: WritingOptions, words: Sequence[str]) -> None:
    """Refuse a text to end with that could never be written."""
    known = {character for word in words for character in word} | {"\n"}
    if strange := [character for character in writing.until if character not in known]:
        raise SettingsError(f"--until: expected characters of this novel, got {' '.join(strange)}")


def start(seed_ids: Sequence[int], rules: Rules) -> Progress:
    """Return the state of a text that holds just the seed phrase; ids above V count as V."""
    seed_ids = [min(word_id, len(rules.words)) for word_id in seed_ids]
    draft = start_draft(seed_ids, rules.words, rules.marks)
    runs = Runs(length=rules.writing.no_repeat)
    longest = 2 * runs.length
    for stop in range(1, len(seed_ids) + 1) if longest else ():
        note_runs(runs, seed_ids[max(0, stop - longest) : stop], rules.marks, rules.text)
    wishes = Wishes(pending=list(rules.wishes), count=len(rules.wishes))
    return Progress(draft=draft, runs=runs, wishes=wishes)


def go_on(progress: Progress, word_id: int, rules: Rules) -> None:
    """Take note of a written word."""
    draft = progress.draft
    follow(draft, word_id, rules.words, rules.marks)
    if rules.writing.no_repeat:
        note_runs(progress.runs, draft.ids, rules.marks, rules.text)
    if rules.wishes:
        settle(progress.wishes, draft)
    if progress.over is not None:
        progress.over += 1
    elif at_limit(draft, rules.writing):
        progress.over = 0


def is_done(progress: Progress, rules: Rules) -> bool:
    """Return whether the text ends here."""
    over, pending = progress.over, bool(progress.wishes.pending)
    return over is not None and is_finished(
        progress.draft, rules.writing, rules.marks, over=over, wishes=pending
    )


def is_last_break(progress: Progress, word_id: int, rules: Rules) -> bool:
    """Return whether this word would end the last paragraph that was asked for."""
    wanted = rules.writing.paragraphs
    return word_id == rules.marks.break_id and progress.draft.paragraphs + 1 == wanted


def weigh(log_probs: Floats, progress: Progress, rules: Rules) -> Floats:
    """Return the log probabilities (V,) after all rules, not renormalised; −inf: barred.

    All are −inf only where every word is banned.
    """
    log_probs = log_probs.copy()  # (V,)
    draft, writing, marks = progress.draft, rules.writing, rules.marks
    log_probs[banned_next(rules.bans, draft.tail)] = -np.inf
    if writing.marks:
        for ids in out_of_place(draft, marks):
            bar(log_probs, ids)
    if writing.max_copy and rules.text is not None:
        bar(log_probs, copied_next(rules.text, draft.ids, writing.max_copy))
    if writing.marks:
        for ids in out_of_line(draft, marks):
            bar(log_probs, ids)
    elif draft.role is Role.BREAK:
        bar(log_probs, np.array([marks.break_id], dtype=np.int32))  # no empty paragraph
    if writing.no_repeat:
        bar(log_probs, repeated_next(progress.runs, draft.ids, len(log_probs)))
    ask(log_probs, progress, rules)
    return log_probs


def ask(log_probs: Floats, progress: Progress, rules: Rules) -> None:
    """Favour in place what was asked for: half a mark's other half, a wish, an end."""
    draft, writing, marks, wishes = progress.draft, rules.writing, rules.marks, progress.wishes
    if writing.marks and half_a_mark(draft, marks):
        keep_only(log_probs, np.array(draft.ids[-1:], dtype=np.int32))
        return
    last = writing.paragraphs == draft.paragraphs + 1
    unended = len(marks.ends) > 0 and not draft.ended
    if writing.finish and last and (wishes.pending or unended):
        bar(log_probs, np.array([marks.break_id], dtype=np.int32))  # it is to end with a sentence
    if writing.marks:
        close_in_time(log_probs, draft, marks, steps=rules.steps)
    if wishes.pending:
        grant(wishes, draft, log_probs, limit=writing.limit(), over=progress.over)
        if wishes.queue:
            keep_only(log_probs, np.array(wishes.queue[:1], dtype=np.int32))
            return
    if progress.over is not None and writing.finish:
        lead_to_end(log_probs, draft, writing, marks, over=progress.over)
