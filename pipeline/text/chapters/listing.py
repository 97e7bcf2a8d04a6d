"""A list of headings is no novel: told by a sample of its lines, before anything is made of it."""

from __future__ import annotations

from random import Random

from pipeline.errors import DataError
from pipeline.text.chapters.headings import is_heading

_MANY_HEADINGS = 1000
_LEAST_CHAPTER = 30  # characters with the heading; so many headings over less are a list
_MANY_LINES = 20_000  # a shorter text is soon read whole
_SAMPLE = 1_000  # lines
_SURELY = 0.8  # of `_LEAST_CHAPTER`, as a sample is not exact


def refuse_list(text: str, *, name: str) -> None:
    """Refuse a long list of headings, before it is read line by line.

    Raises
    ------
    DataError
        It is one: nothing could be learnt from it.
    """
    count = text.count("\n") + 1
    if count < _MANY_LINES or len(text) >= _LEAST_CHAPTER * count:
        return
    lines = text.split("\n")
    sample = Random(0).choices(range(count), k=_SAMPLE)  # evenly is what lists are, too
    headings = sum(is_heading(lines[at]) for at in sample) * count // _SAMPLE
    refuse_headings(headings, len(text), name=name, least=_SURELY * _LEAST_CHAPTER)


def refuse_headings(
    headings: int, characters: int, *, name: str, least: float = _LEAST_CHAPTER
) -> None:
    """Refuse so many headings over less than `least` characters for each.

    Raises
    ------
    DataError
        See `refuse_list`.
    """
    if headings >= _MANY_HEADINGS and characters < least * headings:
        raise DataError(
            f"{name}: expected a novel, got about {headings:,} headings and "
            f"{characters / headings:.0f} characters for each; give the text that they stand over"
        )
