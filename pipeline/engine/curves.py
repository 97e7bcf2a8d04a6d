"""The curves of a training as a PNG picture."""

from __future__ import annotations

import io
from typing import Any


def draw_curves(history: dict[str, Any]) -> bytes:
    """Draw training loss, and validation perplexity and top-1, against the epoch.

    `history` as in `pipeline.artifacts.training.Training`. Equal histories give equal bytes.
    """
    # matplotlib takes half a second to load and is needed nowhere else.
    from matplotlib.figure import Figure

    rows = history["epochs"]
    epochs = [row["epoch"] for row in rows]
    figure = Figure(figsize=(10, 3.2), layout="constrained")
    panels = figure.subplots(1, 3)
    for axes, name, title in zip(
        panels,
        ("train_loss", "perplexity", "top1"),
        (f"training loss ({history['objective']})", "validation perplexity", "validation top-1"),
        strict=True,
    ):
        axes.plot(epochs, [row[name] for row in rows], marker="o", markersize=4)
        axes.axvline(history["best_epoch"], color="0.6", linestyle=":", linewidth=1)
        axes.set_title(title, fontsize=10)
        axes.set_xlabel("epoch")
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(alpha=0.3)
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=120, metadata={"Software": None})
    return picture.getvalue()
