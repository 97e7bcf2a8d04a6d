"""The curves of a training as small drawings side by side."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.page.document import note, section
from pipeline.page.markup import Markup, element
from pipeline.page.texts import Texts

_WIDTH, _HEIGHT = 320.0, 190.0  # of a drawing, in its own units
_LEFT, _RIGHT, _TOP, _BOTTOM = 46.0, 12.0, 18.0, 24.0  # margins around the curve
_TICKS = 4

_Point = tuple[float, float]


def curves(texts: Texts, history: Mapping[str, Any]) -> Markup:
    """Return a drawing for each of `texts.panels`, figures of `Training.history`.

    The epoch that was kept is marked.
    """
    rows, best = history["epochs"], history["best_epoch"]
    figures = [
        element(
            "figure",
            element("figcaption", title),
            _draw(
                texts, [(row["epoch"], row[name]) for row in rows if _finite(row.get(name))], best
            ),
        )
        for name, title in texts.panels.items()
    ]
    text = texts.objective.format(objective=history["objective"], epochs=len(rows), best=best)
    drawn = element("div", *figures, class_="panels")
    return section(texts, "training", texts.training, note(text), drawn)


def _finite(value: Any) -> bool:
    """Return whether this is a number that can be drawn."""
    return isinstance(value, int | float) and math.isfinite(value)


def _draw(texts: Texts, points: Sequence[_Point], best: float) -> Markup:
    """Return a curve through (epoch, figure) points, with axes and a line at the best epoch."""
    if not points:
        return note(texts.no_figures)
    xs, ys = zip(*points, strict=True)
    y_ticks = ticks(min(ys), max(ys))
    x_ticks = [x for x in ticks(min(xs), max(xs)) if float(x).is_integer() and min(xs) <= x]
    bounds = (min(xs), max(xs), min(*ys, *y_ticks), max(*ys, *y_ticks))
    spots = [_place(point, bounds) for point in points]
    return element(
        "svg",
        *(_y_axis(y, _place((bounds[0], y), bounds)[1]) for y in y_ticks),
        *(_x_axis(x, _place((x, bounds[2]), bounds)[0]) for x in x_ticks),
        _best_line(texts, best, _place((best, bounds[2]), bounds)[0]),
        element("polyline", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in spots), class_="curve"),
        *(
            element(
                "circle",
                element("title", f"{texts.epoch.format(epoch=epoch)}: {value:.4g}"),
                cx=x,
                cy=y,
                r=3,
                class_="best-dot" if epoch == best else "dot",
            )
            for (epoch, value), (x, y) in zip(points, spots, strict=True)
        ),
        viewBox=f"0 0 {_WIDTH:g} {_HEIGHT:g}",
        role="img",
    )


def _place(point: _Point, bounds: tuple[float, float, float, float]) -> _Point:
    """Return where a point lies in the drawing; bounds are least and greatest x, then y."""
    left, right, low, high = bounds
    across = (point[0] - left) / (right - left) if right > left else 0.5
    up = (point[1] - low) / (high - low) if high > low else 0.5
    return (
        _LEFT + across * (_WIDTH - _LEFT - _RIGHT),
        _HEIGHT - _BOTTOM - up * (_HEIGHT - _TOP - _BOTTOM),
    )


def ticks(low: float, high: float) -> list[float]:
    """Return round numbers that span [low, high], about four of them."""
    if high <= low:
        return [low]
    rough = (high - low) / _TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    return [step * k for k in range(math.floor(low / step), math.ceil(high / step) + 1)]


def _y_axis(value: float, y: float) -> Markup:
    """Return a grid line with its number."""
    line = element("line", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=y, y2=y, class_="grid")
    text = element("text", f"{value:.4g}", x=_LEFT - 6, y=y + 4, text_anchor="end", class_="tick")
    return Markup(line + text)


def _x_axis(value: float, x: float) -> Markup:
    """Return the number of an epoch."""
    return element("text", f"{value:g}", x=x, y=_HEIGHT - 7, text_anchor="middle", class_="tick")


def _best_line(texts: Texts, epoch: float, x: float) -> Markup:
    """Return the line at the epoch that was kept, with its name on the side that has room."""
    line = element("line", x1=x, x2=x, y1=_TOP - 4, y2=_HEIGHT - _BOTTOM, class_="best-epoch")
    anchor, shift = ("end", -4.0) if x > _WIDTH / 2 else ("start", 4.0)
    name = texts.epoch.format(epoch=epoch)
    text = element("text", name, x=x + shift, y=_TOP - 6, text_anchor=anchor, class_="best-name")
    return Markup(line + text)
