"""Stage `plot`: each variant's loss and share of exact unseen sums, by epoch."""

from __future__ import annotations

import numpy as np

from pipeline.labs.artifacts import Trial
from pipeline.labs.numpy_adder.variants import CORRECTED, DECAYED, VARIANTS
from pipeline.labs.shared.no_settings import NoSettings
from pipeline.plots import SMALL, as_png, new_figure
from pipeline.stage import Context


def plot(config: NoSettings, *, train: Trial, context: Context) -> bytes:
    """Draw each variant's loss and its share of exact unseen sums by epoch."""
    epochs = np.arange(1, train.facts["epochs"] + 1)
    titles = {"losses": "loss of the taught step, nats", "exact": "share of exact unseen sums"}
    figure = new_figure(dict.fromkeys(titles.values(), "epoch"), title_size=SMALL)
    for axes, key in zip(figure.axes, titles, strict=True):
        for number, (name, variant) in enumerate(VARIANTS.items()):
            axes.plot(
                epochs,
                train.arrays[f"{key}_{number}"],  # (K,)
                label=name,
                color="black" if variant.decays else f"C{number}",
                linestyle="--" if variant.is_slow else "-",
                linewidth=2 if name in (CORRECTED, DECAYED) else 1,
            )
        axes.set_ylim(bottom=0)
    figure.axes[1].legend(fontsize=6)
    return as_png(figure)
