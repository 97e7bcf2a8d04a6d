"""Stage `plot`: loss and accuracy by epoch, and accuracy by class."""

from __future__ import annotations

from pipeline.labs.artifacts import Findings, Trial
from pipeline.labs.shared.no_settings import NoSettings
from pipeline.plots import as_png, draw_epochs, new_figure
from pipeline.stage import Context


def plot(config: NoSettings, *, train: Trial, evaluate: Findings, context: Context) -> bytes:
    """Draw loss and accuracy by epoch, and accuracy by class."""
    figure = new_figure(
        {
            "training loss": "epoch",
            "accuracy on held-out pictures": "epoch",
            "accuracy by class": "",
        }
    )
    loss, accuracy, classes = figure.axes
    epochs = range(1, len(train.facts["losses"]) + 1)
    draw_epochs(loss, epochs, train.facts["losses"])
    loss.set_ylim(bottom=0)
    draw_epochs(accuracy, epochs, train.facts["accuracies"])
    accuracy.set_ylim(top=1)
    counts = evaluate.facts["confusion"]
    shares = [row[k] / max(1, sum(row)) for k, row in enumerate(counts)]
    classes.barh(evaluate.facts["classes"], shares)
    classes.set_xlim(0, 1)
    classes.invert_yaxis()
    return as_png(figure)
