"""Which chapters are held out for validation and for testing."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from pipeline.artifacts.corpus import Chapter
from pipeline.artifacts.segmentation import Part, Section
from pipeline.errors import DataError

_LEAST = 3  # one section for each part


def divide_parts(
    chapters: Sequence[Chapter],
    sizes: Sequence[int],
    *,
    every: int,
    validation: int,
    test: int,
) -> tuple[Section, ...]:
    """Give every chapter its part.

    Chapters whose index modulo `every` is `validation` or `test` are held out. A book of fewer
    chapters gives up one for each, at the same relative place; a text of fewer than three is
    first cut into `every` stretches of about equal size, at paragraph ends.

    Parameters
    ----------
    chapters : at least one
    sizes : the words of each paragraph
    every, validation, test : `validation` ≠ `test`, both below `every`

    Raises
    ------
    DataError
        There are not even three paragraphs to divide.
    """
    if len(chapters) < _LEAST:
        chapters = cut_stretches(sizes, count=every)
    period = min(every, len(chapters))
    validation_index = validation * period // every
    test_index = test * period // every
    if validation_index == test_index:
        test_index = (validation_index + 1) % period
    parts: dict[int, Part] = {validation_index: "validation", test_index: "test"}
    return tuple(
        Section(chapter.title, chapter.start, chapter.stop, parts.get(index % period, "train"))
        for index, chapter in enumerate(chapters)
    )


def cut_stretches(sizes: Sequence[int], *, count: int) -> list[Chapter]:
    """Cut paragraphs of the given sizes into at most `count` stretches of about equal size."""
    if len(sizes) < _LEAST:
        raise DataError(
            f"segment: expected chapters, or at least {_LEAST} paragraphs, to hold some out; got "
            f"{len(sizes)}; put line ends between the paragraphs"
        )
    share = sum(sizes) / min(count, len(sizes))
    bounds = [0]
    total = 0
    for number, size in enumerate(sizes, 1):
        total += size
        left = len(sizes) - number
        if total >= share * len(bounds) or left <= _LEAST - len(bounds):
            bounds.append(number)
    bounds[-1] = len(sizes)
    return [
        Chapter(f"第{number}段", start, stop)
        for number, (start, stop) in enumerate(pairwise(bounds), 1)
    ]
