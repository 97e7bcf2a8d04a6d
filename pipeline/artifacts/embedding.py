"""`embed`'s artifact: the vocabulary and one vector for each of its pieces.

vectors.bin       the binary format that the original C tool word2vec writes and reads
vocabulary.json   pieces and their counts in the training chapters, most frequent first; the share
                  of characters that never stood before
"""

from __future__ import annotations

import mmap
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.artifacts.codec import Codec, check_array, check_number, read_json, write_json
from pipeline.artifacts.tokens import Tokenizer
from pipeline.errors import ArtifactDamaged
from pipeline.plural import counted
from pipeline.shown import shown

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

_HEADER = 64  # bytes in which the header's line must end
_SHOWN = 40  # characters of a word in a message
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Embedding:
    """A vocabulary of V pieces, words and characters, with E-dimensional vectors.

    Attributes
    ----------
    words : tuple of str, length V
    counts : int64 (V,)
        Occurrences in the training chapters.
    vectors : float32 (V, E)
    unseen : float
        The share of tokens that is a character which never stood before; 0 in a closed vocabulary,
        which parts no word.
    """

    words: tuple[str, ...]
    counts: NDArray[np.int64]
    vectors: NDArray[np.float32]
    unseen: float = 0.0


def log_frequencies(counts: ArrayLike) -> NDArray[np.float32]:
    """b_w = log(count_w / Σ count) of the pieces' counts (V,) → float32 (V,).

    One that never stands by itself counts as standing once.
    """
    import numpy as np

    counted = np.maximum(np.asarray(counts), 1)  # (V,)
    result: NDArray[np.float32] = np.log(counted / counted.sum()).astype(np.float32)
    return result


def tokenizer_of(embedding: Embedding) -> Tokenizer:
    """Return what parts words into the pieces of a vocabulary."""
    priors = log_frequencies(embedding.counts)
    return Tokenizer(embedding.words, priors.tolist(), parts=embedding.unseen > 0)


def write_word2vec(path: Path, words: tuple[str, ...], vectors: NDArray[np.float32]) -> None:
    """Write words and vectors (V, E) as the C tool does: header, then word, floats, newline."""
    import numpy as np

    rows = np.ascontiguousarray(vectors, dtype="<f4")  # (V, E) float32
    with path.open("wb") as file:
        file.write(f"{len(words)} {rows.shape[1]}\n".encode())
        for word, row in zip(words, rows, strict=True):
            file.write(word.encode("utf-8") + b" " + row.tobytes() + b"\n")


def read_word2vec(path: Path) -> tuple[tuple[str, ...], NDArray[np.float32]]:
    """Read a word2vec binary file, with or without a newline after each vector.

    Returns
    -------
    words : tuple of str, length V
    vectors : float32 (V, E)

    Raises
    ------
    ArtifactDamaged
        The header or a row is not what the format promises, or a number is not finite.
    """
    import numpy as np

    with path.open("rb") as file:
        header = file.read(_HEADER).partition(b"\n")[0]
        count, size = _read_header(path.name, header, os.fstat(file.fileno()).st_size)
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            words, vectors = _read_rows(path.name, data, len(header) + 1, count, size)
    if not np.isfinite(vectors).all():
        raise ArtifactDamaged(f"{path.name}: expected finite numbers, got NaN or infinity")
    return words, vectors


def _read_header(name: str, header: bytes, length: int) -> tuple[int, int]:
    """Return V and E; `length` is the file's, in bytes."""
    try:
        count, size = (int(field) for field in header.split())
    except ValueError:
        raise ArtifactDamaged(f"{name}: expected a word2vec binary header 'V E'") from None
    # A row is at least one byte of word, a space and its floats: no header can ask for more memory
    # than the file's own size warrants.
    if min(count, size) < 1 or count * (4 * size + 2) > length:
        raise ArtifactDamaged(f"{name}: {count} vectors of {size} do not fit in the file")
    return count, size


def _read_rows(
    name: str, data: mmap.mmap, position: int, count: int, size: int
) -> tuple[tuple[str, ...], NDArray[np.float32]]:
    """Read V words and vectors from a position on.

    Nothing in the format tells where a word ends but a space, so that one within a word would
    shift all that follows. Rows end with a newline all or none: that shows where it happened, and
    so does a word that is no text.
    """
    import numpy as np

    words: list[str] = []
    vectors = np.empty((count, size), dtype=np.float32)  # (V, E)
    lines = False  # whether a newline follows each vector, as the C tool writes
    for row in range(count):
        space = data.find(b" ", position)
        stop = space + 1 + 4 * size
        if space < 0 or stop > len(data):
            raise ArtifactDamaged(f"{name}: expected {count} vectors, the file ends at {row}")
        word = data[position:space].removeprefix(b"\n" if lines else b"")
        if not _is_word(word):
            before = f" (the one before is {shown(words[-1], _SHOWN)!r})" if words else ""
            raise _shifted(name, row + 1, f"{shown(repr(word), _SHOWN)}{before}")
        words.append(word.decode("utf-8"))
        vectors[row] = np.frombuffer(data[space + 1 : stop], dtype="<f4")
        ended = data[stop : stop + 1] == b"\n"
        lines = ended if row == 0 else lines
        if lines and not ended and stop < len(data):
            raise _shifted(name, row + 1, f"{shown(words[-1], _SHOWN)!r} and more than its numbers")
        position = stop
    if (rest := len(data) - position - lines) > 0:
        raise _shifted(
            name, count, f"{shown(words[-1], _SHOWN)!r} and {counted(rest, 'byte')} more"
        )
    return tuple(words), vectors


def _is_word(word: bytes) -> bool:
    """Return whether bytes are a word: UTF-8 without control characters."""
    try:
        text = word.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not _CONTROL.search(text)


def _shifted(name: str, entry: int, got: str) -> ArtifactDamaged:
    return ArtifactDamaged(
        f"{name}, entry {entry}: expected a word without spaces, in UTF-8, and its numbers, got "
        f"{got}; write words with spaces as New_York"
    )


def save_embedding(embedding: Embedding, folder: Path) -> None:
    """Write vectors.bin and vocabulary.json."""
    write_word2vec(folder / "vectors.bin", embedding.words, embedding.vectors)
    vocabulary = {
        "words": list(embedding.words),
        "counts": embedding.counts.tolist(),
        "unseen": embedding.unseen,
    }
    write_json(folder / "vocabulary.json", vocabulary)


def load_embedding(folder: Path) -> Embedding:
    """Read what `save_embedding` wrote."""
    import numpy as np

    words, vectors = read_word2vec(folder / "vectors.bin")
    vocabulary = read_json(folder / "vocabulary.json")
    if list(words) != vocabulary["words"]:
        raise ArtifactDamaged("vocabulary.json and vectors.bin list different words")
    counts = np.array(vocabulary["counts"], dtype=np.int64)  # (V,)
    check_array("counts", counts, shape=(len(words),), dtype=np.int64)
    unseen = check_number("unseen", vocabulary.get("unseen"), least=0)
    return Embedding(words=words, counts=counts, vectors=vectors, unseen=unseen)


def _describe_embedding(embedding: Embedding) -> dict[str, Any]:
    """Return the facts shown to people."""
    size, dimensions = embedding.vectors.shape
    return {"vocabulary": size, "dimensions": dimensions, "words": int(embedding.counts.sum())}


EMBEDDING = Codec(save=save_embedding, load=load_embedding, describe=_describe_embedding)
