"""Stage `plot`: the error, and the share of exact sums, as pairs are learnt."""

from __future__ import annotations

from pipeline.labs.artifacts import Trial
from pipeline.labs.rnn_adder.train import error_rows
from pipeline.labs.shared.no_settings import NoSettings
from pipeline.plots import SMALL, as_png, draw_epochs, new_figure
from pipeline.stage import Context


def plot(config: NoSettings, *, train: Trial, context: Context) -> bytes:
    """Draw the error of each thousand pairs, and the share of exact sums."""
    rows = error_rows(train)
    titles = ("error of a sum's 8 bits, Σ|y − s|", "share of exact unseen sums")
    figure = new_figure(dict.fromkeys(titles, "pairs learnt"), title_size=SMALL)
    samples, *columns = zip(*rows, strict=True)
    for axes, values in zip(figure.axes, columns, strict=True):
        draw_epochs(axes, samples, values)
        axes.set_ylim(bottom=0)
    return as_png(figure)
