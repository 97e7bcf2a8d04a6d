"""Paragraphs too long for a short text's parts, cut at the ends of sentences."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate, pairwise

from pipeline.artifacts.corpus import Chapter

_SENTENCE = re.compile(r"[^。！？．!?…]*[。！？．!?…]+[”’」』）)]*|[^。！？．!?…]+")


def part_long_paragraphs(
    paragraphs: Sequence[str], chapters: Sequence[Chapter], *, most: int
) -> tuple[tuple[str, ...], tuple[Chapter, ...]]:
    """Cut paragraphs of more than `most` characters into pieces of about as many.

    A piece ends with a sentence; a sentence that is longer itself is cut wherever it has reached
    `most` characters. The chapters are those of the paragraphs before.

    Returns
    -------
    paragraphs, chapters
        The same text without a character more or less, and the chapters where they stand now.
    """
    pieces = [_cut(p, most) if len(p) > most else [p] for p in paragraphs]
    stops = [0, *accumulate(map(len, pieces))]
    return (
        tuple(piece for own in pieces for piece in own),
        tuple(replace(c, start=stops[c.start], stop=stops[c.stop]) for c in chapters),
    )


def _cut(paragraph: str, most: int) -> list[str]:
    """Cut one paragraph at the ends of the sentences that are nearest to equal stretches."""
    ends: list[int] = []
    for found in _SENTENCE.finditer(paragraph):
        ends.extend(range(found.start() + most, found.end(), most))
        ends.append(found.end())
    bounds = [0]
    while bounds[-1] < len(paragraph):
        place = bisect_left(ends, bounds[-1] + most + 1)
        fits = place > 0 and ends[place - 1] > bounds[-1]
        bounds.append(ends[place - 1] if fits else ends[place])
    return [paragraph[a:b] for a, b in pairwise(bounds)]
