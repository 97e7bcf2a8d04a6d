"""What of a shelf's books stands in others: told by fingerprints, chosen by length.

What is held out of one book would else be learnt from another. A book that stands in another one
goes whole, as another copy or edition of it; of books that overlap, as volumes do, so do the
chapters that both have, once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.chinese import count_chinese

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pipeline.artifacts.book import ReadBook
    from pipeline.artifacts.corpus import Chapter, Corpus

_COPY = 0.5  # of a book's passages: two novels share one in a thousand
_SAME = 0.7  # of a chapter's: one character in thirty may differ; what reworks another stays
_NEW = 0.1  # of a chapter's passages: one that another book has no more of is its own
_OWN = 0.2  # of a book's Chinese characters, in chapters of its own: it is no copy, but overlaps
_MUCH = 0.05  # of a book's passages: so much in others is told of
_FEWEST = 8  # passages by which a chapter is judged: 500 characters


@dataclass(frozen=True)
class KnownChapter:
    """A chapter that another book has too: which one, and what share of its passages."""

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


def find_known_chapters(
    read: Mapping[int, ReadBook], *, least: int
) -> tuple[dict[int, list[KnownChapter]], dict[int, int]]:
    """Return which chapters books lose, as other books have them, and which books go whole.

    A book goes if what is left of it has fewer than `least` Chinese characters.

    Returns
    -------
    chapters : book → what it loses
        Of equal chapters the book with fewer Chinese characters loses its own, of equal books the
        later one; of a chapter and a longer one that holds it the shorter one goes.
    whole : book → in how many others its chapters stand
    """
    whole: dict[int, int] = {}
    while True:
        found, gone = _go_through({n: book for n, book in read.items() if n not in whole}, least)
        whole |= gone
        if not gone:  # else some may have lost a chapter to one that is gone now
            return found, whole


def _go_through(
    read: Mapping[int, ReadBook], least: int
) -> tuple[dict[int, list[KnownChapter]], dict[int, int]]:
    """Go through the books once, from the shortest on."""
    passages = _Passages(read)
    found: dict[int, list[KnownChapter]] = {}
    gone: dict[int, int] = {}
    shared = [
        number for number, book in read.items() if passages.others_have(number, book.chapters)
    ]
    for number in sorted(shared, key=lambda n: (_characters(read[n].corpus), -n)):
        known = passages.lose_chapters(number, read[number].chapters)
        if known and _left(read[number].corpus, known) < least:
            passages.mark(number, read[number].fingerprints, there=False)
            gone[number] = len({own.other for own in known})
        elif known:
            found[number] = known
    # Who had a chapter may have lost it later, to who has it still, or has most of that one.
    for number in reversed(found):
        found[number] = passages.look_up(number, read[number].chapters, found[number])
    return {number: known for number, known in found.items() if known}, gone


class _Passages:
    """The passages that more than one book has, and which of these books have them still."""

    def __init__(self, read: Mapping[int, ReadBook]) -> None:
        import numpy as np

        hashes, owners = _shared({number: book.fingerprints for number, book in read.items()})
        order = np.argsort(hashes, kind="stable")
        self.hashes, self.owners = hashes[order], owners[order]  # (S,)
        self.there = np.ones(len(hashes), dtype=bool)

    def others_have(self, number: int, chapters: Sequence[NDArray[np.int64]]) -> bool:
        """Return whether another book has a chapter of this one, given each one's (N,)."""
        return any(self._known(number, place, own) for place, own in enumerate(chapters))

    def lose_chapters(
        self, number: int, chapters: Sequence[NDArray[np.int64]]
    ) -> list[KnownChapter]:
        """Return which of a book's chapters others have, given each one's (N,); it loses them."""
        found = []
        for place, own in enumerate(chapters):
            if known := self._known(number, place, own):
                found.append(known)
                self.mark(number, own, there=False)
        return found

    def _known(self, number: int, place: int, own: NDArray[np.int64]) -> KnownChapter | None:
        """Return a chapter with the book that has most of it, None if that has too little."""
        held = self._holders(number, own) if len(own) >= _FEWEST else {}
        other = max(held, key=lambda one: held[one], default=number)
        if other == number or held[other] <= _SAME * len(own):
            return None
        return KnownChapter(place, other, held[other] / len(own))

    def mark(self, number: int, own: NDArray[np.int64], *, there: bool) -> None:
        """Note whether a book has passages (N,) still."""
        where = self._places(own)
        self.there[where[self.owners[where] == number]] = there

    def look_up(
        self,
        number: int,
        chapters: Sequence[NDArray[np.int64]],
        lost: Sequence[KnownChapter],
    ) -> list[KnownChapter]:
        """Return lost chapters with the book that has most of each now.

        One that no book has any longer is not lost.
        """
        found = []
        for each in lost:
            own = chapters[each.number]
            if known := self._known(number, each.number, own):
                found.append(known)
            else:
                self.mark(number, own, there=True)
        return found

    def _holders(self, number: int, own: NDArray[np.int64]) -> dict[int, int]:
        """Return how many of a book's passages (N,) each other book has."""
        import numpy as np

        if not len(self.hashes):
            return {}
        near = np.minimum(np.searchsorted(self.hashes, own), len(self.hashes) - 1)
        if (self.hashes[near] == own).sum() <= _SAME * len(own):
            return {}  # as of nearly all chapters
        where = self._places(own)
        where = where[self.there[where] & (self.owners[where] != number)]
        others, counts = np.unique(self.owners[where], return_counts=True)
        return dict(zip(others.tolist(), counts.tolist(), strict=True))

    def _places(self, own: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return where passages (N,) are; each is there once a book."""
        import numpy as np

        starts, stops = (np.searchsorted(self.hashes, own, side) for side in ("left", "right"))
        several = [
            np.arange(start, stop)
            for start, stop in zip(starts, stops, strict=True)
            if start < stop
        ]
        return np.concatenate([*several, np.empty(0, dtype=np.int64)])


def overlaps(read: Mapping[int, ReadBook]) -> dict[int, float]:
    """Return the share of passages that other books have too, of each book that has many such."""
    import numpy as np

    _, owners = _shared({number: book.fingerprints for number, book in read.items()})
    times = np.bincount(owners, minlength=max(read, default=0) + 1)  # (books,)
    shares = {n: float(times[n] / max(1, len(book.fingerprints))) for n, book in read.items()}
    return {number: share for number, share in shares.items() if share > _MUCH}


def without_chapters(book: ReadBook, numbers: Collection[int]) -> ReadBook:
    """Return a book without some of its chapters, given by their numbers from 0."""
    kept = [number for number in range(len(book.chapters)) if number not in numbers]
    paragraphs: list[str] = []
    chapters = []
    for number in kept:
        chapter, start = book.corpus.chapters[number], len(paragraphs)
        paragraphs += _paragraphs(book.corpus, chapter)
        chapters.append(replace(chapter, start=start, stop=len(paragraphs)))
    corpus = replace(book.corpus, paragraphs=tuple(paragraphs), chapters=tuple(chapters))
    return replace(book, corpus=corpus, chapters=tuple(book.chapters[number] for number in kept))


def _has_its_own(book: ReadBook, other: ReadBook) -> bool:
    """Return whether a book has chapters enough of which another one has hardly anything."""
    from pipeline.text.shingles import share_of

    own = sum(
        sum(map(count_chinese, _paragraphs(book.corpus, chapter)))
        for chapter, prints in zip(book.corpus.chapters, book.chapters, strict=True)
        if len(prints) >= _FEWEST and share_of(prints, other.fingerprints) < _NEW
    )
    return own > _OWN * _characters(book.corpus)


def _left(corpus: Corpus, known: Sequence[KnownChapter]) -> int:
    """Return how many Chinese characters a book has without chapters that others have."""
    lost = {own.number for own in known}
    return sum(
        sum(map(count_chinese, _paragraphs(corpus, chapter)))
        for number, chapter in enumerate(corpus.chapters)
        if number not in lost
    )


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
