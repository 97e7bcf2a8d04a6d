"""A book of a shelf, kept by itself: a shelf of a thousand is not read anew for one of them.

corpus.txt, corpus.json, removed.jsonl   see `corpus.py`
fingerprints.npy                         int64 (M,): which passages each chapter holds, one chapter
                                         after the other; see `text.shingles`
chapters.npy                             int64 (C,): how many each chapter has
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.artifacts.codec import Codec, check_array
from pipeline.artifacts.corpus import CORPUS, Corpus
from pipeline.errors import ArtifactDamaged

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FINGERPRINTS, _CHAPTERS = "fingerprints.npy", "chapters.npy"


@dataclass(frozen=True)
class ReadBook:
    """A book's text, and the fingerprints of each chapter's passages, int64 (N,) ascending."""

    corpus: Corpus
    chapters: tuple[NDArray[np.int64], ...]

    @cached_property
    def fingerprints(self) -> NDArray[np.int64]:
        """Those of all chapters, each once, ascending: int64 (N,)."""
        import numpy as np

        return np.unique(np.concatenate([*self.chapters, np.empty(0, np.int64)]))


def _save_book(book: ReadBook, folder: Path) -> None:
    import numpy as np

    CORPUS.save(book.corpus, folder)
    prints = np.concatenate([*book.chapters, np.empty(0, np.int64)])
    counts = np.array([len(own) for own in book.chapters], dtype=np.int64)
    np.save(folder / _FINGERPRINTS, prints, allow_pickle=False)
    np.save(folder / _CHAPTERS, counts, allow_pickle=False)


def _load_book(folder: Path) -> ReadBook:
    import numpy as np

    corpus = CORPUS.load(folder)
    prints, counts = (_load_numbers(folder / name) for name in (_FINGERPRINTS, _CHAPTERS))
    if len(counts) != len(corpus.chapters) or (counts < 0).any() or counts.sum() != len(prints):
        raise ArtifactDamaged(
            f"{_CHAPTERS}: expected {len(corpus.chapters)} numbers that add up to "
            f"{len(prints):,}, got {len(counts)} that add up to {counts.sum():,}"
        )
    return ReadBook(corpus, tuple(np.split(prints, np.cumsum(counts)[:-1])))


def _load_numbers(path: Path) -> NDArray[np.int64]:
    import numpy as np

    try:
        array = np.load(path, allow_pickle=False)
    except (OSError, EOFError, ValueError) as error:
        raise ArtifactDamaged(f"{path.name}: expected an array, got {error}") from error
    check_array(path.stem, array, shape=(array.size,), dtype=np.int64)
    found: NDArray[np.int64] = array
    return found


def _describe_book(book: ReadBook) -> dict[str, Any]:
    return CORPUS.describe(book.corpus)


BOOK = Codec(save=_save_book, load=_load_book, describe=_describe_book)
