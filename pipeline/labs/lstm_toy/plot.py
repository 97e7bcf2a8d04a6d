"""Stage `plot`: the loss and the four answers, round by round."""

from __future__ import annotations

from pipeline.labs.artifacts import Trial
from pipeline.labs.lstm_toy.evaluate import LOSS_BOUND
from pipeline.labs.shared.no_settings import NoSettings
from pipeline.plots import as_png, mark_level, new_figure
from pipeline.stage import Context


def plot(config: NoSettings, *, data: Trial, train: Trial, context: Context) -> bytes:
    """Draw the loss and the four answers, round by round."""
    answers, targets = train.arrays["answers"], data.arrays["targets"][:, 0]
    titles = ("squared loss", "first hidden unit; dotted: wanted")
    figure = new_figure(dict.fromkeys(titles, "round"))
    left, right = figure.axes
    left.semilogy(((answers - targets) ** 2).sum(axis=1))
    mark_level(left, LOSS_BOUND, f"asked: {LOSS_BOUND:g}")
    left.legend()
    for step, target in enumerate(targets):
        line = right.plot(answers[:, step], label=f"step {step + 1}")[0]
        right.axhline(target, color=line.get_color(), linestyle=":")
    right.legend(loc="center right")
    return as_png(figure)
