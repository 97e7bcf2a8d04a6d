"""Stage `plot`: the error by epoch; cosine and top-1 of windows learnt and unseen."""

from __future__ import annotations

from pipeline.labs.artifacts import Findings, Trial
from pipeline.labs.shared.no_settings import NoSettings
from pipeline.plots import as_png, mark_level, new_figure
from pipeline.stage import Context


def plot(config: NoSettings, *, train: Trial, evaluate: Findings, context: Context) -> bytes:
    """Draw the error by epoch; cosine and top-1 of learnt windows beside those of unseen ones."""
    figure = new_figure(
        {"MSE on the windows learnt": "epoch", "mean cosine": "", "right words": ""}
    )
    loss, cosine, top1 = figure.axes
    facts = evaluate.facts
    loss.plot(train.facts["losses"])
    for name, style in (("mean_square", ":"), ("variance", "--")):
        label = f"{name.replace('_', ' ')} of the targets"
        mark_level(loss, facts[name], label, linestyle=style)
    loss.set_ylim(bottom=0)
    loss.legend(fontsize=8)
    unseen = facts["unseen"]
    scores = [facts["learnt"], unseen["network"], unseen["mean_vector"], unseen["frequent_word"]]
    labels = ["learnt", "unseen", "unseen:\nmean vector", "unseen:\nfrequent word"]
    for axes, name in ((cosine, "cosine"), (top1, "top1")):
        axes.bar(labels, [score[name] for score in scores], color=["C0", "C1", "0.7", "0.8"])
        axes.tick_params(axis="x", labelsize=8)
    top1.set_ylim(0, 1)
    return as_png(figure)
