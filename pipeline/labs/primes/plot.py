"""Stage `plot`: the loss round by round, and the answers around the circle."""

from __future__ import annotations

from pipeline.labs.artifacts import Findings, Trial
from pipeline.labs.primes.evaluate import ALONE, ARTICLE_LOSSES, LEARNT, READ_ON
from pipeline.labs.shared.no_settings import NoSettings
from pipeline.plots import as_png, mark_level, new_figure
from pipeline.stage import Context


def plot(config: NoSettings, *, train: Trial, evaluate: Findings, context: Context) -> bytes:
    """Draw the loss round by round, and wanted against answered around the circle."""
    wanted, answers = evaluate.facts["wanted"], evaluate.facts["answers"]
    figure = new_figure({"squared loss": "round", "the next prime": "window"})
    left, right = figure.axes
    left.semilogy(train.arrays["losses"])
    for value, name, style in zip(ARTICLE_LOSSES, ("start", "end"), ("--", ":"), strict=True):
        mark_level(left, value, f"article's {name}: {value:g}", linestyle=style)
    left.legend()
    right.plot(wanted[LEARNT] + wanted.get(READ_ON, []), "k.", label="wanted")
    right.plot(answers[LEARNT] + answers.get(READ_ON, []), label="read in order")
    right.plot(answers[ALONE], label="one at a time")
    right.axvline(
        evaluate.facts["learnt"] - 0.5, color="grey", linestyle=":", label="learnt up to here"
    )
    right.legend()
    return as_png(figure)
