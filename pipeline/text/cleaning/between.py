"""Adverts between the lines of a wrapped paragraph, cut before they are joined into it."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.text.chapters.contents import runs_of
from pipeline.text.cleaning.adverts import is_advert
from pipeline.text.cleaning.lines import Line
from pipeline.text.cleaning.pages import is_rule
from pipeline.text.cleaning.reflow import (
    continues,
    drop_double_spacing,
    find_wrapping,
    is_open,
    is_wrapped,
)
from pipeline.text.cleaning.signs import HINT
from pipeline.text.cuts import Cut


def cut_between(lines: Sequence[Line], width: int) -> tuple[list[Line], list[Cut]]:
    """Return the lines of a text wrapped at `width` columns without adverts inside paragraphs.

    Cut is a line that by itself is an advert and that was not wrapped with the others, as it is no
    full line, where the line before it goes on with the one behind it. The empty lines around it
    go too.
    """
    lines = drop_double_spacing(lines)
    filled = [at for at, line in enumerate(lines) if line.text.strip()]
    found = [place for place, at in enumerate(filled) if _stands_apart(lines[at].text, width)]
    if not found:
        return list(lines), []
    wrapping = find_wrapping([line.text for line in lines], width)
    lost: set[int] = set()
    cuts: list[Cut] = []
    for run in runs_of(found):
        if run[0] == 0 or run[-1] == len(filled) - 1:
            continue
        first, last = filled[run[0] - 1], filled[run[-1] + 1]
        before, after = lines[first].text, lines[last].text
        following = lines[last + 1].text if last + 1 < len(lines) else ""
        if continues(before, after, following, wrapping) and _may_go(
            before, gap_above=filled[run[0]] - first > 1, gap_below=last - filled[run[-1]] > 1
        ):
            found_here = [lines[filled[place]] for place in run]
            cuts += [Cut("advert", "", line.number, line.text.strip()) for line in found_here]
            lost.update(range(first + 1, last))
    return [line for at, line in enumerate(lines) if at not in lost], cuts


def _stands_apart(text: str, width: int) -> bool:
    """Return whether a line is an advert beyond doubt, and no full line of a paragraph."""
    if not HINT.search(text) or is_rule(text) or not is_advert(text):
        return False
    return not is_wrapped(text, width)


def _may_go(before: str, *, gap_above: bool, gap_below: bool) -> bool:
    """Return whether empty lines around adverts leave no doubt that a paragraph goes on over them.

    Empty lines on one side only are those of a paragraph that ends with the advert or behind it.
    """
    return gap_above == gap_below and (not gap_above or is_open(before))
