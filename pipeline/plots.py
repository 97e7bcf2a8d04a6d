"""Figures as PNG pictures: the curves of a training, and what the labs draw with.

Only stages that make a picture import this, so that a change here makes pictures anew and no more.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike

SMALL = 10  # points of a title that is long, or of one panel among many


def draw_curves(history: Mapping[str, Any], panels: Mapping[str, str]) -> bytes:
    """Draw figures of a training against the epoch: `panels` is figure → title.

    `history` as in `pipeline.artifacts.training.Training`. Equal histories give equal bytes.
    """
    rows = history["epochs"]
    epochs = [row["epoch"] for row in rows]
    titles = {**panels, "train_loss": f"{panels['train_loss']} ({history['objective']})"}
    figure = new_figure(dict.fromkeys(titles.values(), "epoch"), title_size=SMALL, width=10)
    for axes, name in zip(figure.axes, titles, strict=True):
        draw_epochs(axes, epochs, [row[name] for row in rows])
        axes.axvline(history["best_epoch"], color="0.6", linestyle=":", linewidth=1)
    return as_png(figure, dpi=120)


def new_figure(
    panels: Mapping[str, str], *, title_size: float | str = "large", width: float | None = None
) -> Figure:
    """Return a figure with panels in a row, which are its `axes`.

    Parameters
    ----------
    panels : title → what is counted along the x-axis; "" where nothing is
    title_size : points, or a size by its name
    width : inches
    """
    # matplotlib takes half a second to load and is needed nowhere else.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width or 4.5 * len(panels), 3.2), layout="constrained")
    row = figure.subplots(1, len(panels), squeeze=False)[0]
    for axes, (title, counted) in zip(row, panels.items(), strict=True):
        axes.grid(alpha=0.3)
        axes.set_title(title, fontsize=title_size)
        axes.set_xlabel(counted)
    return figure


def draw_epochs(axes: Axes, epochs: Sequence[int], values: ArrayLike) -> None:
    """Draw a figure that was taken a few times, with a dot each time; ticks at whole numbers."""
    axes.plot(epochs, values, marker="o", markersize=4)
    axes.locator_params(axis="x", integer=True)


def mark_level(axes: Axes, value: float, label: str, *, linestyle: str = ":") -> None:
    """Draw what a curve is to be compared with, as a line across."""
    axes.axhline(value, color="grey", linestyle=linestyle, label=label)


def as_png(figure: Figure, *, dpi: int = 100) -> bytes:
    """Return a figure as a PNG picture; equal figures give equal bytes."""
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=dpi, metadata={"Software": None})
    return picture.getvalue()
