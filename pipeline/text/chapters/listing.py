"""A list of headings is no novel: told by a sample of its lines, before anything is made of it."""

from __future__ import annotations

from random import Random

from pipeline.errors import DataError
from pipeline.text.chapters.headings import is_heading

MANY_HEADINGS = 1000
LEAST_CHAPTER = 30  # characters with the heading; so many headings over less are a list
_MANY_LINES = 20_000  # a shorter text is soon read whole
_SAMPLE = 1_000  # lines
_SURELY = 0.8  # of `LEAST_CHAPTER`, as a sample is not exact


def refuse_list(text: str, *, name: str) -> None:
    """Refuse a long list of headings.

    Raises
    ------
    DataError
        It is one: nothing could be learnt from it.
    """
    count = text.count("\n") + 1
    if count < _MANY_LINES or len(text) >= LEAST_CHAPTER * count:
        return
    lines = text.split("\n")
    sample = Random(0).choices(range(count), k=_SAMPLE)  # evenly is what lists are, too
    headings = sum(is_heading(lines[at]) for at in sample) * count // _SAMPLE
    if headings >= MANY_HEADINGS and len(text) < _SURELY * LEAST_CHAPTER * headings:
        raise list_error(headings, len(text), name=name)


def list_error(headings: int, characters: int, *, name: str) -> DataError:
    """Return what is said of a list of headings."""
    return DataError(
        f"{name}: expected a novel, got about {headings:,} headings and "
        f"{characters / headings:.0f} characters for each; give the text that they stand over"
    )
