"""What of a shelf's books stands in others: told by fingerprints, chosen by length.

What is held out of one book would else be learnt from another. A book that stands in another one
goes whole, as another copy or edition of it; of books that overlap, as volumes do, so do the
chapters that both have, once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.chinese import count_chinese

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pipeline.artifacts.book import ReadBook
    from pipeline.artifacts.corpus import Chapter, Corpus

_COPY = 0.5  # of a book's passages, or a chapter's: two novels share one in a thousand
_NEW = 0.1  # of a chapter's passages: one that another book has no more of is its own
_OWN = 0.2  # of a book's Chinese characters, in chapters of its own: it is no copy, but overlaps
_MUCH = 0.05  # of a book's passages: so much in others is told of
_FEWEST = 8  # passages by which a chapter is judged: 500 characters


@dataclass(frozen=True)
class KnownChapter:
    """A chapter most of whose passages stand in another book: which one, and what share of them."""

    number: int
    other: int
    share: float


def find_copies(read: Mapping[int, ReadBook]) -> dict[int, tuple[int, float]]:
    """Return the books most of whose passages stand in others: book → (which one, what share).

    Of two that hold each other the one with more Chinese characters stays, of equals the first.
    One with chapters of its own stays as well: see `find_known_chapters`.
    Fingerprints are but a sample: of two that differ by a few hundred characters they cannot tell.
    """
    import numpy as np

    hashes, owners = _shared({number: book.fingerprints for number, book in read.items()})
    least = {number: _COPY * len(book.fingerprints) for number, book in read.items()}
    shared = np.bincount(owners, minlength=max(read, default=0) + 1)  # (books,)
    suspects = [number for number in read if shared[number] > least[number]]
    kept = [number for number in read if shared[number] <= least[number]]
    copies: dict[int, tuple[int, float]] = {}
    for number in sorted(suspects, key=lambda number: -_characters(read[number].corpus)):
        own = np.isin(hashes, hashes[owners == number]) & np.isin(owners, kept)
        held = np.bincount(owners[own], minlength=1)
        other = int(held.argmax())
        if held[other] > least[number] and not _has_its_own(read[number], read[other]):
            copies[number] = (other, float(held[other] / len(read[number].fingerprints)))
        else:
            kept.append(number)
    return copies


def find_known_chapters(read: Mapping[int, ReadBook]) -> dict[int, list[KnownChapter]]:
    """Return the chapters that stand in another book as well, by the books that are to lose them.

    Of two books that have a chapter the one with fewer Chinese characters loses it.
    """
    import numpy as np

    from pipeline.text.shingles import fingerprints

    hashes, owners = _shared({number: book.fingerprints for number, book in read.items()})
    order = np.argsort(hashes, kind="stable")
    hashes, owners = hashes[order], owners[order]
    there = np.ones(len(hashes), dtype=bool)  # those of chapters that are kept
    times = np.bincount(owners, minlength=max(read, default=0) + 1)  # (books,)
    suspects = [number for number in read if times[number] >= _FEWEST * _COPY]
    found: dict[int, list[KnownChapter]] = {}
    for number in sorted(suspects, key=lambda number: _characters(read[number].corpus)):
        for place, chapter in enumerate(read[number].corpus.chapters):
            own = fingerprints(_paragraphs(read[number].corpus, chapter))
            where = _places(hashes, own)
            where = where[there[where]]
            held = np.bincount(owners[where[owners[where] != number]], minlength=1)
            other = int(held.argmax())
            if len(own) >= _FEWEST and held[other] > _COPY * len(own):
                share = float(held[other] / len(own))
                found.setdefault(number, []).append(KnownChapter(place, other, share))
                there[where[owners[where] == number]] = False
    return found


def overlaps(read: Mapping[int, ReadBook]) -> dict[int, float]:
    """Return the share of passages that other books have too, of each book that has many such."""
    import numpy as np

    _, owners = _shared({number: book.fingerprints for number, book in read.items()})
    times = np.bincount(owners, minlength=max(read, default=0) + 1)  # (books,)
    shares = {n: float(times[n] / max(1, len(book.fingerprints))) for n, book in read.items()}
    return {number: share for number, share in shares.items() if share > _MUCH}


def without_chapters(book: ReadBook, numbers: Collection[int]) -> ReadBook:
    """Return a book without some of its chapters, given by their numbers from 0."""
    from pipeline.text.shingles import fingerprints

    paragraphs: list[str] = []
    chapters = []
    for number, chapter in enumerate(book.corpus.chapters):
        if number not in numbers:
            start = len(paragraphs)
            paragraphs += _paragraphs(book.corpus, chapter)
            chapters.append(replace(chapter, start=start, stop=len(paragraphs)))
    corpus = replace(book.corpus, paragraphs=tuple(paragraphs), chapters=tuple(chapters))
    return replace(book, corpus=corpus, fingerprints=fingerprints(paragraphs))


def _has_its_own(book: ReadBook, other: ReadBook) -> bool:
    """Return whether a book has chapters enough of which another one has hardly anything."""
    from pipeline.text.shingles import fingerprints, share_of

    own = 0
    for chapter in book.corpus.chapters:
        paragraphs = _paragraphs(book.corpus, chapter)
        prints = fingerprints(paragraphs)
        if len(prints) >= _FEWEST and share_of(prints, other.fingerprints) < _NEW:
            own += sum(map(count_chinese, paragraphs))
    return own > _OWN * _characters(book.corpus)


def _places(hashes: NDArray[np.int64], own: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where fingerprints (N,) are among hashes (S,), ascending, that may come repeatedly."""
    import numpy as np

    starts, stops = (np.searchsorted(hashes, own, side) for side in ("left", "right"))
    several = [np.arange(start, stop) for start, stop in zip(starts, stops, strict=True)]
    return np.concatenate([*several, np.empty(0, dtype=np.int64)])


def _shared(
    prints: Mapping[int, NDArray[np.int64]],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the fingerprints that more than one book has, each as often: hashes, books, (S,)."""
    import numpy as np

    hashes = np.concatenate([*prints.values(), np.empty(0, np.int64)])  # (all,)
    sizes = [len(own) for own in prints.values()]
    owners = np.repeat(np.array(list(prints), dtype=np.int64), sizes)  # (all,)
    _, places, times = np.unique(hashes, return_inverse=True, return_counts=True)
    several = times[places] > 1  # nearly all are in one book alone
    return hashes[several], owners[several]


def _paragraphs(corpus: Corpus, chapter: Chapter) -> tuple[str, ...]:
    """Return a chapter's paragraphs."""
    return corpus.paragraphs[chapter.start : chapter.stop]


def _characters(corpus: Corpus) -> int:
    """Return how many Chinese characters a book has."""
    return sum(map(count_chinese, corpus.paragraphs))
