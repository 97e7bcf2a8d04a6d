"""Which words would repeat a run of words that has been written already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from pipeline.arrays import Ids
from pipeline.engine.writing.constraints.copying import CopyIndex, run_ends
from pipeline.engine.writing.constraints.marks import Marks, Role

FORMULA = 2000  # words of the novel in which a run that is half punctuation is to be met once


@dataclass
class Runs:
    """The runs of `length` words written so far: all but the last word → the last words.

    Of the runs of four words that recur within 200 words of real novels, nearly all are half
    punctuation and formulae of the novel, such as 笑道：“ or ”宝玉道：. Runs that the novel itself
    repeats like that are free; twice as long a run is not, whatever it is made of.
    """

    length: int
    followers: dict[tuple[int, ...], list[int]] = field(default_factory=dict)


def note_runs(runs: Runs, ids: Sequence[int], marks: Marks, text: CopyIndex | None) -> None:
    """Note the runs that end with the last of `ids`, but for formulae of the novel, `text`."""
    for length in (runs.length, 2 * runs.length):
        run = tuple(ids[-length:])
        if len(run) == length and (length > runs.length or not is_formula(run, marks, text)):
            runs.followers.setdefault(run[:-1], []).append(run[-1])


def is_formula(run: Sequence[int], marks: Marks, text: CopyIndex | None) -> bool:
    """Return whether a run is half punctuation, and frequent in the novel where that is known."""
    marked = sum(marks.role(word_id) is not Role.WORD for word_id in run)
    if 2 * marked < len(run):
        return False
    return text is None or len(run_ends(text, run)) * FORMULA >= len(text.text_ids)


def repeated_next(runs: Runs, ids: Sequence[int], vocabulary_size: int) -> Ids:
    """Return the words that would complete a run that has been written already."""
    keys = (tuple(ids[-length + 1 :]) for length in (runs.length, 2 * runs.length))
    found = [word_id for key in keys for word_id in runs.followers.get(key, ())]
    return np.array([word_id for word_id in found if word_id < vocabulary_size], dtype=np.int32)
