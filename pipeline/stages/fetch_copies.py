"""Which books of a shelf stand in others: told by their fingerprints, chosen by their length."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pipeline.chinese import count_chinese

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pipeline.artifacts.book import ReadBook

_COPY = 0.5  # of a book's passages: two novels share one in a thousand


def find_copies(read: Mapping[int, ReadBook]) -> dict[int, tuple[int, float]]:
    """Return the books most of whose passages stand in others: book → (which one, what share).

    Of two that hold each other the one with more Chinese characters stays, of equals the first.
    Fingerprints are but a sample: of two that differ by a few hundred characters they cannot tell.
    """
    import numpy as np

    hashes, owners = _shared({number: book.fingerprints for number, book in read.items()})
    least = {number: _COPY * len(book.fingerprints) for number, book in read.items()}
    shared = np.bincount(owners, minlength=max(read, default=0) + 1)  # (books,)
    suspects = [number for number in read if shared[number] > least[number]]
    kept = [number for number in read if shared[number] <= least[number]]
    copies: dict[int, tuple[int, float]] = {}
    for number in sorted(suspects, key=lambda number: -_characters(read[number])):
        own = np.isin(hashes, hashes[owners == number]) & np.isin(owners, kept)
        held = np.bincount(owners[own], minlength=1)
        if held.max() > least[number]:
            other = int(held.argmax())
            copies[number] = (other, float(held[other] / len(read[number].fingerprints)))
        else:
            kept.append(number)
    return copies


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


def _characters(book: ReadBook) -> int:
    """Return how many Chinese characters a book has."""
    return sum(map(count_chinese, book.corpus.paragraphs))
