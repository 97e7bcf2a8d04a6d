"""The chapters by which a book is compared: pieces of one chapter count as one.

A book of few chapters is held out by pieces of them. Scores of two pieces of one chapter say little
more than one of both together, so that an interval over pieces would look surer than it is.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from pipeline.artifacts.segmentation import Part, Section
from pipeline.stages.segment import SegmentConfig, with_parts
from pipeline.text.shingles import fingerprints

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pipeline.artifacts.corpus import Corpus

_RULE = ("holdout_every", "validation_chapter", "test_chapter")
_ALONE = 2000  # characters from which a stretch of a text without chapters counts as one of them


@dataclass(frozen=True)
class Stretch:
    """A chapter of a book, or a part of one.

    Attributes
    ----------
    title : str
    part : Part
    lines : tuple of str
        Its paragraphs.
    prints : int64 (N,)
        Fingerprints of them.
    chapter : int or None
        Which of the book's chapters it lies in; None in a book that has but one.
    """

    title: str
    part: Part
    lines: tuple[str, ...]
    prints: NDArray[np.int64]
    chapter: int | None

    @property
    def characters(self) -> int:
        """Return how many characters it has."""
        return sum(map(len, self.lines))


def divide(book: Corpus, settings: Mapping[str, Any]) -> list[Stretch]:
    """Divide a book as a model's settings say, or as the default ones do.

    Raises
    ------
    DataError
        It has too few paragraphs to be divided.
    """
    own = {name: settings[f"segment.{name}"] for name in _RULE if f"segment.{name}" in settings}
    try:
        rule = SegmentConfig(**own)
    except ValidationError:  # a stranger's file may say anything
        rule = SegmentConfig()
    corpus, sections = with_parts(rule, book)
    starts = [chapter.start for chapter in corpus.chapters]
    return [_stretch(corpus, section, starts) for section in sections]


def _stretch(corpus: Corpus, section: Section, starts: list[int]) -> Stretch:
    """Return a section of a book whose chapters start at these paragraphs."""
    lines = corpus.paragraphs[section.start : section.stop]
    chapter = bisect_right(starts, section.start) if len(starts) > 1 else None
    return Stretch(section.title, section.part, lines, fingerprints(lines), chapter)


def by_chapters(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Put the stretches of each chapter together, in order.

    Of a text without chapters they are put together until they are as long as a short chapter.
    """
    joined: list[Stretch] = []
    for chapter, group in groupby(stretches, key=lambda own: own.chapter):
        pieces = list(group)
        if chapter is None:
            joined += _long_enough(pieces)
        else:
            joined.append(_join(pieces))
    return joined


def _long_enough(pieces: Iterable[Stretch]) -> list[Stretch]:
    """Put neighbours together until each has `_ALONE` characters; what is left joins the last."""
    done: list[list[Stretch]] = []
    for piece in pieces:
        if not done or sum(own.characters for own in done[-1]) >= _ALONE:
            done.append([])
        done[-1].append(piece)
    if len(done) > 1 and sum(own.characters for own in done[-1]) < _ALONE:
        done[-2:] = [done[-2] + done[-1]]
    return [_join(own) for own in done]


def _join(pieces: list[Stretch]) -> Stretch:
    """Return pieces as one stretch."""
    if len(pieces) == 1:
        return pieces[0]
    first, last = pieces[0], pieces[-1]
    lines = tuple(line for piece in pieces for line in piece.lines)
    title = f"{first.title} – {last.title}"
    return Stretch(title, first.part, lines, fingerprints(lines), first.chapter)
