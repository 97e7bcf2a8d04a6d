"""The curves of a training as small drawings side by side."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.page.document import note, section
from pipeline.page.markup import Markup, element

WIDTH, HEIGHT = 320.0, 190.0  # of a drawing, in its own units
LEFT, RIGHT, TOP, BOTTOM = 46.0, 12.0, 18.0, 24.0  # margins around the curve
TICKS = 4
PANELS = {
    "train_loss": "training loss",
    "perplexity": "validation perplexity",
    "top1": "validation top-1",
}

Point = tuple[float, float]


def curves(history: Mapping[str, Any]) -> Markup:
    """Return a drawing for each figure of `Training.history`, the epoch that was kept marked."""
    rows, best = history["epochs"], history["best_epoch"]
    figures = [
        element(
            "figure",
            element("figcaption", title),
            draw([(row["epoch"], row[name]) for row in rows if finite(row.get(name))], best),
        )
        for name, title in PANELS.items()
    ]
    text = f"Objective {history['objective']}; {len(rows)} epochs, of which epoch {best} was kept."
    return section(
        "training", "The training", note(text), element("div", *figures, class_="panels")
    )


def finite(value: Any) -> bool:
    """Return whether this is a number that can be drawn."""
    return isinstance(value, int | float) and math.isfinite(value)


def draw(points: Sequence[Point], best: float) -> Markup:
    """Return a curve through (epoch, figure) points, with axes and a line at the best epoch."""
    if not points:
        return note("no figures")
    xs, ys = zip(*points, strict=True)
    y_ticks = ticks(min(ys), max(ys))
    x_ticks = [x for x in ticks(min(xs), max(xs)) if float(x).is_integer() and min(xs) <= x]
    bounds = (min(xs), max(xs), min(*ys, *y_ticks), max(*ys, *y_ticks))
    spots = [place(point, bounds) for point in points]
    return element(
        "svg",
        *(y_axis(y, place((bounds[0], y), bounds)[1]) for y in y_ticks),
        *(x_axis(x, place((x, bounds[2]), bounds)[0]) for x in x_ticks),
        best_line(best, place((best, bounds[2]), bounds)[0]),
        element("polyline", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in spots), class_="curve"),
        *(
            element(
                "circle",
                element("title", f"epoch {epoch:g}: {value:.4g}"),
                cx=x,
                cy=y,
                r=3,
                class_="best-dot" if epoch == best else "dot",
            )
            for (epoch, value), (x, y) in zip(points, spots, strict=True)
        ),
        viewBox=f"0 0 {WIDTH:g} {HEIGHT:g}",
        role="img",
    )


def place(point: Point, bounds: tuple[float, float, float, float]) -> Point:
    """Return where a point lies in the drawing; bounds are least and greatest x, then y."""
    left, right, low, high = bounds
    across = (point[0] - left) / (right - left) if right > left else 0.5
    up = (point[1] - low) / (high - low) if high > low else 0.5
    return (
        LEFT + across * (WIDTH - LEFT - RIGHT),
        HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM),
    )


def ticks(low: float, high: float) -> list[float]:
    """Return round numbers that span [low, high], about four of them."""
    if high <= low:
        return [low]
    rough = (high - low) / TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    return [step * k for k in range(math.floor(low / step), math.ceil(high / step) + 1)]


def y_axis(value: float, y: float) -> Markup:
    """Return a grid line with its number."""
    line = element("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, class_="grid")
    text = element("text", f"{value:.4g}", x=LEFT - 6, y=y + 4, text_anchor="end", class_="tick")
    return Markup(line + text)


def x_axis(value: float, x: float) -> Markup:
    """Return the number of an epoch."""
    return element("text", f"{value:g}", x=x, y=HEIGHT - 7, text_anchor="middle", class_="tick")


def best_line(epoch: float, x: float) -> Markup:
    """Return the line at the epoch that was kept, with its name on the side that has room."""
    line = element("line", x1=x, x2=x, y1=TOP - 4, y2=HEIGHT - BOTTOM, class_="best-epoch")
    anchor, shift = ("end", -4.0) if x > WIDTH / 2 else ("start", 4.0)
    text = element(
        "text", f"epoch {epoch:g}", x=x + shift, y=TOP - 6, text_anchor=anchor, class_="best-name"
    )
    return Markup(line + text)
