"""Running titles: headings that only repeat the one they stand under, on pages of a scan."""

from __future__ import annotations

from collections.abc import Container, Mapping

from pipeline.text.chapters.forms import STRONG, Heading


def find_running(
    candidates: Mapping[int, Heading], chosen: Container[int] | None = None
) -> frozenset[int]:
    """Return the lines that only repeat the heading they stand under, as on every page of a scan.

    An equal number with another title is no running title, nor is a line whose form is no
    heading's unless it is the same to the letter. Headings are those of the candidates that are
    `chosen`, or all.
    """
    current: dict[str, Heading] = {}
    following = _following(candidates)
    running: set[int] = set()
    for index, heading in candidates.items():
        above = current.get(heading.unit)
        if above is not None and _repeats(heading, above, following[index]):
            running.add(index)
        elif chosen is None or index in chosen:
            if heading.level == "volume":
                current.clear()
            current[heading.unit] = heading
    return frozenset(running)


def _repeats(heading: Heading, above: Heading, following: int | None) -> bool:
    """Return whether a heading only repeats the one above it.

    Without a title it is a misprint of the next number where that is missing behind it: 五 五 七.
    """
    if heading.identity != above.identity:
        return False
    if not heading.name and heading.first is not None and following == heading.first + 2:
        return False
    return heading.form >= STRONG or heading.title == above.title


def _following(candidates: Mapping[int, Heading]) -> dict[int, int | None]:
    """Return for each candidate the next other number of its unit."""
    following: dict[int, int | None] = {}
    after: dict[str, tuple[int | None, int | None]] = {}  # the number at hand, and the next other
    for index in reversed(list(candidates)):
        heading = candidates[index]
        number, other = after.get(heading.unit, (None, None))
        if number != heading.first:
            other = number
        after[heading.unit] = (heading.first, other)
        following[index] = other
    return following
