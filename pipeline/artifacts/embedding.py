"""`embed`'s artifact: the vocabulary and one vector a word.

vectors.bin       the binary format that the original C tool word2vec writes and reads
vocabulary.json   words and their counts in the training chapters, most frequent first
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.artifacts.codec import Codec, check_array, read_json, write_json
from pipeline.errors import ArtifactDamaged

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Embedding:
    """A vocabulary of V words with E-dimensional vectors.

    Attributes
    ----------
    words : tuple of str, length V
    counts : int64 (V,)
        Occurrences in the training chapters.
    vectors : float32 (V, E)
    """

    words: tuple[str, ...]
    counts: NDArray[np.int64]
    vectors: NDArray[np.float32]


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

    data = path.read_bytes()
    header, _, _ = data[:64].partition(b"\n")
    try:
        count, size = (int(field) for field in header.split())
    except ValueError:
        raise ArtifactDamaged(f"{path.name}: expected a word2vec binary header 'V E'") from None
    # A row is at least one byte of word, a space and its floats: no header can ask for more memory
    # than the file's own size warrants.
    if min(count, size) < 1 or count * (4 * size + 2) > len(data):
        raise ArtifactDamaged(f"{path.name}: {count} vectors of {size} do not fit in the file")
    words = []
    vectors = np.empty((count, size), dtype=np.float32)  # (V, E)
    position = len(header) + 1
    for row in range(count):
        space = data.find(b" ", position)
        start, stop = space + 1, space + 1 + 4 * size
        if space < 0 or stop > len(data):
            raise ArtifactDamaged(f"{path.name}: expected {count} vectors, the file ends at {row}")
        words.append(data[position:space].lstrip(b"\n").decode("utf-8", errors="replace"))
        vectors[row] = np.frombuffer(data, dtype="<f4", count=size, offset=start)
        position = stop
    if not np.isfinite(vectors).all():
        raise ArtifactDamaged(f"{path.name}: expected finite numbers, got NaN or infinity")
    return tuple(words), vectors


def save_embedding(embedding: Embedding, folder: Path) -> None:
    """Write vectors.bin and vocabulary.json."""
    write_word2vec(folder / "vectors.bin", embedding.words, embedding.vectors)
    vocabulary = {"words": list(embedding.words), "counts": embedding.counts.tolist()}
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
    return Embedding(words=words, counts=counts, vectors=vectors)


def describe_embedding(embedding: Embedding) -> dict[str, Any]:
    """Return the facts shown to people."""
    size, dimensions = embedding.vectors.shape
    return {"vocabulary": size, "dimensions": dimensions, "words": int(embedding.counts.sum())}


EMBEDDING = Codec(save=save_embedding, load=load_embedding, describe=describe_embedding)
