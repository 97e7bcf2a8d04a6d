"""What reading a text leaves out or changes: nothing goes without a record of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.artifacts.corpus import Cut, count_reasons

__all__ = ["Cut", "from_several", "show_cut", "tell_cuts"]

_EXAMPLES = 3  # of each reason
_LONGEST = 60  # characters of an example


def from_several(cuts: Sequence[Cut]) -> bool:
    """Return whether cuts come from several documents, which are then named with the lines."""
    return len({cut.document for cut in cuts}) > 1


def tell_cuts(cuts: Sequence[Cut]) -> Iterator[str]:
    """Yield a line a reason: how often, and up to three examples with their places."""
    several = from_several(cuts)
    for reason, count in count_reasons(cuts).items():
        found = [cut for cut in cuts if cut.reason == reason]
        examples = "; ".join(show_cut(cut, named=several) for cut in _spread(found))
        yield f"{reason} {count:,}: {examples}"


def show_cut(cut: Cut, *, named: bool, longest: int | None = _LONGEST) -> str:
    """Return a cut in one line: its place and how it began, or all of it if `longest` is None."""
    text = " ".join(cut.text.split())
    text = text if longest is None or len(text) <= longest else text[:longest] + "…"
    place = f"line {cut.line:,}" if cut.line else ""
    where = " ".join(filter(None, (cut.document if named else "", place)))
    return f"{where}: {text}" if where else text


def _spread(cuts: Sequence[Cut]) -> list[Cut]:
    """Return the first, one in the middle and the last, no text twice."""
    places = (
        sorted({0, len(cuts) // 2, len(cuts) - 1}) if len(cuts) > _EXAMPLES else range(len(cuts))
    )
    chosen = {cuts[place].text: cuts[place] for place in places}
    return list(chosen.values())
