"""A map of words, drawn as text: searchable, crisp, and in the reader's own Chinese font."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pipeline.page.document import note, section
from pipeline.page.markup import Markup, element
from pipeline.page.texts import Texts

_LINE = 1.08  # height of a label in font sizes; Chinese characters are one wide
_RINGS = (0.6, 1.1, 1.7)  # how far a label may step aside, in font sizes
_DIRECTIONS = 12


class Paper(NamedTuple):
    """What a map is drawn on, in its own units; labels are as large from least to most frequent."""

    width: float
    height: float
    margin: float
    smallest: float
    largest: float


BROAD = Paper(1000.0, 800.0, 34.0, 12.0, 26.0)
TALL = Paper(420.0, 760.0, 20.0, 13.0, 22.0)  # for telephones: fewer labels, as easy to read

Box = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(frozen=True)
class Place:
    """A word on the map: where (0 to 1 both ways), how often it occurs, if it names a character."""

    word: str
    x: float
    y: float
    count: int
    person: bool = False


def word_map(texts: Texts, places: Sequence[Place]) -> Markup:
    """Return the map: the larger the more frequent, characters in colour.

    It is drawn twice, for broad screens and for narrow ones; the style sheet shows one of them.
    """
    return section(
        texts,
        "map",
        texts.map,
        note(texts.map_note.format(count=len(places))),
        element(
            "div",
            _draw(texts, places, BROAD, "broad"),
            _draw(texts, places, TALL, "tall"),
            class_="map",
        ),
    )


def _draw(texts: Texts, places: Sequence[Place], paper: Paper, kind: str) -> Markup:
    """Return a drawing of the map."""
    return element(
        "svg",
        *_draw_labels(places, paper),
        viewBox=f"0 0 {paper.width:g} {paper.height:g}",
        role="img",
        aria_label=texts.map_label.format(count=len(places)),
        class_=kind,
    )


def _draw_labels(places: Sequence[Place], paper: Paper) -> Iterator[Markup]:
    """Yield each word as a label that covers no other, or as a dot where none fits."""
    taken: list[Box] = []
    most = max((math.sqrt(place.count) for place in places), default=1.0)
    for place in sorted(places, key=lambda place: -place.count):
        share = math.sqrt(place.count) / most
        size = paper.smallest + (paper.largest - paper.smallest) * share
        x = paper.margin + place.x * (paper.width - 2 * paper.margin)
        y = paper.margin + place.y * (paper.height - 2 * paper.margin)
        width = size * len(place.word)
        spot = free_spot((x, y), paper, width=width, size=size, taken=taken)
        title = element("title", f"{place.word} × {place.count:,}")
        if spot is None:
            yield element("circle", title, cx=x, cy=y, r=2)
            continue
        taken.append(box_at(spot, width=width, size=size))
        yield element(
            "text",
            title,
            place.word,
            x=spot[0],
            y=spot[1],
            font_size=size,
            lang="zh",
            class_="person" if place.person else None,
        )


def free_spot(
    centre: tuple[float, float],
    paper: Paper,
    *,
    width: float,
    size: float,
    taken: Sequence[Box],
) -> tuple[float, float] | None:
    """Return where a label can stand: at its place, else a little aside; None where nowhere."""
    for x, y in _candidates(centre, size):
        box = box_at((x, y), width=width, size=size)
        inside = box[0] >= 0 and box[1] >= 0 and box[2] <= paper.width and box[3] <= paper.height
        if inside and not any(overlap(box, other) for other in taken):
            return x, y
    return None


def _candidates(centre: tuple[float, float], size: float) -> Iterator[tuple[float, float]]:
    """Yield the place itself, then rings around it, the nearest first."""
    yield centre
    for ring in _RINGS:
        for number in range(_DIRECTIONS):
            angle = 2 * math.pi * number / _DIRECTIONS
            yield (
                centre[0] + ring * size * math.cos(angle),
                centre[1] + ring * size * math.sin(angle),
            )


def box_at(centre: tuple[float, float], *, width: float, size: float) -> Box:
    """Return the room that a label takes."""
    x, y = centre
    return (x - width / 2, y - size * _LINE / 2, x + width / 2, y + size * _LINE / 2)


def overlap(one: Box, other: Box) -> bool:
    """Return whether two boxes share any room."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
