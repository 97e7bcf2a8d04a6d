"""Figures as PNG pictures: the curves of a training, and what the labs draw with."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_curves(history: dict[str, Any]) -> bytes:
    """Draw training loss, and validation perplexity and top-1, against the epoch.

    `history` as in `pipeline.artifacts.training.Training`. Equal histories give equal bytes.
    """
    rows = history["epochs"]
    epochs = [row["epoch"] for row in rows]
    figure = new_figure(3, width=10)
    for axes, name, title in zip(
        figure.axes,
        ("train_loss", "perplexity", "top1"),
        (f"training loss ({history['objective']})", "validation perplexity", "validation top-1"),
        strict=True,
    ):
        axes.plot(epochs, [row[name] for row in rows], marker="o", markersize=4)
        axes.axvline(history["best_epoch"], color="0.6", linestyle=":", linewidth=1)
        axes.set_title(title, fontsize=10)
        axes.set_xlabel("epoch")
        axes.locator_params(axis="x", integer=True)
    return as_png(figure, dpi=120)


def new_figure(panels: int, *, width: float | None = None) -> Figure:
    """Return a figure of so many inches with panels in a row; its `axes` are the panels."""
    # matplotlib takes half a second to load and is needed nowhere else.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width or 4.5 * panels, 3.2), layout="constrained")
    for axes in figure.subplots(1, panels, squeeze=False)[0]:
        axes.grid(alpha=0.3)
    return figure


def as_png(figure: Figure, *, dpi: int = 100) -> bytes:
    """Return a figure as a PNG picture; equal figures give equal bytes."""
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=dpi, metadata={"Software": None})
    return picture.getvalue()
