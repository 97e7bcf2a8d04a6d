"""A book of a shelf, kept by itself: a shelf of a thousand is not read anew for one of them.

corpus.txt, corpus.json, removed.jsonl   see `corpus.py`
fingerprints.npy                         int64 (N,): which passages it holds; see `text.shingles`
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.artifacts.codec import Codec, check_array
from pipeline.artifacts.corpus import CORPUS, Corpus
from pipeline.errors import ArtifactDamaged

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FINGERPRINTS = "fingerprints.npy"


@dataclass(frozen=True)
class ReadBook:
    """A book's text, and the fingerprints of its passages, int64 (N,) ascending."""

    corpus: Corpus
    fingerprints: NDArray[np.int64]


def _save_book(book: ReadBook, folder: Path) -> None:
    import numpy as np

    CORPUS.save(book.corpus, folder)
    np.save(folder / _FINGERPRINTS, book.fingerprints, allow_pickle=False)


def _load_book(folder: Path) -> ReadBook:
    import numpy as np

    try:
        prints = np.load(folder / _FINGERPRINTS, allow_pickle=False)
    except (OSError, EOFError, ValueError) as error:
        raise ArtifactDamaged(f"{_FINGERPRINTS}: expected an array, got {error}") from error
    check_array("fingerprints", prints, shape=(prints.size,), dtype=np.int64)
    return ReadBook(CORPUS.load(folder), prints)


def _describe_book(book: ReadBook) -> dict[str, Any]:
    return CORPUS.describe(book.corpus)


BOOK = Codec(save=_save_book, load=_load_book, describe=_describe_book)
