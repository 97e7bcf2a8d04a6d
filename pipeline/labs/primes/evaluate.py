"""Stage `evaluate`: network and last gap, on windows that were learnt and others."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipeline.arrays import Doubles, Ids
from pipeline.artifacts.layers import Layer
from pipeline.engine.threads import one_thread
from pipeline.labs.artifacts import Findings, Trial
from pipeline.labs.primes.data import HIGHEST, primes_below
from pipeline.labs.shared.first_unit import answers_of, cell_formula, read, take_layer
from pipeline.labs.shared.no_settings import NoSettings
from pipeline.stage import Context

ARTICLE_LOSSES = (0.17973, 1.05172e-06)
LEARNT = "learnt, in order"
ALONE = "learnt, one at a time"
READ_ON = "new: the circle read on"
_IN_A_ROW = "new: true primes in a row"
_COLUMNS = ("windows", "number", "right", "off by", "last gap right", "last gap off by")


def answer(
    windows: Ids, layer: Layer[Doubles], *, in_order: bool, limit: int, squash_cell: bool
) -> Doubles:
    """Let the network name the next prime of windows (P, window + 1): (P,).

    In order they are the steps of one sequence; otherwise each is read from a state of zeros.
    """
    scaled = windows[:, :-1] / limit  # (P, E)
    inputs = scaled[:, None] if in_order else scaled[None]  # (T, N, E)
    answers: Doubles = answers_of(read(inputs, layer, squash_cell=squash_cell)).ravel() * limit
    return answers


def repeat_last_gap(windows: Ids) -> Doubles:
    """Guess for each window (P, window + 1) that the next gap is as the last: (P,)."""
    return (2 * windows[:, -2] - windows[:, -3]).astype(np.float64)


def judge(answers: Doubles, wanted: Ids, primes: Ids) -> tuple[int, float]:
    """Return how many answers (P,) are nearest to the prime wanted, and how far off the mean is."""
    nearest = primes[np.abs(answers[:, None] - primes).argmin(axis=1)]
    return int((nearest == wanted).sum()), float(np.abs(answers - wanted).mean())


def _answer_all(data: Trial, train: Trial) -> dict[str, tuple[Ids, Doubles]]:
    """Return name → windows (P, window + 1) and the network's answers (P,); empty sets left out."""
    how = {
        "layer": take_layer(train.arrays),
        "limit": data.facts["limit"],
        "squash_cell": train.facts["squash_cell"],
    }
    samples, circle, line = (data.arrays[name] for name in ("samples", "circle", "line"))
    learnt = len(samples)
    on = np.concatenate([samples, circle[learnt:]])  # (P, window + 1)
    sets = {
        LEARNT: (samples, answer(samples, in_order=True, **how)),
        ALONE: (samples, answer(samples, in_order=False, **how)),
        READ_ON: (on[learnt:], answer(on, in_order=True, **how)[learnt:]),
        _IN_A_ROW: (line, answer(line, in_order=True, **how)),
    }
    return {name: (windows, answers) for name, (windows, answers) in sets.items() if len(windows)}


def evaluate(config: NoSettings, *, data: Trial, train: Trial, context: Context) -> Findings:
    """Judge the network and the last gap on what was learnt and on what was not."""
    with one_thread():
        answered = _answer_all(data, train)
    rows = [_judge_both(name, *found) for name, found in answered.items()]
    first, last = (float(train.arrays["losses"][number]) for number in (0, -1))
    facts = {
        **train.facts,
        "limit": data.facts["limit"],
        "learnt": len(data.arrays["samples"]),
        "loss_start": first,
        "loss_end": last,
        "article_loss_start": ARTICLE_LOSSES[0],
        "article_loss_end": ARTICLE_LOSSES[1],
        "sets": [dict(zip(_COLUMNS, row, strict=True)) for row in rows],
        "wanted": {name: windows[:, -1].tolist() for name, (windows, _) in answered.items()},
        "answers": {name: answers.tolist() for name, (_, answers) in answered.items()},
    }
    return Findings(_COLUMNS, tuple(rows), _notes_on(facts), facts)


def _judge_both(name: str, windows: Ids, answers: Doubles) -> tuple[str | float | int, ...]:
    """Return the table's row of a set: windows (P, window + 1), the network's answers (P,)."""
    primes = primes_below(HIGHEST)
    right, off = judge(answers, windows[:, -1], primes)
    gap_right, gap_off = judge(repeat_last_gap(windows), windows[:, -1], primes)
    return name, len(windows), right, round(off, 2), gap_right, round(gap_off, 2)


def _notes_on(facts: dict[str, Any]) -> tuple[str, ...]:
    """Say what the table does not: the losses beside the article's, what is counted, the seed."""
    formula = cell_formula(squash_cell=facts["squash_cell"])
    verdict = "no higher" if facts["loss_end"] <= ARTICLE_LOSSES[1] else "HIGHER"
    return (
        f"{formula}, {facts['rounds']:,} rounds: squared loss {facts['loss_start']:.5f} → "
        f"{facts['loss_end']:.5g} (the article's: {ARTICLE_LOSSES[0]} → {ARTICLE_LOSSES[1]:g}); "
        f"the last is {verdict} than the article's.",
        "Right: the prime nearest to the answer is the one wanted. Off by: mean absolute error, "
        "in units of the primes.",
        f"Seed: {facts['seed']}.",
    )
